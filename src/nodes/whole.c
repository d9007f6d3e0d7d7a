/* index/turns.jsonl, index/turns.tsv, and the tables of a selection. */
#include "nodes/whole.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "nodes/nodes.h"
#include "nodes/pieces.h"
#include "nodes/selection.h"
#include "nodes/state.h"
#include "render/long_text.h"
#include "render/renderers.h"
#include "render/tables.h"

static const struct {
    const char *name;
    void (*begin)(struct buf *out); /* adds the header line; or NULL */
    int (*add)(const struct material *material, struct buf *out);
} tables[WHOLE_TABLES] = {
    [WHOLE_TURNS_JSON] = {"turns.jsonl", NULL, tables_add_turns_json},
    [WHOLE_TURNS_TSV] = {"turns.tsv", tables_begin_turns, tables_add_turns_tsv},
    [WHOLE_QUOTES] = {"quotes.txt", NULL, quotes_render},
};

const char *whole_name(enum whole_table table)
{
    return tables[table].name;
}

static void begin_table(unsigned table, struct buf *out)
{
    if (tables[table].begin)
        tables[table].begin(out);
}

/* --- of which episodes ------------------------------------------------------------------------ */

static bool is_of_all(const struct scope *scope)
{
    return scope->node.kind == KIND_WHOLE_TABLE;
}

static struct table_key key_of(const struct scope *scope, enum whole_table table)
{
    return (struct table_key){is_of_all(scope) ? TABLE_OF_ALL : scope->node.i, table};
}

/* Holds the selection in the scope's own generation; NULL in `hold` for a table of all episodes. */
static int hold_shown(struct scope *scope, const struct select_visitor *visitor, struct hold *hold)
{
    *hold = (struct hold){.selections = selections_of(scope)};
    return is_of_all(scope) ? 0 : hold_selection_with(scope, visitor, hold);
}

/* A hash of everything that a piece depends on, besides the version of its episode. Never 0. */
static uint64_t shown_of(const struct episode *episode, const struct selected *selected)
{
    uint64_t hash = hash64(episode->name, 11);
    if (selected && !selected->is_whole)
        hash = hash64((struct slice){(const char *)selected->turns,
                                     selected->count * sizeof *selected->turns},
                      hash);
    return hash ? hash : 1;
}

static bool is_same(const struct table_piece *piece, const struct episode *episode,
                    const struct selected *selected)
{
    return piece->version == episode->version && piece->shown == shown_of(episode, selected);
}

/* The key of a piece in the cache: 56 bits of a hash. No client has such an id. */
static uint64_t key_of_piece(unsigned table, const struct table_piece *piece)
{
    uint64_t hash = hash_pair(hash_pair(piece->shown, table),
                              (uint64_t)piece->episode << 32 | piece->version);
    const struct node node = {KIND_TABLE_PIECE, hash & 0xffffff, hash >> 24 & 0xffff,
                              node_version(KIND_TABLE_PIECE, hash >> 40)};
    return node_id(&node);
}

/* The text of a piece, of the episode of a scope. */
static struct long_text text_of(struct scope *episode, unsigned table, uint64_t key)
{
    return (struct long_text){episode->tree->cache, key, scope_all_material, episode,
                              tables[table].add};
}

/* --- counting --------------------------------------------------------------------------------- */

struct counting {
    struct scope *scope;
    const struct selection *selection; /* NULL: all */
    unsigned table;
    struct table_layout *layout;
    struct table_piece *known; /* by number of the episode, as far as its length is known */
    uint32_t known_cap;
    struct buf texts[PARALLEL_MAX_THREADS];
    size_t done;
    bool has_changed; /* a file changed since the scan */
    int err;
};

