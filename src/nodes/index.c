/* index/: tables over all episodes. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/filename.h"
#include "base/parallel.h"
#include "nodes/nodes.h"
#include "nodes/state.h"
#include "render/tables.h"

/* --- a piece an episode, made on every core --------------------------------------------------- */

struct joining {
    struct scope *scope;
    int (*add)(struct scope *episode, struct buf *out);
    struct buf *pieces; /* one an episode */
    uint64_t bytes;     /* of them, so far */
    bool has_changed;   /* a file changed and was not rescanned */
    int err;            /* there will be no table */
};

/* An episode whose file cannot be read any more, or is another one by now, has no piece, or a
 * shorter one; a private one has none. */
static void add_piece(void *joining_, unsigned worker, size_t i)
{
    struct joining *joining = joining_;
    const struct node node = {.kind = KIND_EPISODE, .i = joining->scope->corpus->by_path[i]};
    cleanup_(scope_close) struct scope episode = scope_at(joining->scope, node);
    (void)worker;
    if (scope_episode(&episode)->is_private || __atomic_load_n(&joining->err, __ATOMIC_RELAXED))
        return;
    struct buf *piece = &joining->pieces[i];
    int err = joining->add(&episode, piece);
    if (err == -EAGAIN)
        __atomic_store_n(&joining->has_changed, true, __ATOMIC_RELAXED);
    if (piece->failed)
        err = -ENOMEM;
    if (__atomic_add_fetch(&joining->bytes, piece->len, __ATOMIC_RELAXED) > CACHE_MAX_TEXT)
        err = -EFBIG;
    if (error_passes(err) || err == -EFBIG)
        __atomic_store_n(&joining->err, err, __ATOMIC_RELAXED);
}

/* Whether clients may know a table that is to be made: it was before, here or by whoever served
 * then, and is kept no more. What it was is only known where no file has changed since. */
static bool may_be_known(const struct scope *scope)
{
    return scope->corpus->generation <= scope->tree->options.resumed || scope_was_made(scope);
}

static int join_pieces(struct scope *scope, int (*add)(struct scope *episode, struct buf *out),
                       struct buf *out)
{
    uint32_t count = scope->corpus->episode_count;
    cleanup_free struct buf *pieces = calloc(count + 1, sizeof *pieces);
    struct joining joining = {.scope = scope, .add = add, .pieces = pieces};
    if (!pieces)
        return -ENOMEM;
    parallel_for(count, parallel_threads(), add_piece, &joining);
    for (uint32_t i = 0; i < count; i++) {
        if (!joining.err)
            buf_add_slice(out, buf_slice(&pieces[i]));
        buf_free(&pieces[i]);
    }
    if (joining.err)
        return joining.err;
    if (joining.has_changed && may_be_known(scope))
        return -EAGAIN;
    scope_note_made(scope);
    return 0;
}

/* --- episodes.tsv, episodes.jsonl ------------------------------------------------------------- */

/* Where front matter cannot be read, the rest is known all the same. */
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
    const struct voice_index *voice_index;
    int err = scope_voice_index(scope, &voice_index);
    if (err)
        return err;
    if (voice_index->has_changed && may_be_known(scope))
        return -EAGAIN;
    tables_begin_counts(out);
    const struct view *view = views_view(&voice_index->by_voice, 0);
    return view ? tables_add_counts(&voice_index->by_voice, view, out) : 0;
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
    (void)scope;
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
    tables_begin_counts(out);
    return tables_add_days(scope->corpus, out);
}

/* --- which tables there are ------------------------------------------------------------------- */

static bool has_words(const struct scope *scope)
{
    return corpus_has(scope->corpus, "by-voice");
}

/* Whether there are terms or voices only the bodies say: their tables stand where there are words.
 */
static const struct {
    const char *name; /* NULL: that of the date view */
    bool (*exists)(const struct scope *scope);
    int (*render)(struct scope *scope, struct buf *out);
    bool is_unlisted; /* found by name: it reads every body, and no walk should meet it */
} tables[] = {
    {"episodes.tsv", root_has_episodes, episodes_tsv_render, false},
    {"episodes.jsonl", root_has_episodes, episodes_jsonl_render, false},
    {"glossary.tsv", has_words, glossary_render, false},
    {"by-voice.tsv", root_has_voices, voices_render, false},
    {NULL, root_has_dates, dates_render, false},
    {"counts.tsv", has_words, counts_render, true},
    {"voices.tsv", has_words, all_voices_render, true},
    {"README.md", root_has_episodes, readme_render, false},
};

