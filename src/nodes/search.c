/* search/: a folder for each query, of what it finds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "nodes/nodes.h"
#include "nodes/selection.h"
#include "nodes/state.h"
#include "query/canonical.h"
#include "render/renderers.h"
#include "render/search_readme.h"

/* --- search/ ---------------------------------------------------------------------------------- */

static int search_child(struct scope *scope, uint64_t index, struct child *child)
{
    return index ? -ENOENT
                 : child_is(child, KIND_SEARCH_README, 0, (uint32_t)scope->corpus->generation,
                            SLICE("README.md"));
}

/* Any other spelling than the canonical one is a link to that, unless it is too long for a name. */
static int search_find(struct scope *scope, struct slice name, struct child *child)
{
    struct arena arena = {0};
    struct query query;
    uint32_t number;
    if (slice_equal(name, SLICE("README.md")))
        return search_child(scope, 0, child);
    if (query_is_probe(name))
        return -ENOENT;
    int err = selections_parse(selections_of(scope), scope->corpus, &arena, name, &query);
    struct slice known = name;
    if (!err && query.canonical.len <= NAME_MAX)
        known = query.canonical;
    if (!err)
        err = selections_enter(selections_of(scope), known, &number);
    if (!err)
        child_is(child, slice_equal(known, name) ? KIND_SELECTION : KIND_SELECTION_SPELLING, number,
                 0, name);
    arena_free(&arena);
    return err;
}

static int spelling_target(struct scope *scope, struct buf *target)
{
    buf_add_slice(target, selection_query(scope));
    return 0;
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

/* --- a selection ------------------------------------------------------------------------------ */

static struct node search_folder(const struct scope *scope)
{
    (void)scope;
    return (struct node){.kind = KIND_SEARCH};
}

static int query_txt_render(struct scope *scope, struct buf *out);

/* A piece of a text, of an episode that is found. */
struct piece_input {
    struct scope *scope;
    const struct selection *selection;
    int (*render)(const struct material *material, struct buf *out);
    struct buf *pieces;
    uint64_t bytes;
    int err;
};

static int render_piece(struct scope *episode, const struct selected *selected,
                        int (*render)(const struct material *material, struct buf *out),
                        struct buf *out)
{
    struct material material;
    int err = scope_material(episode, NEEDS_FRONT | NEEDS_BODY, &material);
    /* cppcheck-suppress uninitStructMember ; a body was read where there is no error */
    cleanup_free bool *chosen = err ? NULL : calloc(material.body->count + 1, sizeof *chosen);
    if (err || !chosen)
        return err ? err : -ENOMEM;
    for (uint32_t i = 0; i < selected->count && selected->turns[i] < material.body->count; i++)
        chosen[selected->turns[i]] = true;
    material.chosen = chosen;
    return render(&material, out);
}

static void add_piece(void *input_, unsigned worker, size_t i)
{
    struct piece_input *input = input_;
    const struct selected *selected = &input->selection->found[i];
    const struct node node = {.kind = KIND_EPISODE, .i = selected->episode};
    cleanup_(scope_close) struct scope episode = scope_at(input->scope, node);
    (void)worker;
    if (!selected->count || __atomic_load_n(&input->err, __ATOMIC_RELAXED))
        return;
    struct buf *piece = &input->pieces[i];
    int err = render_piece(&episode, selected, input->render, piece);
    if (!err && piece->failed)
        err = -ENOMEM;
    if (!err && __atomic_add_fetch(&input->bytes, piece->len, __ATOMIC_RELAXED) > CACHE_MAX_TEXT)
        err = -EFBIG;
    if (err)
        __atomic_store_n(&input->err, err, __ATOMIC_RELAXED);
}

/* Each piece without the header line that the first one has. */
static void join(struct buf *out, struct buf *pieces, uint32_t count, bool has_header)
{
    bool is_first = true;
    for (uint32_t i = 0; i < count; i++) {
        struct slice text = buf_slice(&pieces[i]), header;
        if (text.len && has_header && !is_first)
            (void)slice_take(&text, '\n', &header);
        is_first &= !text.len;
        buf_add_slice(out, text);
        buf_free(&pieces[i]);
    }
}

static int render_found(struct scope *scope,
                        int (*render)(const struct material *material, struct buf *out),
                        bool has_header, struct buf *out)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = hold_selection(scope, &hold);
    if (err)
        return err;
    uint32_t count = hold.selection->count;
    cleanup_free struct buf *pieces = calloc(count + 1, sizeof *pieces);
    struct piece_input input = {
        .scope = scope, .selection = hold.selection, .render = render, .pieces = pieces};
    if (!pieces)
        return -ENOMEM;
    parallel_for(count, parallel_threads(), add_piece, &input);
    join(out, pieces, count, has_header);
    return input.err;
}

static int render_quotes(struct scope *scope, struct buf *out)
{
    return render_found(scope, quotes_render, false, out);
}