/* Stores the length of a piece in its `end`, until all lengths are known. */
static int count_piece(struct counting *counting, unsigned worker, uint32_t number,
                       const struct selected *selected, struct table_piece *piece)
{
    const struct node node = {.kind = KIND_EPISODE, .i = number};
    cleanup_(scope_close) struct scope episode = scope_at(counting->scope, node);
    const struct long_text all = text_of(&episode, counting->table, 0);
    const struct table_piece *known = &counting->known[number];
    *piece = (struct table_piece){.episode = number, .version = scope_episode(&episode)->version};
    episode.selected = selected;
    if (episode_shown(scope_episode(&episode)) == NULL)
        return 0;
    if (is_same(known, scope_episode(&episode), selected)) {
        *piece = *known;
        return 0;
    }
    int err = long_text_count(&all, &counting->texts[worker], &piece->end);
    if (err)
        piece->end = 0;
    else
        piece->shown = shown_of(scope_episode(&episode), selected);
    return err;
}

/* Counts while the body is there for the search. An error comes again where all are counted. */
static void count_found(void *counting_, unsigned worker, const struct selected *selected)
{
    struct counting *counting = counting_;
    struct table_piece piece;
    if (!count_piece(counting, worker, selected->episode, selected, &piece))
        counting->known[selected->episode] = piece;
}

static void count_one(void *counting_, unsigned worker, size_t i)
{
    struct counting *counting = counting_;
    const struct tree_options *options = &counting->scope->tree->options;
    const struct corpus *corpus = counting->scope->corpus;
    const struct selected *selected = counting->selection ? &counting->selection->found[i] : NULL;
    uint32_t number = selected ? selected->episode : corpus->by_path[i];
    struct table_piece *piece = &counting->layout->pieces[i];

    *piece = (struct table_piece){.episode = number};
    if (__atomic_load_n(&counting->err, __ATOMIC_RELAXED))
        return;
    int err = count_piece(counting, worker, number, selected, piece);
    if (err == -EAGAIN)
        __atomic_store_n(&counting->has_changed, true, __ATOMIC_RELAXED);
    if (error_passes(err) || err == -EFBIG)
        __atomic_store_n(&counting->err, err, __ATOMIC_RELAXED);
    size_t done = __atomic_add_fetch(&counting->done, 1, __ATOMIC_RELAXED);
    if (!selected && options->progress && (worker == 0 || done == corpus->episode_count))
        options->progress(options->progress_context, done, corpus->episode_count);
}

/* Takes the lengths of the last layout. */
static int find_known(struct counting *counting, struct table_key key)
{
    struct whole_tables *whole = &counting->scope->tree->whole_tables;
    counting->known = calloc(counting->known_cap + (size_t)1, sizeof *counting->known);
    if (!counting->known)
        return -ENOMEM;
    struct table_layout *before = whole_tables_newest(whole, key);
    for (uint32_t i = 0; before && i < before->count; i++) {
        struct table_piece piece = before->pieces[i];
        piece.end = table_layout_length(before, i);
        if (piece.episode < counting->known_cap)
            counting->known[piece.episode] = piece;
    }
    whole_tables_put(whole, before);
    return 0;
}

static void sum_up(struct table_layout *layout)
{
    uint64_t end = layout->head;
    for (uint32_t i = 0; i < layout->count; i++)
        end = layout->pieces[i].end += end;
    layout->size = end;
}

static int count_pieces(struct counting *counting)
{
    struct scope *scope = counting->scope;
    int err = parallel_for_client(counting->layout->count, cache_client(scope->tree->cache),
                                  count_one, counting);
    if (counting->has_changed && pieces_may_be_known(scope))
        return -EAGAIN;
    err = counting->err ? counting->err : err;
    if (!err)
        scope_note_made(scope);
    return err;
}

static int count_all(struct counting *counting)
{
    cleanup_buf struct buf head = {0};
    struct table_layout *layout = counting->layout;
    int err = count_pieces(counting);
    begin_table(counting->table, &head);
    layout->head = head.len;
    sum_up(layout);
    return err ? err : head.failed ? -ENOMEM : 0;
}