/* Behind these a table a view: its number is that of the view and TABLES. Behind all of them the
 * whole tables (whole.c), which are found by name. */
enum { TABLES = sizeof tables / sizeof *tables };

static int view_render(struct scope *scope, struct buf *out)
{
    const struct views *views = &scope->corpus->views;
    tables_begin_counts(out);
    return tables_add_counts(views, views->views[scope->node.i - TABLES], out);
}

static int index_check(struct scope *scope)
{
    return root_has_episodes(scope) ? 0 : -ESTALE;
}

static int index_table_check(struct scope *scope)
{
    uint32_t i = scope->node.i;
    bool is_there = i < TABLES ? tables[i].exists(scope)
                               : views_view(&scope->corpus->views, i - TABLES) != NULL;
    return is_there && !scope->node.j ? scope_check_generation(scope) : -ESTALE;
}

/* All of them are other files when some content is another. */
static uint64_t index_table_identity(const struct scope *scope)
{
    const struct view *view = scope->node.i < TABLES
                                  ? NULL
                                  : scope->corpus->views.views[scope->node.i - TABLES];
    return hash_pair(scope->corpus->hash, view ? view->hash : scope->node.i);
}

/* "by-tag.tsv", after the view. */
static int name_table(struct child *child, struct slice view)
{
    struct slice ending = SLICE(".tsv");
    cleanup_buf struct buf name = {0};
    filename_cut(&name, view, FILENAME_MAX_BYTES - ending.len, view);
    buf_add_slice(&name, ending);
    return child_set_name(child, &name);
}

/* Places are those of the root: first what is fixed, then the views by name. */
static int table_child(const struct scope *scope, uint64_t index, struct child *child)
{
    const struct corpus *corpus = scope->corpus;
    uint64_t listed = (uint64_t)TABLES + corpus->views.view_count;
    if (index >= listed + WHOLE_TABLES)
        return -ENOENT;
    if (index >= listed && !has_words(scope))
        return CHILD_GAP;
    if (index >= listed)
        return child_is(child, KIND_WHOLE_TABLE, (uint32_t)(index - listed),
                        (uint32_t)corpus->generation,
                        slice_of(whole_table_name((unsigned)(index - listed))));
    if (index < TABLES && !tables[index].exists(scope))
        return CHILD_GAP;
    uint32_t view = index < TABLES ? 0 : corpus->views.order[index - TABLES];
    uint32_t number = index < TABLES ? (uint32_t)index : view + TABLES;
    child_is(child, KIND_INDEX_TABLE, number, (uint32_t)corpus->generation, SLICE(""));
    child->size_needs_render = true;
    if (index < TABLES && tables[index].name) {
        child->name = slice_of(tables[index].name);
        return 0;
    }
    child->list = index >= TABLES;
    return name_table(child, index < TABLES ? corpus->date_view : corpus->views.views[view]->name);
}

static int index_child(struct scope *scope, uint64_t index, struct child *child)
{
    if (index >= (uint64_t)TABLES + scope->corpus->views.view_count)
        return -ENOENT;
    return index < TABLES && tables[index].is_unlisted ? CHILD_GAP
                                                       : table_child(scope, index, child);
}

static int index_find(struct scope *scope, struct slice name, struct child *child)
{
    int err = 0;
    for (uint64_t index = 0; err >= 0; index++) {
        err = table_child(scope, index, child);
        if (err == 0 && slice_equal(child->name, name))
            return 0;
    }
    return err;
}

/* By its view; of two that begin alike for some 250 bytes either comes first. */
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

static int table_text(struct scope *scope, struct slice *text)
{
    return scope_text(scope, scope->node.i < TABLES ? tables[scope->node.i].render : view_render,
                      text);
}

static int index_table_read(struct scope *scope, uint64_t offset, size_t len,
                            struct tree_text *text)
{
    struct slice all;
    int err = table_text(scope, &all);
    text->bytes = slice_range(all, offset, len);
    return err;
}

static int index_table_size(struct scope *scope, uint64_t *size)
{
    struct slice all;
    int err = table_text(scope, &all);
    *size = all.len;
    return err;
}

/* --- what the tree calls ---------------------------------------------------------------------- */

const struct node_ops index_ops = {
    .check = index_check,
    .parent = scope_root,
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
