/* The views of the front matter: by-tag/ai-safety/<entry>. */
#include <errno.h>

#include "model/names.h"
#include "model/nodes.h"

/*
 * The corpus whose views these are: that of the front matter, or for by-voice that of who is heard.
 * Who has a node of by-voice has read the latter, and whoever makes up an id of one has to wait.
 */
static const struct corpus *views_of(const struct scope *scope)
{
    const struct survey *survey;
    enum kind kind = scope->node.kind;
    bool is_heard = kind >= KIND_HEARD && kind <= KIND_HEARD_SPELLING;
    if (!is_heard)
        return scope->corpus;
    return tree_survey(scope->tree, &survey) ? NULL : survey->heard;
}

/* The kind that stands in by-voice for one of the other views. */
static enum kind in_view(const struct scope *scope, enum kind kind)
{
    bool is_heard = scope->node.kind == KIND_HEARD || scope->node.kind == KIND_HEARD_FACET;
    if (!is_heard)
        return kind;
    return kind == KIND_FACET      ? KIND_HEARD_FACET
           : kind == KIND_SPELLING ? KIND_HEARD_SPELLING
                                   : KIND_HEARD_ENTRY;
}

static const struct view *view_of(const struct scope *scope)
{
    return &views_of(scope)->views[scope->node.i];
}

static const struct facet *facet_of(const struct scope *scope)
{
    return &views_of(scope)->facets[scope->node.i];
}

/* --- by-voice ------------------------------------------------------------------------------------
 */

int heard_check(struct scope *scope)
{
    return scope->corpus->silent_count < scope->corpus->episode_count ? 0 : -ESTALE;
}

/* --- by-tag -------------------------------------------------------------------------------------
 */

int view_check(struct scope *scope)
{
    return scope->node.i < scope->corpus->view_count ? 0 : -ESTALE;
}

uint64_t view_identity(const struct scope *scope)
{
    return view_of(scope)->hash;
}

int64_t view_mtime(const struct scope *scope)
{
    return view_of(scope)->mtime;
}

uint32_t view_folders(struct scope *scope)
{
    return view_of(scope)->count;
}

int view_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct corpus *corpus = views_of(scope);
    if (!corpus)
        return -EIO;
    if (corpus->view_count == 0 || place >= corpus->views[scope->node.i].count)
        return -ENOENT;
    uint32_t facet = corpus->views[scope->node.i].first + (uint32_t)place;
    return child_is(child, in_view(scope, KIND_FACET), facet, 0, corpus->facets[facet].name);
}

/* Another spelling is a link to the folder and not the folder again, which can have one name only.
 */
int view_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct corpus *corpus = views_of(scope);
    if (!corpus)
        return -EIO;
    if (corpus->view_count == 0)
        return -ENOENT;
    uint32_t facet = corpus_find_facet(corpus, scope->node.i, name);
    if (facet != NO_INDEX)
        return child_is(child, in_view(scope, KIND_FACET), facet, 0, name);
    facet = corpus_find_spelling(corpus, scope->node.i, name);
    return facet == NO_INDEX ? -ENOENT
                             : child_is(child, in_view(scope, KIND_SPELLING), facet, 0, name);
}

/* --- by-tag/ai-safety ------------------------------------------------------------------------- */

int facet_check(struct scope *scope)
{
    const struct corpus *corpus = views_of(scope);
    if (!corpus)
        return -EIO;
    return scope->node.i < corpus->facet_count ? 0 : -ESTALE;
}

uint64_t facet_identity(const struct scope *scope)
{
    return facet_of(scope)->hash;
}

int64_t facet_mtime(const struct scope *scope)
{
    return facet_of(scope)->mtime;
}

struct node facet_parent(const struct scope *scope)
{
    bool is_heard = scope->node.kind == KIND_HEARD_FACET;
    return (struct node){.kind = is_heard ? KIND_HEARD : KIND_VIEW, .i = facet_of(scope)->view};
}

static int entry_child(const struct scope *scope, uint64_t place, struct child *child)
{
    uint32_t episode = facet_of(scope)->episodes[place];
    child_is(child, in_view(scope, KIND_ENTRY), scope->node.i, 0,
             scope->corpus->episodes[episode].entry);
    child->node.j = episode;
    return 0;
}

int facet_child(struct scope *scope, uint64_t place, struct child *child)
{
    return place < facet_of(scope)->episode_count ? entry_child(scope, place, child) : -ENOENT;
}

int facet_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct facet *facet = facet_of(scope);
    uint32_t place = corpus_find_entry(scope->corpus, facet->episodes, facet->episode_count, name);
    return place == NO_INDEX ? -ENOENT : entry_child(scope, place, child);
}

/* A value whose name was cut has no other spelling that finds it. */
int spelling_check(struct scope *scope)
{
    if (facet_check(scope))
        return -ESTALE;
    const struct facet *facet = facet_of(scope);
    return corpus_find_spelling(views_of(scope), facet->view, facet->name) == scope->node.i
               ? 0
               : -ESTALE;
}

int spelling_target(struct scope *scope, struct buf *target)
{
    buf_add_slice(target, facet_of(scope)->name);
    return 0;
}

/* --- by-tag/ai-safety/<entry> ----------------------------------------------------------------- */

int entry_check(struct scope *scope)
{
    if (facet_check(scope) || scope->node.j >= scope->corpus->episode_count)
        return -ESTALE;
    const struct facet *facet = facet_of(scope);
    return corpus_find_entry(scope->corpus, facet->episodes, facet->episode_count,
                             scope->corpus->episodes[scope->node.j].entry) == NO_INDEX
               ? -ESTALE
               : 0;
}

/* Of an entry in a view or under a date: i is part of the place, j the episode. */
uint64_t entry_identity(const struct scope *scope)
{
    uint64_t place = scope->node.kind == KIND_DATE_ENTRY ? (uint64_t)scope->node.i
                                                         : facet_identity(scope);
    return hash_pair(place, scope->corpus->episodes[scope->node.j].hash);
}

int64_t entry_mtime(const struct scope *scope)
{
    return scope->corpus->episodes[scope->node.j].id.mtime;
}

int entry_target(struct scope *scope, struct buf *target)
{
    buf_add_text(target, "../../episodes/");
    buf_add_slice(target, scope->corpus->episodes[scope->node.j].name);
    if (scope->node.kind != KIND_HEARD_ENTRY)
        return 0;
    /* The voice by its name in this episode, which may be another spelling. */
    const struct facet *facet = facet_of(scope);
    uint32_t place = corpus_find_entry(scope->corpus, facet->episodes, facet->episode_count,
                                       scope->corpus->episodes[scope->node.j].entry);
    buf_add_text(target, "/voices/");
    name_of_value(target, facet->spellings[place]);
    return 0;
}
