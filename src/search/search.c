/* search/: a folder for each query, and a link for each other spelling of it. */
#include <errno.h>

#include "nodes/nodes.h"
#include "query/canonical.h"
#include "render/search_readme.h"
#include "search/search.h"

static int search_child(struct scope *scope, uint64_t index, struct child *child)
{
    return index ? -ENOENT
                 : child_is(child, KIND_SEARCH_README, 0, (uint32_t)scope->corpus->generation,
                            SLICE("README.md"));
}

/* Every other spelling is a link to the canonical one, unless that is too long for a name. */
static int search_find(struct scope *scope, struct slice name, struct child *child)
{
    struct arena arena = {0};
    struct query query;
    uint32_t number = 0;
    bool may_keep = false;
    if (slice_equal(name, SLICE("README.md")))
        return search_child(scope, 0, child);
    if (query_is_probe(name))
        return -ENOENT;
    int err = selections_parse(scope->corpus, &arena, name, &query);
    struct slice known = name;
    if (!err && query.canonical.len <= NAME_MAX)
        known = query.canonical;
    bool is_link = !slice_equal(known, name);
    const struct query_moment now = scope_now(scope);
    if (!err)
        err = known_queries_enter(&selections_of(scope)->queries, known, is_link ? NULL : &now,
                                  &number, &may_keep);
    const struct scope found = scope_at(scope, (struct node){.kind = KIND_SELECTION, .i = number});
    if (!err)
        child_is(child, is_link ? KIND_SELECTION_SPELLING : KIND_SELECTION, number,
                 is_link ? 0 : selection_version(&found), name);
    child->no_entry_cache = !is_link && !may_keep;
    arena_free(&arena);
    return err;
}

static int spelling_target(struct scope *scope, struct buf *target)
{
    char text[NAME_MAX];
    struct slice query = selection_query(scope, text);
    buf_add_slice(target, query);
    return query.len ? 0 : -ESTALE;
}

static int readme_render_search(struct scope *scope, struct buf *out)
{
    search_readme_render(scope->corpus, out);
    return 0;
}

static uint64_t readme_identity(const struct scope *scope)
{
    return scope->corpus->hash;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops search_ops = {
    .parent = scope_root,
    .child = search_child,
    .find = search_find,
};

const struct node_ops search_readme_ops = {
    .check = scope_check_generation,
    .identity = readme_identity,
    .render = readme_render_search,
};

const struct node_ops selection_spelling_ops = {
    .check = selection_check,
    .identity = selection_identity,
    .target = spelling_target,
};