static int render_jsonl(struct scope *scope, struct buf *out)
{
    return render_found(scope, turns_jsonl_render, false, out);
}

static int render_tsv(struct scope *scope, struct buf *out)
{
    return render_found(scope, turns_tsv_render, true, out);
}

static const struct {
    const char *name;
    int (*render)(struct scope *scope, struct buf *out); /* NULL: a folder */
    enum kind kind;
} parts[] = {
    {"query.txt", query_txt_render, KIND_SELECTION_FILE},
    {"quotes.txt", render_quotes, KIND_SELECTION_FILE},
    {"turns.jsonl", render_jsonl, KIND_SELECTION_FILE},
    {"turns.tsv", render_tsv, KIND_SELECTION_FILE},
    {"turns", NULL, KIND_SELECTION_TURNS},
    {"episodes", NULL, KIND_SELECTION_EPISODES},
};

enum { PARTS = sizeof parts / sizeof *parts };

/* Where nothing is found there is only query.txt, which says so. */
static int selection_child(struct scope *scope, uint64_t index, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    if (index >= PARTS)
        return -ENOENT;
    int err = hold_selection(scope, &hold);
    if (err)
        return err;
    bool is_there = index == 0 ||
                    (parts[index].kind == KIND_SELECTION_EPISODES ? hold.selection->count > 0
                                                                  : hold.selection->turns > 0);
    if (!is_there)
        return CHILD_GAP;
    bool is_file = parts[index].render != NULL;
    child_is(child, parts[index].kind, scope->node.i,
             is_file ? (uint32_t)scope->corpus->generation : 0, slice_of(parts[index].name));
    child->node.j = is_file ? (uint32_t)index : 0;
    child->size_needs_render = is_file;
    return 0;
}

/* --- its files -------------------------------------------------------------------------------- */

static int file_check(struct scope *scope)
{
    int err = selection_check(scope);
    if (!err && (scope->node.j >= PARTS || !parts[scope->node.j].render))
        err = -ESTALE;
    return err ? err : scope_check_generation(scope);
}

static int file_text(struct scope *scope, struct slice *text)
{
    return scope_text(scope, parts[scope->node.j].render, text);
}

static int file_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    struct slice all;
    int err = file_text(scope, &all);
    text->bytes = slice_range(all, offset, len);
    return err;
}

static int file_size(struct scope *scope, uint64_t *size)
{
    struct slice all;
    int err = file_text(scope, &all);
    *size = all.len;
    return err;
}

static int add_terms(struct scope *scope, const struct query_bound *bound, struct arena *arena,
                     struct buf *out)
{
    struct term_found *terms;
    uint32_t count = 0;
    int err = selection_find_terms(bound, scope->tree->cache, arena, &terms, &count);
    for (uint32_t i = 0; i < count && !err; i++) {
        struct slice canonical = terms[i].term->canonical;
        buf_printf(out, "alone\t%.*s\tepisodes %u", (int)canonical.len, canonical.data,
                   (unsigned)terms[i].episodes);
        if (terms[i].term->speaks_of_turns)
            buf_printf(out, ", turns %llu", (unsigned long long)terms[i].turns);
        buf_add_byte(out, '\n');
    }
    return err;
}

static int add_what_terms_find(struct scope *scope, struct buf *out)
{
    struct arena arena = {0};
    struct query query;
    struct query_bound bound = {0};
    struct slice text = selection_query(scope);
    int err = selections_parse(selections_of(scope), scope->corpus, &arena, text, &query);
    if (!err)
        err = query_bind(&query, scope->corpus, &bound);
    if (!err)
        err = add_terms(scope, &bound, &arena, out);
    query_bound_free(&bound);
    arena_free(&arena);
    return err == -EINVAL ? 0 : err;
}

static int query_txt_render(struct scope *scope, struct buf *out)
{
    cleanup_(end_hold) struct hold hold = {0};
    struct slice text = selection_query(scope);
    int err = hold_selection(scope, &hold);
    if (err)
        return err;
    buf_printf(out, "query\t%.*s\n", (int)text.len, text.data);
    buf_printf(out, "episodes\t%u\n", (unsigned)hold.selection->count);
    buf_printf(out, "turns\t%llu\n", (unsigned long long)hold.selection->turns);
    if (hold.selection->count)
        return 0;
    return add_what_terms_find(scope, out);
}

/* --- what the tree calls ---------------------------------------------------------------------- */

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

const struct node_ops selection_ops = {
    .check = selection_check,
    .identity = selection_identity,
    .parent = search_folder,
    .child = selection_child,
    .links = scope_links_uncounted, /* to count its folders would cost its bodies */
};

const struct node_ops selection_spelling_ops = {
    .check = selection_check,
    .identity = selection_identity,
    .target = spelling_target,
};

const struct node_ops selection_file_ops = {
    .check = file_check,
    .identity = selection_part_identity,
    .read = file_read,
    .size = file_size,
};
