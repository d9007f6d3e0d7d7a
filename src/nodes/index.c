/* index/: tables over all episodes; and the same in a selection. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/filename.h"
#include "nodes/nodes.h"
#include "nodes/pieces.h"
#include "nodes/selection.h"
#include "nodes/state.h"
#include "nodes/whole.h"
#include "render/tables.h"

/* --- tables of all episodes, or of a selection ------------------------------------------------ */

static bool is_of_selection(const struct scope *scope)
{
    return scope->node.kind == KIND_SELECTION_INDEX || scope->node.kind == KIND_SELECTION_TABLE;
}

/* Holds the selection of the tables; NULL in `hold` for tables of all episodes. The caller calls
 * end_hold(). */
static int hold_found(struct scope *scope, enum selection_part part, struct hold *hold)
{
    *hold = (struct hold){.selections = selections_of(scope)};
    return is_of_selection(scope) ? hold_selection(scope, part, hold) : 0;
}

static int join_pieces(struct scope *scope, int (*add)(struct scope *episode, struct buf *out),
                       struct buf *out)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = hold_found(scope, SELECTION_EPISODES, &hold);
    return err ? err : pieces_join(scope, hold.selection, add, out);
}

/* --- episodes.tsv, episodes.jsonl ------------------------------------------------------------- */

/* Unreadable front matter is no error: the rest of the row is known. */
static int add_episode(struct scope *scope, bool is_json, struct buf *out)
{
    struct material material;
    int err = scope_material(scope, NEEDS_FRONT, &material);
    if (error_passes(err))
        return err;
    int failed = tables_add_episode(&material, is_json, out);
    return failed ? failed : err == -EAGAIN ? err : 0;
}

static int add_episode_json(struct scope *scope, struct buf *out)
{
    return add_episode(scope, true, out);
}

static int add_episode_tsv(struct scope *scope, struct buf *out)
{
    return add_episode(scope, false, out);
}

static int episodes_jsonl_render(struct scope *scope, struct buf *out)
{
    return join_pieces(scope, add_episode_json, out);
}

static int episodes_tsv_render(struct scope *scope, struct buf *out)
{
    tables_begin_episodes(out);
    return join_pieces(scope, add_episode_tsv, out);
}

/* --- glossary.tsv ----------------------------------------------------------------------------- */

static int add_terms(struct scope *scope, struct buf *out)
{
    struct material material;
    int err = scope_material(scope, NEEDS_BODY, &material);
    if (!err)
        tables_add_terms(&material, out);
    return err;
}

static int glossary_render(struct scope *scope, struct buf *out)
{
    tables_begin_terms(out);
    return join_pieces(scope, add_terms, out);
}

/* --- by-tag.tsv and its kin ------------------------------------------------------------------- */

static int voices_render(struct scope *scope, struct buf *out)
{
    cleanup_(end_hold) struct hold hold = {0};
    const struct voice_index *voice_index;
    int err = scope_voice_index(scope, &voice_index);
    if (err)
        return err;
    if (voice_index->has_changed && pieces_may_be_known(scope))
        return -EAGAIN;
    tables_begin_counts(out);
    err = hold_found(scope, SELECTION_VOICES, &hold);
    const struct view *view = views_view(&voice_index->by_voice, 0);
    const uint32_t *counts = hold.selection ? hold.selection->voices : NULL;
    return !err && view ? tables_add_counts(&voice_index->by_voice, view, counts, out) : err;
}

/* --- counts.tsv, voices.tsv --------------------------------------------------------------------
 */

static int add_counts(struct scope *scope, struct buf *out)
{
    struct material material;
    int err = scope_material(scope, NEEDS_BODY, &material);
    if (!err)
        tables_add_body_counts(&material, out);
    return err;
}

static int counts_render(struct scope *scope, struct buf *out)
{
    tables_begin_body_counts(out);
    return join_pieces(scope, add_counts, out);
}

static int add_voices(struct scope *scope, struct buf *out)
{
    struct material material;
    int err = scope_material(scope, NEEDS_BODY, &material);
    return err ? err : tables_add_voices(&material, out);
}

static int all_voices_render(struct scope *scope, struct buf *out)
{
    tables_begin_voices(out);
    return join_pieces(scope, add_voices, out);
}

/* --- README.md -------------------------------------------------------------------------------- */