static int make_counted(struct counting *counting, struct table_key key,
                        struct table_layout **layout)
{
    const struct corpus *corpus = counting->scope->corpus;
    const struct selection *selection = counting->selection;
    uint32_t count = selection ? selection->count : corpus->episode_count;
    struct table_layout *made = calloc(1, sizeof *made + count * sizeof *made->pieces);
    if (!made)
        return -ENOMEM;
    made->key = key;
    made->generation = counting->scope->node.version;
    made->hash = corpus->hash;
    made->stamps = corpus->stamps;
    made->count = count;
    counting->layout = made;
    int err = count_all(counting);
    if (err)
        free(made);
    else
        *layout = made;
    return err;
}

/* Makes a layout of the scope's own generation, without users; NULL in *layout on an error. What
 * this thread finds itself is counted in the same pass over the bodies. */
static int make_layout(struct scope *scope, struct table_key key, struct table_layout **layout)
{
    cleanup_(end_hold) struct hold hold = {0};
    struct counting counting = {
        .scope = scope, .table = key.table, .known_cap = scope->corpus->episode_cap};
    const struct select_visitor visitor = {count_found, &counting};
    *layout = NULL;
    int err = find_known(&counting, key);
    if (!err)
        err = hold_shown(scope, &visitor, &hold);
    counting.selection = hold.selection;
    if (!err)
        err = make_counted(&counting, key, layout);
    for (unsigned i = 0; i < PARALLEL_MAX_THREADS; i++)
        buf_free(&counting.texts[i]);
    free(counting.known);
    return err;
}

/* --- operations ------------------------------------------------------------------------------- */

static bool is_current(const struct scope *scope)
{
    return scope->node.version == node_version(scope->node.kind, scope->corpus->generation);
}

static struct table_layout *find_layout(const struct scope *scope, enum whole_table table)
{
    return whole_tables_get(&scope->tree->whole_tables, key_of(scope, table), scope->node.version);
}

/* Gets the layout of the node's generation, and makes it if that is the scope's own; the caller
 * puts it back. 0 or an error. */
static int get_layout(struct scope *scope, enum whole_table table, struct table_layout **layout)
{
    struct whole_tables *whole = &scope->tree->whole_tables;
    const struct table_key key = key_of(scope, table);
    if (!is_current(scope)) {
        *layout = find_layout(scope, table);
        return *layout ? 0 : -ESTALE;
    }
    *layout = whole_tables_begin(whole, key, scope->node.version);
    if (*layout)
        return 0;
    int err = make_layout(scope, key, layout);
    whole_tables_keep(whole, key, *layout);
    return err;
}

int whole_check(struct scope *scope, enum whole_table table)
{
    if (is_current(scope))
        return 0;
    struct table_layout *layout = find_layout(scope, table);
    whole_tables_put(&scope->tree->whole_tables, layout);
    return layout ? 0 : -ESTALE;
}

uint64_t whole_hash(const struct scope *scope, enum whole_table table)
{
    struct table_layout *layout = find_layout(scope, table);
    uint64_t hash = layout ? layout->hash : scope->corpus->hash;
    whole_tables_put(&scope->tree->whole_tables, layout);
    return hash;
}

struct stamps whole_stamps(const struct scope *scope, enum whole_table table)
{
    struct table_layout *layout = find_layout(scope, table);
    struct stamps stamps = layout ? layout->stamps : scope->corpus->stamps;
    whole_tables_put(&scope->tree->whole_tables, layout);
    return stamps;
}

