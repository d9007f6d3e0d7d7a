/* search/<query>: the results of a query, in the layout of the root. */
#include <errno.h>

#include "base/cleanup.h"
#include "nodes/nodes.h"
#include "nodes/state.h"
#include "nodes/whole.h"
#include "search/search.h"

/* --- files ------------------------------------------------------------------------------------ */

/* The files: first query.txt, which exists even without results, then whole tables. */
static const enum whole_table tables[] = {WHOLE_QUOTES, WHOLE_TURNS_JSON, WHOLE_TURNS_TSV};

enum { TABLES = sizeof tables / sizeof *tables, FILES = 1 + TABLES };

static enum whole_table table_of(const struct scope *scope)
{
    return tables[scope->node.j - 1];
}

static int add_terms(struct scope *scope, const struct query_bound *bound, struct arena *arena,
                     struct buf *out)
{
    struct term_counts counts;
    int err = term_counts_begin(bound, scope->tree->cache, arena, &counts);
    if (!err)
        err = term_counts_end(&counts);
    for (uint32_t i = 0; i < counts.count && !err; i++) {
        const struct term_found *found = &counts.terms[i];
        struct slice canonical = found->term->canonical;
        buf_printf(out, "alone\t%.*s\tepisodes %u", (int)canonical.len, canonical.data,
                   (unsigned)found->episodes);
        if (found->term->speaks_of_turns)
            buf_printf(out, ", turns %llu", (unsigned long long)found->turns);
        buf_add_byte(out, '\n');
    }
    return err;
}

static int add_what_terms_find(struct scope *scope, struct buf *out)
{
    struct arena arena = {0};
    struct query query;
    struct query_bound bound = {0};
    char name[NAME_MAX];
    struct slice text = selection_query(scope, name);
    int err = selections_parse(scope->corpus, &arena, text, &query);
    if (!err)
        err = query_bind(&query, scope->corpus, &selections_of(scope)->words, &bound);
    if (!err)
        err = add_terms(scope, &bound, &arena, out);
    query_bound_free(&bound);
    arena_free(&arena);
    return err == -EINVAL ? 0 : err;
}

/* Has the number of turns if the query speaks of turns: then it has read the bodies. */
struct found {
    uint32_t episodes;
    uint64_t turns;
    bool of_turns;
};

static int count_found(struct scope *scope, struct found *found)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = hold_selection(scope, SELECTION_EPISODES, &hold);
    *found = (struct found){0};
    for (uint32_t i = 0; !err && i < hold.selection->count; i++) {
        found->of_turns |= !hold.selection->found[i].is_whole;
        found->turns += hold.selection->found[i].count;
        found->episodes++;
    }
    return err;
}

static int query_txt_render(struct scope *scope, struct buf *out)
{
    char name[NAME_MAX];
    struct slice text = selection_query(scope, name);
    struct found found;
    int err = count_found(scope, &found);
    if (err)
        return err;
    buf_printf(out, "query\t%.*s\n", (int)text.len, text.data);
    buf_printf(out, "episodes\t%u\n", (unsigned)found.episodes);
    if (found.of_turns)
        buf_printf(out, "turns\t%llu\n", (unsigned long long)found.turns);
    return found.episodes ? 0 : add_what_terms_find(scope, out);
}

static int file_check(struct scope *scope)
{
    if (scope->node.j >= FILES || !selection_use(scope))
        return -ESTALE;
    return scope->node.j ? whole_check(scope, table_of(scope)) : selection_check(scope);
}

static uint64_t file_identity(const struct scope *scope)
{
    uint64_t hash = scope->node.j ? whole_hash(scope, table_of(scope)) : selection_hash(scope);
    return selection_part(scope, hash + scope->node.j);
}

static struct stamps file_stamps(const struct scope *scope)
{
    return scope->node.j ? whole_stamps(scope, table_of(scope)) : scope_since(scope).stamps;
}

static int file_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    return scope->node.j ? whole_read(scope, table_of(scope), offset, len, text)
                         : scope_read_text(scope, query_txt_render, offset, len, text);
}

static int file_size(struct scope *scope, uint64_t *size)
{
    return scope->node.j ? whole_size(scope, table_of(scope), size)
                         : scope_size_text(scope, query_txt_render, size);
}

/* --- children --------------------------------------------------------------------------------- */

