/* search/: a folder for each query, of what it finds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/filename.h"
#include "base/parallel.h"
#include "nodes/episode.h"
#include "nodes/nodes.h"
#include "nodes/state.h"
#include "query/canonical.h"
#include "render/renderers.h"
#include "render/search_readme.h"

static struct selections *selections_of(const struct scope *scope)
{
    return &scope->tree->selections;
}

/* --- what it finds ---------------------------------------------------------------------------- */

/* A selection, while a function looks at it. */
struct hold {
    struct selections *selections;
    struct held_selection *held;
    const struct selection *selection;
};

static int hold_selection(const struct scope *scope, struct hold *hold)
{
    *hold = (struct hold){.selections = selections_of(scope)};
    int err = selections_get(hold->selections, scope->node.i, scope->corpus, scope->tree->cache,
                             &hold->held);
    hold->selection = err ? NULL : &hold->held->selection;
    return err;
}

static void end_hold(struct hold *hold)
{
    selections_put(hold->selections, hold->held);
}

static int selection_check(struct scope *scope)
{
    return selections_query(selections_of(scope), scope->node.i).len ? 0 : -ESTALE;
}

static uint64_t selection_identity(const struct scope *scope)
{
    return hash64(selections_query(selections_of(scope), scope->node.i), 0);
}

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
    buf_add_slice(target, selections_query(selections_of(scope), scope->node.i));
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

static struct node selection_folder(const struct scope *scope)
{
    return (struct node){.kind = KIND_SELECTION, .i = scope->node.i};
}

/* --- its files -------------------------------------------------------------------------------- */

static int file_check(struct scope *scope)
{
    int err = selection_check(scope);
    if (!err && (scope->node.j >= PARTS || !parts[scope->node.j].render))
        err = -ESTALE;
    return err ? err : scope_check_generation(scope);
}

static uint64_t file_identity(const struct scope *scope)
{
    return hash_pair(selection_identity(scope), scope->corpus->hash + scope->node.j);
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
    struct slice text = selections_query(selections_of(scope), scope->node.i);
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
    struct slice text = selections_query(selections_of(scope), scope->node.i);
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

/* --- its turns -------------------------------------------------------------------------------- */

/* "2024-03-09 The last keeper--004.txt": the entry, cut so that the number fits. */
static int name_turn(const struct corpus *corpus, const struct selected *selected, uint32_t turn,
                     struct child *child)
{
    struct child numbered;
    cleanup_buf struct buf name = {0};
    episode_turn_name(selected->turn_count, turn, &numbered);
    struct slice entry = corpus->episodes[selected->episode]->entry;
    filename_cut(&name, entry, FILENAME_MAX_BYTES - numbered.name.len - 2, entry);
    buf_add_text(&name, "--");
    buf_add_slice(&name, numbered.name);
    return child_set_name(child, &name);
}

static int turn_child(const struct scope *scope, const struct selection *selection, uint64_t index,
                      struct child *child)
{
    if (index >= selection->turns)
        return -ENOENT;
    uint32_t at = selection_entry_of_turn(selection, index);
    const struct selected *selected = &selection->found[selection->by_entry[at]];
    child_is(child, KIND_SELECTION_TURN, scope->node.i, (uint32_t)scope->corpus->generation,
             SLICE(""));
    child->node.j = (uint32_t)index;
    return name_turn(scope->corpus, selected, selected->turns[index - selection->first[at]], child);
}

static int turns_child(struct scope *scope, uint64_t index, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = hold_selection(scope, &hold);
    return err ? err : turn_child(scope, hold.selection, index, child);
}

/* The place of a turn among those that are found in an episode; count where it is not. */
static uint32_t find_turn(const struct selected *selected, uint64_t turn)
{
    uint32_t low = 0, high = selected->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (selected->turns[middle] < turn)
            low = middle + 1;
        else
            high = middle;
    }
    return low < selected->count && selected->turns[low] == turn ? low : selected->count;
}

/* The turn of an episode by its name, which a cut entry has in another way. */
static int find_in_episode(const struct scope *scope, const struct selection *selection,
                           uint32_t entry, uint64_t turn, struct slice name, struct child *child)
{
    const struct selected *selected = &selection->found[selection->by_entry[entry]];
    uint32_t nth = find_turn(selected, turn);
    if (nth == selected->count)
        return -ENOENT;
    int err = turn_child(scope, selection, selection->first[entry] + nth, child);
    return err ? err : slice_equal(child->name, name) ? 0 : -ENOENT;
}

