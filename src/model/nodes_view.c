/* The views of the front matter: by-tag/ai-safety/<entry>. */
#include <errno.h>

#include "model/nodes.h"

static const struct view *view_of(const struct scope *scope)
{
    return &scope->corpus->views[scope->node.i];
}

static const struct facet *facet_of(const struct scope *scope)
{
    return &scope->corpus->facets[scope->node.i];
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

uint32_t view_folders(const struct scope *scope)
{
    return view_of(scope)->count;
}

int view_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct view *view = view_of(scope);
    if (place >= view->count)
        return -ENOENT;
    uint32_t facet = view->first + (uint32_t)place;
    return child_is(child, KIND_FACET, facet, 0, scope->corpus->facets[facet].name);
}

/* Another spelling is a link to the folder and not the folder again, which can have one name only.
 */
int view_find(struct scope *scope, struct slice name, struct child *child)
{
    uint32_t facet = corpus_find_facet(scope->corpus, scope->node.i, name);
    if (facet != NO_INDEX)
        return child_is(child, KIND_FACET, facet, 0, name);
    facet = corpus_find_spelling(scope->corpus, scope->node.i, name);
    return facet == NO_INDEX ? -ENOENT : child_is(child, KIND_SPELLING, facet, 0, name);
}

/* --- by-tag/ai-safety
 * ----------------------------------------------------------------------------- */

int facet_check(struct scope *scope)
{
    return scope->node.i < scope->corpus->facet_count ? 0 : -ESTALE;
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
    return (struct node){.kind = KIND_VIEW, .i = facet_of(scope)->view};
}

static int entry_child(const struct scope *scope, uint64_t place, struct child *child)
{
    uint32_t episode = facet_of(scope)->episodes[place];
    child_is(child, KIND_ENTRY, scope->node.i, 0, scope->corpus->episodes[episode].entry);
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
    return corpus_find_spelling(scope->corpus, facet->view, facet->name) == scope->node.i ? 0
                                                                                          : -ESTALE;
}

int spelling_target(struct scope *scope, struct buf *target)
{
    buf_add_slice(target, facet_of(scope)->name);
    return 0;
}

/* --- by-tag/ai-safety/<entry>
 * ------------------------------------------------------------------------ */

int entry_check(struct scope *scope)
{
    struct child child;
    if (facet_check(scope) || scope->node.j >= scope->corpus->episode_count)
        return -ESTALE;
    return facet_find(scope, scope->corpus->episodes[scope->node.j].entry, &child) ? -ESTALE : 0;
}

/* Of an entry in a view or under a date: i is part of the place, j the episode. */
uint64_t entry_identity(const struct scope *scope)
{
    uint64_t place = scope->node.kind == KIND_ENTRY ? facet_identity(scope)
                                                    : (uint64_t)scope->node.i;
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
    return 0;
}