static bool has_dates_found(const struct scope *scope, const struct selection *selection)
{
    bool has = false;
    for (uint32_t i = 0; i < selection->count && !has && root_has_dates(scope); i++)
        has = scope->corpus->episodes[selection->found[i].episode]->head.date.year > 0;
    return has;
}

/* The children between the files and the views. */
static const struct {
    const char *name; /* NULL: that of the date view */
    enum kind kind;
    bool (*exists)(const struct scope *scope); /* NULL: always */
} folders[] = {
    {"turns", KIND_SELECTION_TURNS, root_has_words},
    {"episodes", KIND_SELECTION_EPISODES, NULL},
    {"index", KIND_SELECTION_INDEX, root_has_episodes},
    {"by-voice", KIND_SELECTION_VIEW, root_has_voices},
    {NULL, KIND_SELECTION_VIEW, root_has_dates},
};

enum { FOLDERS = sizeof folders / sizeof *folders, FIXED = FILES + FOLDERS };

static int folder_child(const struct scope *scope, const struct selection *selection, uint64_t i,
                        struct child *child)
{
    struct slice name = folders[i].name ? slice_of(folders[i].name) : scope->corpus->date_view;
    if ((folders[i].exists && !folders[i].exists(scope)) ||
        (!folders[i].name && !has_dates_found(scope, selection)))
        return CHILD_GAP;
    child_is(child, folders[i].kind, scope->node.i, selection_version(scope), name);
    if (folders[i].kind == KIND_SELECTION_VIEW)
        child->node.j = folders[i].name ? SELECTION_BY_VOICE : SELECTION_BY_DATE;
    return 0;
}

static int selection_child(struct scope *scope, uint64_t index, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    const struct views *views = &scope->corpus->views;
    if (index >= (uint64_t)FIXED + views->view_count)
        return -ENOENT;
    int err = hold_selection(scope, SELECTION_EPISODES, &hold);
    if (err)
        return err;
    if (index && (!hold.selection->count || (index < FILES && !root_has_words(scope))))
        return CHILD_GAP;
    if (index < FILES) {
        child_is(child, KIND_SELECTION_FILE, scope->node.i, selection_version(scope),
                 index ? slice_of(whole_name(tables[index - 1])) : SLICE("query.txt"));
        child->node.j = (uint32_t)index;
        child->size_needs_render = true;
        return 0;
    }
    if (index < FIXED)
        return folder_child(scope, hold.selection, index - FILES, child);
    uint32_t view = views->order[index - FIXED];
    if (!selection_has_view(hold.selection, views, view))
        return CHILD_GAP;
    child_is(child, KIND_SELECTION_VIEW, scope->node.i, selection_version(scope),
             views->views[view]->name);
    child->node.j = view;
    child->list = 1;
    return 0;
}

/* A table that is looked up before its turns are found is counted in the pass that finds them. */
static int count_table(struct scope *scope, struct slice name)
{
    const struct node node = {
        .kind = KIND_SELECTION_FILE, .i = scope->node.i, .version = selection_version(scope)};
    cleanup_(scope_close) struct scope file = scope_at(scope, node);
    uint64_t size;
    for (uint32_t i = 0; i < TABLES && root_has_words(scope); i++) {
        if (slice_equal(name, slice_of(whole_name(tables[i]))))
            return whole_size(&file, tables[i], &size);
    }
    return 0;
}

static int selection_find_child(struct scope *scope, struct slice name, struct child *child)
{
    int err = count_table(scope, name);
    for (uint64_t index = 0; err >= 0; index++) {
        err = selection_child(scope, index, child);
        if (!err && slice_equal(child->name, name))
            return 0;
    }
    return err;
}

static uint64_t selection_seek(struct scope *scope, unsigned list, struct slice name)
{
    (void)list;
    return FIXED + views_order_behind(&scope->corpus->views, name);
}

static struct node search_folder(const struct scope *scope)
{
    (void)scope;
    return (struct node){.kind = KIND_SEARCH};
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops selection_ops = {
    .check = selection_check,
    .identity = selection_identity,
    .parent = search_folder,
    .child = selection_child,
    .find = selection_find_child,
    .seek = selection_seek,
    .links = scope_links_uncounted, /* counting its folders would read bodies */
};

const struct node_ops selection_file_ops = {
    .check = file_check,
    .identity = file_identity,
    .stamps = file_stamps,
    .read = file_read,
    .size = file_size,
};