/* By the entry before the last two dashes; where that is none, it may be a cut one. */
static int turns_find(struct scope *scope, struct slice name, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    const char *dash = name.len ? memrchr(name.data, '-', name.len) : NULL;
    uint64_t turn;
    if (!dash || dash == name.data ||
        episode_turn_number(slice_skip(name, (size_t)(dash - name.data) + 1), &turn))
        return -ENOENT;
    int err = hold_selection(scope, &hold);
    if (err)
        return err;
    const struct selection *selection = hold.selection;
    struct slice entry = slice_head(name, (size_t)(dash - name.data) - 1);
    uint32_t at = corpus_find_entry(scope->corpus, selection->entries, selection->count, entry);
    if (at != NO_INDEX)
        return find_in_episode(scope, selection, at, turn, name, child);
    err = -ENOENT;
    for (at = 0; at < selection->count && err == -ENOENT; at++)
        err = find_in_episode(scope, selection, at, turn, name, child);
    return err;
}

static int turn_check(struct scope *scope)
{
    int err = selection_check(scope);
    return err ? err : scope_check_generation(scope);
}

static uint64_t turn_identity(const struct scope *scope)
{
    return hash_pair(file_identity(scope), scope->node.j);
}

static int turn_target(struct scope *scope, struct buf *target)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = hold_selection(scope, &hold);
    if (err)
        return err;
    const struct selection *selection = hold.selection;
    if (scope->node.j >= selection->turns)
        return -ESTALE;
    uint32_t at = selection_entry_of_turn(selection, scope->node.j);
    const struct selected *selected = &selection->found[selection->by_entry[at]];
    struct child numbered;
    episode_turn_name(selected->turn_count, selected->turns[scope->node.j - selection->first[at]],
                      &numbered);
    buf_add_text(target, "../../../episodes/");
    buf_add_slice(target, scope->corpus->episodes[selected->episode]->name);
    buf_add_text(target, "/turns/");
    buf_add_slice(target, numbered.name);
    return 0;
}

/* --- its episodes ----------------------------------------------------------------------------- */

/* Its episodes, while the selection is held. */
static int hold_episodes(const struct scope *scope, struct hold *hold, struct links *links)
{
    int err = hold_selection(scope, hold);
    if (!err)
        *links = (struct links){KIND_SELECTION_EPISODE, hold->selection->entries,
                                hold->selection->count};
    return err;
}

static int episodes_child(struct scope *scope, uint64_t index, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    struct links links;
    int err = hold_episodes(scope, &hold, &links);
    return err ? err : links_child(scope, &links, index, child);
}

static int episodes_find(struct scope *scope, struct slice name, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    struct links links;
    int err = hold_episodes(scope, &hold, &links);
    return err ? err : links_find(scope, &links, name, child);
}

static uint64_t episodes_seek(struct scope *scope, unsigned list, struct slice name)
{
    cleanup_(end_hold) struct hold hold = {0};
    struct links links;
    (void)list;
    return hold_episodes(scope, &hold, &links) ? 0 : links_seek(scope, &links, name);
}

static int episode_link_check(struct scope *scope)
{
    int err = selection_check(scope);
    const struct episode *episode = corpus_episode(scope->corpus, scope->node.j);
    return err ? err : episode_shown(episode) ? 0 : -ESTALE;
}

static uint64_t episode_link_identity(const struct scope *scope)
{
    return hash_pair(selection_identity(scope), scope->corpus->episodes[scope->node.j]->hash);
}

static int episode_link_target(struct scope *scope, struct buf *target)
{
    buf_add_text(target, "../../../episodes/");
    buf_add_slice(target, scope->corpus->episodes[scope->node.j]->name);
    return 0;
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
    .identity = file_identity,
    .read = file_read,
    .size = file_size,
};

const struct node_ops selection_turns_ops = {
    .check = selection_check,
    .identity = selection_identity,
    .parent = selection_folder,
    .child = turns_child,
    .find = turns_find,
};

const struct node_ops selection_turn_ops = {
    .check = turn_check,
    .identity = turn_identity,
    .target = turn_target,
};

const struct node_ops selection_episodes_ops = {
    .check = selection_check,
    .identity = selection_identity,
    .parent = selection_folder,
    .child = episodes_child,
    .find = episodes_find,
    .seek = episodes_seek,
};

const struct node_ops selection_episode_ops = {
    .check = episode_link_check,
    .identity = episode_link_identity,
    .target = episode_link_target,
};
