/* The views of the front matter: by-tag/ai-safety/<entry>. */
#include <errno.h>

#include "base/filename.h"
#include "nodes/nodes.h"

static bool is_by_voice(enum kind kind)
{
    return kind >= KIND_BY_VOICE && kind <= KIND_BY_VOICE_SPELLING;
}

/*
 * The views of the front matter, or for by-voice those of the voice index. A client that has a node
 * of by-voice has caused the index to be built; one that makes up an id has to wait for it.
 */
static int views_of(struct scope *scope, const struct views **views)
{
    const struct voice_index *voice_index;
    *views = &scope->corpus->views;
    if (!is_by_voice(scope->node.kind))
        return 0;
    int err = scope_voice_index(scope, &voice_index);
    *views = err ? NULL : &voice_index->by_voice;
    return err;
}

/* The same for a node that was checked, so that the index exists. */
static const struct views *known_views(const struct scope *scope)
{
    return is_by_voice(scope->node.kind) ? &scope->generation->voice_index->by_voice
                                         : &scope->corpus->views;
}

/* The kind in by-voice that corresponds to one in the other views. */
static enum kind in_view(const struct scope *scope, enum kind kind)
{
    if (!is_by_voice(scope->node.kind))
        return kind;
    return kind == KIND_FACET      ? KIND_BY_VOICE_FACET
           : kind == KIND_SPELLING ? KIND_BY_VOICE_SPELLING
                                   : KIND_BY_VOICE_ENTRY;
}

static const struct view *view_of(const struct scope *scope)
{
    return scope->corpus->views.views[scope->node.i];
}

static const struct facet *facet_of(const struct scope *scope)
{
    return known_views(scope)->facets[scope->node.i];
}

/* --- by-voice --------------------------------------------------------------------------------- */

static int by_voice_check(struct scope *scope)
{
    return corpus_has(scope->corpus, "by-voice") ? 0 : -ESTALE;
}

/* --- by-tag ----------------------------------------------------------------------------------- */

static int view_check(struct scope *scope)
{
    return views_view(&scope->corpus->views, scope->node.i) ? 0 : -ESTALE;
}

static uint64_t view_identity(const struct scope *scope)
{
    return view_of(scope)->identity;
}

static uint32_t view_folders(struct scope *scope)
{
    return view_of(scope)->count;
}

static int view_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct views *views;
    int err = views_of(scope, &views);
    if (err)
        return err;
    const struct view *view = views_view(views, scope->node.i);
    if (!view || index >= view->count)
        return -ENOENT;
    uint32_t facet = view->facets[index];
    child_is(child, in_view(scope, KIND_FACET), facet, 0, views->facets[facet]->name);
    child->list = 1;
    return 0;
}

static uint64_t view_seek(struct scope *scope, unsigned list, struct slice name)
{
    const struct views *views;
    (void)list;
    /* The next call of view_child() reports an error. */
    bool is_there = !views_of(scope, &views) && views_view(views, scope->node.i);
    return is_there ? views_facet_behind(views, scope->node.i, name) : 0;
}

/* Another spelling is a link to the folder: a folder can have one name only. */
static int view_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct views *views;
    int err = views_of(scope, &views);
    if (err)
        return err;
    if (!views_view(views, scope->node.i))
        return -ENOENT;
    uint32_t facet = views_find(views, scope->node.i, name);
    if (facet != NO_INDEX)
        return child_is(child, in_view(scope, KIND_FACET), facet, 0, name);
    facet = views_find_spelling(views, scope->node.i, name);
    if (facet == NO_INDEX && is_by_voice(scope->node.kind))
        facet = voice_index_find_joined(scope->generation->voice_index, name);
    return facet == NO_INDEX ? -ENOENT
                             : child_is(child, in_view(scope, KIND_SPELLING), facet, 0, name);
}

/* --- by-tag/ai-safety ------------------------------------------------------------------------- */

static int facet_check(struct scope *scope)
{
    const struct views *views;
    int err = views_of(scope, &views);
    return err ? err : views_facet(views, scope->node.i) ? 0 : -ESTALE;
}

