/* index/turns.jsonl, index/turns.tsv, and the tables of a selection. */
#include "nodes/whole.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "nodes/nodes.h"
#include "nodes/state.h"

/* --- attributes ------------------------------------------------------------------------------- */

int whole_check(struct scope *scope, enum whole_table table)
{
    if (whole_is_current(scope))
        return 0;
    struct table_layout *layout = whole_find_layout(scope, table);
    whole_tables_put(&scope->tree->whole_tables, layout);
    return layout ? 0 : -ESTALE;
}

uint64_t whole_hash(const struct scope *scope, enum whole_table table)
{
    struct table_layout *layout = whole_find_layout(scope, table);
    uint64_t hash = layout                               ? layout->hash
                    : layouts[scope->node.kind].of_query ? selection_hash(scope)
                                                         : scope->corpus->hash;
    whole_tables_put(&scope->tree->whole_tables, layout);
    return hash;
}

struct stamps whole_stamps(const struct scope *scope, enum whole_table table)
{
    struct table_layout *layout = whole_find_layout(scope, table);
    struct stamps stamps = layout ? layout->stamps : scope_since(scope).stamps;
    whole_tables_put(&scope->tree->whole_tables, layout);
    return stamps;
}

int whole_size(struct scope *scope, enum whole_table table, uint64_t *size)
{
    struct table_layout *layout;
    int err = whole_get_layout(scope, table, &layout);
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
            is_all &= !add_kept(reading, place, whole_piece_key(reading->layout->key.table, piece));
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
    uint64_t size, key = whole_piece_key(layout->key.table, piece);
    const struct long_text text = whole_piece_text(&scope, layout->key.table, key);
    size_t most;
    scope.selected = reading->selection ? find_selected(reading->selection, place, piece->episode)
                                        : NULL;
    bool is_shown = episode && (scope.selected || !reading->selection);
    if (!is_shown || !whole_is_same(piece, episode, scope.selected))
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
    int err = whole_hold(reading->scope, NULL, &hold);
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
    int err = whole_get_layout(scope, table, &layout);
    if (!err)
        err = reading_begin(&reading, layout, offset, len);
    if (!err)
        err = get_pieces(&reading);
    if (!err) {
        whole_begin(table, &head);
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