static int readme_render(struct scope *scope, struct buf *out)
{
    if (is_of_selection(scope)) {
        buf_add_text(out,
                     "# Tables over what is found\n\nThey are those of `index/` in the root of "
                     "the mount, of the episodes and turns\nthat are found.\n");
        return 0;
    }
    buf_add_text(
        out,
        "# Tables over all episodes\n\n"
        "Beside those listed here there are some that are found by name and not listed: each "
        "reads every\nepisode, and no walk should meet it. What is not known is empty.\n\n"
        "- `counts.tsv`: a row an episode: `episode`, `turns`, `words`, `voices`, `seconds` of "
        "the turns whose\n  start and end are known, `timed_turns` (how many these are), "
        "`originals` (turns that have one)\n"
        "- `voices.tsv`: a row a voice and episode: `voice`, `episode`, `turns`, `words`, "
        "`seconds`, `timed_turns`\n"
        "- `turns.jsonl`, `turns.tsv`: the records of all turns, as in the folders of the "
        "episodes, and of\n  each the `title` and `date` of its episode\n");
    return 0;
}

/* --- by-date.tsv ------------------------------------------------------------------------------ */

static int dates_render(struct scope *scope, struct buf *out)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = hold_found(scope, SELECTION_EPISODES, &hold);
    tables_begin_counts(out);
    return err ? err
               : tables_add_days(scope->corpus, hold.selection ? hold.selection->has : NULL, out);
}

/* --- which tables there are ------------------------------------------------------------------- */

/* Only the bodies tell whether there are terms or voices, so any body makes these tables exist. */
static const struct {
    const char *name; /* NULL: that of the date view */
    bool (*exists)(const struct scope *scope);
    int (*render)(struct scope *scope, struct buf *out);
    bool is_unlisted; /* it reads every body, so a walk should not meet it */
} tables[] = {
    {"episodes.tsv", root_has_episodes, episodes_tsv_render, false},
    {"episodes.jsonl", root_has_episodes, episodes_jsonl_render, false},
    {"glossary.tsv", root_has_words, glossary_render, false},
    {"by-voice.tsv", root_has_voices, voices_render, false},
    {NULL, root_has_dates, dates_render, false},
    {"counts.tsv", root_has_words, counts_render, true},
    {"voices.tsv", root_has_words, all_voices_render, true},
    {"README.md", root_has_episodes, readme_render, false},
};

/* After these, one table a view: TABLES and the number of the view. After all of them, the whole
 * tables (whole.c). */
enum { TABLES = sizeof tables / sizeof *tables };

static uint32_t table_of(const struct scope *scope)
{
    return is_of_selection(scope) ? scope->node.j : scope->node.i;
}

static int view_render(struct scope *scope, struct buf *out)
{
    cleanup_(end_hold) struct hold hold = {0};
    const struct views *views = &scope->corpus->views;
    const struct view *view = views->views[table_of(scope) - TABLES];
    int err = hold_found(scope, SELECTION_EPISODES, &hold);
    if (err)
        return err;
    tables_begin_counts(out);
    if (!hold.selection)
        return tables_add_counts(views, view, NULL, out);
    uint32_t *counts = calloc(views->facet_cap + (size_t)1, sizeof *counts);
    for (uint32_t i = 0; counts && i < view->count; i++)
        counts[view->facets[i]] = selection_count_in(hold.selection,
                                                     views->facets[view->facets[i]]);
    err = counts ? tables_add_counts(views, view, counts, out) : -ENOMEM;
    free(counts);
    return err;
}

static int index_check(struct scope *scope)
{
    int err = is_of_selection(scope) ? selection_check(scope) : 0;
    return err ? err : root_has_episodes(scope) ? 0 : -ESTALE;
}

static int index_table_check(struct scope *scope)
{
    uint32_t table = table_of(scope);
    int err = is_of_selection(scope) ? selection_check(scope) : scope->node.j ? -ESTALE : 0;
    bool is_there = table < TABLES ? tables[table].exists(scope)
                                   : views_view(&scope->corpus->views, table - TABLES) != NULL;
    if (!err && !is_there)
        err = -ESTALE;
    return err || is_of_selection(scope) ? err : scope_check_generation(scope);
}

/* All tables become other files when any content changes, or any of their selection. */
static uint64_t index_table_identity(const struct scope *scope)
{
    uint32_t table = table_of(scope);
    const struct view *view = table < TABLES ? NULL : scope->corpus->views.views[table - TABLES];
    bool is_of_all = !is_of_selection(scope);
    uint64_t hash = hash_pair(is_of_all ? scope->corpus->hash : selection_hash(scope),
                              view ? view->identity : table);
    return is_of_all ? hash : selection_part(scope, hash);
}

static uint64_t index_identity(const struct scope *scope)
{
    return is_of_selection(scope) ? selection_identity(scope) : 0;
}

static struct node index_parent(const struct scope *scope)
{
    return is_of_selection(scope) ? selection_folder(scope) : scope_root(scope);
}

/* "by-tag.tsv" for the view by-tag. */
static int name_table(struct child *child, struct slice view)
{
    struct slice ending = SLICE(".tsv");
    cleanup_buf struct buf name = {0};
    filename_cut(&name, view, FILENAME_MAX_BYTES - ending.len, view);
    buf_add_slice(&name, ending);
    return child_set_name(child, &name);
}