int whole_size(struct scope *scope, enum whole_table table, uint64_t *size)
{
    struct table_layout *layout;
    int err = get_layout(scope, table, &layout);
    *size = err ? 0 : layout->size;
    whole_tables_put(&scope->tree->whole_tables, layout);
    return err;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A read of consecutive pieces. */
struct reading {
    struct scope *scope;
    const struct table_layout *layout;
    const struct selection *selection; /* of the scope's own generation; NULL: all */
    uint32_t first;
    uint32_t count;  /* the pieces in the range */
    uint32_t all;    /* … and those ahead of it */
    uint64_t offset; /* of the range */
    size_t len;
    struct buf *parts; /* of the range, one a piece */
    int err;
};

/* A sequential reader gets the next pieces ahead. */
static int reading_begin(struct reading *reading, struct table_layout *layout, uint64_t offset,
                         size_t len)
{
    uint32_t first = table_layout_at(layout, offset), end = first;
    while (end < layout->count && table_layout_start(layout, end) < offset + len)
        end++;
    bool goes_on = __atomic_exchange_n(&layout->next_read, offset + len, __ATOMIC_RELAXED) ==
                   offset;
    uint32_t ahead = goes_on ? 4 * parallel_threads() : 0;
    reading->layout = layout;
    reading->first = first;
    reading->count = end - first;
    reading->all = reading->count + (layout->count - end < ahead ? layout->count - end : ahead);
    reading->offset = offset;
    reading->len = len;
    reading->parts = calloc(reading->count + (size_t)1, sizeof *reading->parts);
    return reading->parts ? 0 : -ENOMEM;
}

static void reading_end(struct reading *reading)
{
    for (uint32_t i = 0; reading->parts && i < reading->count; i++)
        buf_free(&reading->parts[i]);
    free(reading->parts);
}

/* The part of a piece in the range: its offset in the piece, and the most bytes. */
static uint64_t begin_part(const struct reading *reading, uint32_t place, size_t *most)
{
    uint64_t at = table_layout_start(reading->layout, place), offset = reading->offset;
    *most = at > offset ? reading->len - (size_t)(at - offset) : reading->len;
    return offset > at ? offset - at : 0;
}

/* Adds the part of a piece from the cache. -ESTALE: the cache lacks the piece, or has another one.
 */
static int add_kept(struct reading *reading, uint32_t place, uint64_t key)
{
    struct cache *cache = reading->scope->tree->cache;
    struct cache_entry *entry = cache_find_text(cache, key);
    int err = entry && entry->text.len == table_layout_length(reading->layout, place) ? 0 : -ESTALE;
    size_t most;
    uint64_t offset = begin_part(reading, place, &most);
    if (!err)
        buf_add_slice(&reading->parts[place - reading->first],
                      slice_range(buf_slice(&entry->text), offset, most));
    cache_put(cache, entry);
    return err;
}

/* Adds the parts that the cache has; true if these are all. */
static bool add_all_kept(struct reading *reading)
{
    bool is_all = true;
    for (uint32_t place = reading->first; place < reading->first + reading->count; place++) {
        const struct table_piece *piece = &reading->layout->pieces[place];
        if (table_layout_length(reading->layout, place))
            is_all &= !add_kept(reading, place, key_of_piece(reading->layout->key.table, piece));
    }
    return is_all;
}

/* The result for an episode, whose piece has this index; in a layout of another generation the
 * index may differ. */
static const struct selected *find_selected(const struct selection *selection, uint32_t place,
                                            uint32_t episode)
{
    if (place < selection->count && selection->found[place].episode == episode)
        return &selection->found[place];
    for (uint32_t i = 0; i < selection->count; i++) {
        if (selection->found[i].episode == episode)
            return &selection->found[i];
    }
    return NULL;
}

/* Adds the part of a piece from the cache, or makes it if the episode still shows the same. Getting
 * a piece ahead leaves a short text in the cache. */
static int add_part(struct reading *reading, uint32_t place, bool is_ahead)
{
    const struct table_layout *layout = reading->layout;
    const struct table_piece *piece = &layout->pieces[place];
    const struct node node = {.kind = KIND_EPISODE, .i = piece->episode};
    cleanup_(scope_close) struct scope scope = scope_at(reading->scope, node);
    const struct episode *episode = episode_shown(corpus_episode(scope.corpus, piece->episode));
    uint64_t size, key = key_of_piece(layout->key.table, piece);
    const struct long_text text = text_of(&scope, layout->key.table, key);
    size_t most;
    scope.selected = reading->selection ? find_selected(reading->selection, place, piece->episode)
                                        : NULL;
    bool is_shown = episode && (scope.selected || !reading->selection);
    if (!is_shown || !is_same(piece, episode, scope.selected))
        return is_ahead ? -ESTALE : add_kept(reading, place, key);
    int err = long_text_size(&text, &size);
    if (err || is_ahead)
        return err;
    /* Another length means another text. */
    if (size != table_layout_length(layout, place))
        return -ESTALE;
    uint64_t offset = begin_part(reading, place, &most);
    return long_text_read(&text, offset, most, &reading->parts[place - reading->first]);
}

/* Adds a part, or has the cache make a piece ahead; the read of that piece reports errors. */
static void add_one(void *reading_, unsigned worker, size_t i)
{
    struct reading *reading = reading_;
    uint32_t place = reading->first + (uint32_t)i;
    uint64_t length = table_layout_length(reading->layout, place);
    bool is_ahead = i >= reading->count;
    (void)worker;
    if (!length || (is_ahead ? length > CACHE_SHORT_TEXT : reading->parts[i].len > 0))
        return;
    int err = add_part(reading, place, is_ahead);
    if (err && !is_ahead)
        __atomic_store_n(&reading->err, err, __ATOMIC_RELAXED);
}

static int get_pieces(struct reading *reading)
{
    cleanup_(end_hold) struct hold hold = {0};
    if (add_all_kept(reading))
        return 0;
    int err = hold_shown(reading->scope, NULL, &hold);
    if (err)
        return err;
    reading->selection = hold.selection;
    err = parallel_for_client(reading->all, cache_client(reading->scope->tree->cache), add_one,
                              reading);
    return reading->err ? reading->err : err;
}

int whole_read(struct scope *scope, enum whole_table table, uint64_t offset, size_t len,
               struct tree_text *text)
{
    cleanup_buf struct buf head = {0};
    struct reading reading = {.scope = scope};
    struct table_layout *layout;
    int err = get_layout(scope, table, &layout);
    if (!err)
        err = reading_begin(&reading, layout, offset, len);
    if (!err)
        err = get_pieces(&reading);
    if (!err) {
        begin_table(table, &head);
        buf_add_slice(&text->own, slice_range(buf_slice(&head), offset, len));
        text->own.failed |= head.failed;
        for (uint32_t i = 0; i < reading.count; i++) {
            buf_add_slice(&text->own, buf_slice(&reading.parts[i]));
            text->own.failed |= reading.parts[i].failed;
        }
    }
    reading_end(&reading);
    whole_tables_put(&scope->tree->whole_tables, layout);
    text->bytes = buf_slice(&text->own);
    return err;
}

/* --- tables of index/, and pieces, whose ids no client knows ---------------------------------- */

static int table_check(struct scope *scope)
{
    if (scope->node.i >= WHOLE_IN_INDEX || scope->node.j || !corpus_has(scope->corpus, "by-voice"))
        return -ESTALE;
    return whole_check(scope, scope->node.i);
}

static uint64_t table_identity(const struct scope *scope)
{
    return hash_pair(whole_hash(scope, scope->node.i), scope->node.i);
}

static struct stamps table_stamps(const struct scope *scope)
{
    return whole_stamps(scope, scope->node.i);
}

static int table_size(struct scope *scope, uint64_t *size)
{
    return whole_size(scope, scope->node.i, size);
}

static int table_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    return whole_read(scope, scope->node.i, offset, len, text);
}

static int piece_check(struct scope *scope)
{
    (void)scope;
    return -ESTALE;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops whole_table_ops = {
    .check = table_check,
    .identity = table_identity,
    .stamps = table_stamps,
    .read = table_read,
    .size = table_size,
};

const struct node_ops table_piece_ops = {
    .check = piece_check,
};