static uint64_t facet_identity(const struct scope *scope)
{
    return facet_of(scope)->identity;
}

static struct node facet_parent(const struct scope *scope)
{
    return (struct node){.kind = is_by_voice(scope->node.kind) ? KIND_BY_VOICE : KIND_VIEW,
                         .i = facet_of(scope)->view};
}

static struct links links_of_facet(const struct scope *scope)
{
    const struct facet *facet = facet_of(scope);
    return (struct links){in_view(scope, KIND_ENTRY), facet->episodes, facet->episode_count, 0};
}

static int facet_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct links links = links_of_facet(scope);
    return links_child(scope, &links, index, child);
}

static uint64_t facet_seek(struct scope *scope, unsigned list, struct slice name)
{
    const struct links links = links_of_facet(scope);
    (void)list;
    return links_seek(scope, &links, name);
}

static int facet_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct links links = links_of_facet(scope);
    return links_find(scope, &links, name, child);
}

/* A value with a truncated name has no other spelling that finds it. */
static int spelling_check(struct scope *scope)
{
    int err = facet_check(scope);
    if (err)
        return err;
    const struct facet *facet = facet_of(scope);
    return views_find_spelling(known_views(scope), facet->view, facet->name) == scope->node.i
               ? 0
               : -ESTALE;
}

static int spelling_target(struct scope *scope, struct buf *target)
{
    buf_add_slice(target, facet_of(scope)->name);
    return 0;
}

/* --- by-tag/ai-safety/<entry> ----------------------------------------------------------------- */

static int entry_check(struct scope *scope)
{
    int err = facet_check(scope);
    if (err)
        return err;
    const struct links links = links_of_facet(scope);
    return links_check(scope, &links);
}

/* Combines the folder of the entry, by i, with the episode, j. */
uint64_t entry_identity(const struct scope *scope)
{
    uint64_t index = scope->node.kind == KIND_DATE_ENTRY ? (uint64_t)scope->node.i
                                                         : facet_identity(scope);
    return hash_pair(index, scope->corpus->episodes[scope->node.j]->identity);
}

struct stamps entry_stamps(const struct scope *scope)
{
    return episode_newest(scope->corpus->episodes[scope->node.j]);
}

/* The voice by its name in this episode, which may be another spelling, or another name. */
static void add_voice(const struct scope *scope, struct buf *target)
{
    const struct body_summary *summary = scope->generation->voice_index->summaries[scope->node.j];
    uint32_t place = facet_refs_find(summary->facet_refs, scope->node.i);
    buf_add_text(target, "/voices/");
    if (place != NO_INDEX)
        filename_of_value(target, summary->heard->at[summary->places[place]].name);
}

static int entry_target(struct scope *scope, struct buf *target)
{
    buf_add_text(target, "../../episodes/");
    buf_add_slice(target, scope->corpus->episodes[scope->node.j]->name);
    if (scope->node.kind == KIND_BY_VOICE_ENTRY)
        add_voice(scope, target);
    return 0;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops view_ops = {
    .check = view_check,
    .identity = view_identity,
    .parent = scope_root,
    .child = view_child,
    .find = view_find,
    .seek = view_seek,
    .folders = view_folders,
};

const struct node_ops by_voice_ops = {
    .check = by_voice_check,
    .links = scope_links_uncounted,
    .parent = scope_root,
    .child = view_child,
    .find = view_find,
    .seek = view_seek,
};

const struct node_ops facet_ops = {
    .check = facet_check,
    .identity = facet_identity,
    .parent = facet_parent,
    .child = facet_child,
    .find = facet_find,
    .seek = facet_seek,
};

const struct node_ops spelling_ops = {
    .check = spelling_check,
    .identity = facet_identity,
    .target = spelling_target,
};

const struct node_ops entry_ops = {
    .check = entry_check,
    .identity = entry_identity,
    .stamps = entry_stamps,
    .target = entry_target,
};