/* The order is that of the root: first the fixed tables, then the views by name. */
static int table_child(const struct scope *scope, uint64_t index, struct child *child)
{
    const struct corpus *corpus = scope->corpus;
    uint64_t listed = (uint64_t)TABLES + corpus->views.view_count;
    /* A selection has the whole tables beside its index/. */
    if (index >= listed + (is_of_selection(scope) ? 0 : WHOLE_IN_INDEX))
        return -ENOENT;
    if (index >= listed && !root_has_words(scope))
        return CHILD_GAP;
    if (index >= listed)
        return child_is(child, KIND_WHOLE_TABLE, (uint32_t)(index - listed),
                        (uint32_t)corpus->generation,
                        slice_of(whole_name((enum whole_table)(index - listed))));
    if (index < TABLES && !tables[index].exists(scope))
        return CHILD_GAP;
    uint32_t view = index < TABLES ? 0 : corpus->views.order[index - TABLES];
    uint32_t number = index < TABLES ? (uint32_t)index : view + TABLES;
    bool is_of_all = !is_of_selection(scope);
    child_is(child, is_of_all ? KIND_INDEX_TABLE : KIND_SELECTION_TABLE,
             is_of_all ? number : scope->node.i,
             is_of_all ? (uint32_t)corpus->generation : selection_version(scope), SLICE(""));
    child->node.j = is_of_all ? 0 : number;
    child->size_needs_render = true;
    if (index < TABLES && tables[index].name) {
        child->name = slice_of(tables[index].name);
        return 0;
    }
    child->list = index >= TABLES;
    return name_table(child, index < TABLES ? corpus->date_view : corpus->views.views[view]->name);
}

/* CHILD_GAP for the table of a view that has no value in a selection; 0, or an error. */
static int is_empty_table(struct scope *scope, uint64_t index)
{
    cleanup_(end_hold) struct hold hold = {0};
    const struct views *views = &scope->corpus->views;
    if (index < TABLES || index - TABLES >= views->view_count)
        return 0;
    int err = hold_found(scope, SELECTION_EPISODES, &hold);
    if (err || !hold.selection)
        return err;
    return selection_has_view(hold.selection, views, views->order[index - TABLES]) ? 0 : CHILD_GAP;
}

static int index_child(struct scope *scope, uint64_t index, struct child *child)
{
    if (index >= (uint64_t)TABLES + scope->corpus->views.view_count)
        return -ENOENT;
    if (index < TABLES && tables[index].is_unlisted)
        return CHILD_GAP;
    int err = is_empty_table(scope, index);
    return err ? err : table_child(scope, index, child);
}

static int index_find(struct scope *scope, struct slice name, struct child *child)
{
    int err = 0;
    for (uint64_t index = 0; err >= 0; index++) {
        err = table_child(scope, index, child);
        if (err || !slice_equal(child->name, name))
            continue;
        err = is_empty_table(scope, index);
        return err == CHILD_GAP ? -ENOENT : err;
    }
    return err;
}

/* Searches by the view. The order of two names with the same 250 bytes at the start is arbitrary.
 */
static uint64_t index_seek(struct scope *scope, unsigned list, struct slice name)
{
    const size_t ending = SLICE(".tsv").len;
    (void)list;
    name.len -= name.len > ending ? ending : 0;
    return TABLES + views_order_behind(&scope->corpus->views, name);
}

void index_each_name(struct tree *tree, const struct corpus *corpus,
                     void (*each)(void *context, struct slice name), void *context)
{
    struct scope scope = {.tree = tree, .corpus = corpus};
    struct child child;
    int err = 0;
    for (uint64_t index = 0; err >= 0; index++) {
        err = table_child(&scope, index, &child);
        if (err == 0)
            each(context, child.name);
    }
}

static int (*renderer_of(const struct scope *scope))(struct scope *scope, struct buf *out)
{
    uint32_t table = table_of(scope);
    return table < TABLES ? tables[table].render : view_render;
}

static int index_table_read(struct scope *scope, uint64_t offset, size_t len,
                            struct tree_text *text)
{
    return scope_read_text(scope, renderer_of(scope), offset, len, text);
}

static int index_table_size(struct scope *scope, uint64_t *size)
{
    return scope_size_text(scope, renderer_of(scope), size);
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops index_ops = {
    .check = index_check,
    .identity = index_identity,
    .parent = index_parent,
    .child = index_child,
    .find = index_find,
    .seek = index_seek,
};

const struct node_ops index_table_ops = {
    .check = index_table_check,
    .identity = index_table_identity,
    .read = index_table_read,
    .size = index_table_size,
};
