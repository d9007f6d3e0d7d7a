/* The tables of index/ that are not kept: index/turns.jsonl, index/turns.tsv. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "nodes/nodes.h"
#include "nodes/state.h"
#include "render/tables.h"

static const struct {
    const char *name;
    void (*begin)(struct buf *out); /* NULL: it has no header line */
    int (*add)(const struct material *material, struct buf *out);
} tables[WHOLE_TABLES] = {
    {"turns.jsonl", NULL, tables_add_turns_json},
    {"turns.tsv", tables_begin_turns, tables_add_turns_tsv},
};

const char *whole_table_name(unsigned table)
{
    return table < WHOLE_TABLES ? tables[table].name : NULL;
}

static void begin_table(unsigned table, struct buf *out)
{
    if (tables[table].begin)
        tables[table].begin(out);
}

static uint64_t name_of(const struct episode *episode)
{
    return hash64(episode->name, 11);
}

/* Whose text the cache keeps: one of another name is another. No client has such an id. */
static struct node node_of_piece(unsigned table, const struct table_piece *piece)
{
    enum { NAME_BITS = 15 };
    uint32_t name = (uint32_t)piece->name & ((1u << NAME_BITS) - 1);
    return (struct node){KIND_TABLE_PIECE, piece->episode, table << NAME_BITS | name,
                         node_version(KIND_TABLE_PIECE, piece->version)};
}

/* --- counting --------------------------------------------------------------------------------- */

struct counting {
    struct scope *scope;
    unsigned table;
    struct table_layout *layout;
    const struct table_piece *const *known; /* by number of the episode; NULL: not known */
    uint32_t known_cap;
    struct buf texts[PARALLEL_MAX_THREADS];
    size_t done;
    bool has_changed; /* a file changed and was not rescanned */
    int err;
};

static bool is_same(const struct table_piece *piece, const struct episode *episode)
{
    return piece->is_known && piece->version == episode->version && piece->name == name_of(episode);
}

/* Notes the length of a piece as its end. */
static int count_piece(struct counting *counting, struct table_piece *piece, struct buf *text)
{
    const struct node node = {.kind = KIND_EPISODE, .i = piece->episode};
    cleanup_(scope_close) struct scope episode = scope_at(counting->scope, node);
    struct material material;
    const struct table_piece *known = piece->episode < counting->known_cap
                                          ? counting->known[piece->episode]
                                          : NULL;
    if (episode_shown(scope_episode(&episode)) == NULL)
        return 0;
    if (known && is_same(known, scope_episode(&episode))) {
        *piece = *known;
        return 0;
    }
    text->len = 0;
    int err = scope_material(&episode, NEEDS_FRONT | NEEDS_BODY, &material);
    if (!err)
        err = tables[counting->table].add(&material, text);
    if (text->failed)
        err = -EFBIG;
    piece->is_known = !err;
    piece->end = err ? 0 : text->len;
    return err;
}

static void count_one(void *counting_, unsigned worker, size_t i)
{
    struct counting *counting = counting_;
    const struct tree_options *options = &counting->scope->tree->options;
    const struct corpus *corpus = counting->scope->corpus;
    struct table_piece *piece = &counting->layout->pieces[i];
    uint32_t number = corpus->by_path[i];
    const struct episode *episode = corpus->episodes[number];

    *piece = (struct table_piece){
        .episode = number, .version = episode->version, .name = name_of(episode)};
    if (__atomic_load_n(&counting->err, __ATOMIC_RELAXED))
        return;
    int err = count_piece(counting, piece, &counting->texts[worker]);
    if (err == -EAGAIN)
        __atomic_store_n(&counting->has_changed, true, __ATOMIC_RELAXED);
    if (error_passes(err) || err == -EFBIG)
        __atomic_store_n(&counting->err, err, __ATOMIC_RELAXED);
    size_t done = __atomic_add_fetch(&counting->done, 1, __ATOMIC_RELAXED);
    if (options->progress && (worker == 0 || done == corpus->episode_count))
        options->progress(options->progress_context, done, corpus->episode_count);
}

/* The lengths that are known from the generation before; `lengths` has the length as the end. */
static void find_known(struct counting *counting, const struct table_layout *before,
                       struct table_piece *lengths, const struct table_piece **known)
{
    for (uint32_t i = 0; before && i < before->count; i++) {
        lengths[i] = before->pieces[i];
        lengths[i].end -= table_layout_start(before, i);
        if (lengths[i].episode < counting->known_cap)
            known[lengths[i].episode] = &lengths[i];
    }
    counting->known = known;
}

static void sum_up(struct table_layout *layout)
{
    uint64_t end = layout->head;
    for (uint32_t i = 0; i < layout->count; i++)
        end = layout->pieces[i].end += end;
    layout->size = end;
}

static int count_pieces(struct scope *scope, unsigned table, const struct table_layout *before,
                        struct table_layout *layout, struct arena *scratch)
{
    struct counting counting = {
        .scope = scope, .table = table, .layout = layout, .known_cap = scope->corpus->episode_cap};
    struct table_piece *lengths = ARENA_NEW(scratch, struct table_piece,
                                            before ? before->count : 1);
    const struct table_piece **known = ARENA_NEW(scratch, const struct table_piece *,
                                                 counting.known_cap);
    if (!lengths || !known)
        return -ENOMEM;
    find_known(&counting, before, lengths, known);
    for (unsigned i = 0; i < PARALLEL_MAX_THREADS; i++)
        counting.texts[i].limit = CACHE_MAX_TEXT;
    parallel_for(layout->count, parallel_threads(), count_one, &counting);
    for (unsigned i = 0; i < PARALLEL_MAX_THREADS; i++)
        buf_free(&counting.texts[i]);
    /* Whoever served before may have told clients of files that are others now. */
    if (counting.has_changed && scope->corpus->generation <= scope->tree->options.resumed)
        return -EAGAIN;
    return counting.err;
}

static int count_all(struct scope *scope, unsigned table, const struct table_layout *before,
                     struct table_layout *layout)
{
    cleanup_buf struct buf head = {0};
    struct arena scratch = {0};
    int err = count_pieces(scope, table, before, layout, &scratch);
    arena_free(&scratch);
    begin_table(table, &head);
    layout->head = head.len;
    sum_up(layout);
    return err ? err : head.failed ? -ENOMEM : 0;
}

/* Sees to it that the layout of the scope's own generation is there. */
static int count(struct scope *scope)
{
    struct whole_tables *whole = &scope->tree->whole_tables;
    const struct corpus *corpus = scope->corpus;
    const unsigned table = scope->node.i;
    if (!whole_tables_begin(whole, table, (uint32_t)corpus->generation))
        return 0;
    struct table_layout *layout = calloc(1, sizeof *layout +
                                                corpus->episode_count * sizeof *layout->pieces);
    int err = layout ? 0 : -ENOMEM;
    if (!err) {
        layout->generation = (uint32_t)corpus->generation;
        layout->hash = corpus->hash;
        layout->stamps = corpus->stamps;
        layout->count = corpus->episode_count;
        err = count_all(scope, table, whole_tables_newest(whole, table), layout);
    }
    if (err) {
        free(layout);
        layout = NULL;
    }
    whole_tables_keep(whole, table, layout);
    return err;
}

/* --- what is asked of it ---------------------------------------------------------------------- */

static bool is_current(const struct scope *scope)
{
    return scope->node.version == (uint32_t)scope->corpus->generation;
}

/* What the layout of the node's generation says: of the scope's own if it is not made yet. */
static bool find_layout(const struct scope *scope, struct table_layout *layout)
{
    struct whole_tables *whole = &scope->tree->whole_tables;
    pthread_mutex_lock(&whole->lock);
    const struct table_layout *found = whole_tables_find(whole, scope->node.i, scope->node.version);
    if (found)
        memcpy(layout, found, sizeof *layout);
    pthread_mutex_unlock(&whole->lock);
    if (!found)
        *layout = (struct table_layout){.hash = scope->corpus->hash,
                                        .stamps = scope->corpus->stamps};
    return found;
}

static int whole_check(struct scope *scope)
{
    struct table_layout layout;
    if (scope->node.i >= WHOLE_TABLES || scope->node.j || !corpus_has(scope->corpus, "by-voice"))
        return -ESTALE;
    return is_current(scope) || find_layout(scope, &layout) ? 0 : -ESTALE;
}

static uint64_t whole_identity(const struct scope *scope)
{
    struct table_layout layout;
    find_layout(scope, &layout);
    return hash_pair(layout.hash, scope->node.i);
}

static struct stamps whole_stamps(const struct scope *scope)
{
    struct table_layout layout;
    find_layout(scope, &layout);
    return layout.stamps;
}

static int whole_size(struct scope *scope, uint64_t *size)
{
    struct table_layout layout;
    int err = is_current(scope) ? count(scope) : 0;
    *size = 0;
    if (!err && !find_layout(scope, &layout))
        err = -ESTALE;
    if (!err)
        *size = layout.size;
    return err;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A few pieces, one behind the other. */
struct reading {
    struct scope *scope;
    uint64_t start; /* of the first */
    uint64_t size;  /* of the table */
    uint64_t head;
    uint32_t count; /* of those that are read; then those ahead */
    uint32_t all;
    struct table_piece *pieces; /* owned */
};

/* The pieces of a range, and the next ones where a reader goes on. */
static int find_pieces(struct scope *scope, uint64_t offset, size_t len, struct reading *reading)
{
    struct whole_tables *whole = &scope->tree->whole_tables;
    struct whole_table *table = &whole->tables[scope->node.i];
    int err = 0;

    pthread_mutex_lock(&whole->lock);
    const struct table_layout *layout = whole_tables_find(whole, scope->node.i,
                                                          scope->node.version);
    if (layout) {
        uint32_t first = table_layout_at(layout, offset), end = first;
        while (end < layout->count && table_layout_start(layout, end) < offset + len)
            end++;
        uint32_t ahead = table->next_read == offset ? 4 * parallel_threads() : 0;
        uint32_t all = layout->count - end < ahead ? layout->count : end + ahead;
        table->next_read = offset + len;
        *reading = (struct reading){scope,
                                    first < layout->count ? table_layout_start(layout, first) : 0,
                                    layout->size,
                                    layout->head,
                                    end - first,
                                    all - first,
                                    malloc((all - first + (size_t)1) * sizeof *reading->pieces)};
        if (reading->pieces)
            memcpy(reading->pieces, layout->pieces + first,
                   (all - first) * sizeof *reading->pieces);
        else
            err = -ENOMEM;
    } else {
        err = -ESTALE;
    }
    pthread_mutex_unlock(&whole->lock);
    return err;
}

struct making {
    struct scope *scope;
    const struct table_piece *piece;
};

static int make_piece(void *making_, struct buf *out)
{
    const struct making *making = making_;
    const struct node node = {.kind = KIND_EPISODE, .i = making->piece->episode};
    cleanup_(scope_close) struct scope episode = scope_at(making->scope, node);
    struct material material;
    int err = scope_material(&episode, NEEDS_FRONT | NEEDS_BODY, &material);
    return err ? err : tables[making->scope->node.i].add(&material, out);
}

/* The text of a piece: from the cache, or made where the episode is still the same. */
static int get_piece(struct scope *scope, const struct table_piece *piece,
                     struct cache_entry **entry)
{
    struct cache *cache = scope->tree->cache;
    const struct node node = node_of_piece(scope->node.i, piece);
    const struct episode *episode = episode_shown(corpus_episode(scope->corpus, piece->episode));
    struct making making = {scope, piece};
    if (episode && is_same(piece, episode))
        return cache_get_text(cache, node_id(&node), make_piece, &making, entry);
    *entry = cache_find_text(cache, node_id(&node));
    return *entry ? 0 : -ESTALE;
}

static uint64_t length_of(const struct reading *reading, uint32_t i)
{
    return reading->pieces[i].end - (i ? reading->pieces[i - 1].end : reading->start);
}

/* Makes a piece for the cache; whoever reads it tells what went wrong. */
static void prepare(void *reading_, unsigned worker, size_t i)
{
    const struct reading *reading = reading_;
    struct cache_entry *entry;
    (void)worker;
    if (length_of(reading, (uint32_t)i) && !get_piece(reading->scope, &reading->pieces[i], &entry))
        cache_put(reading->scope->tree->cache, entry);
}

static bool is_prepared(const struct reading *reading)
{
    for (uint32_t i = 0; i < reading->count; i++) {
        const struct node node = node_of_piece(reading->scope->node.i, &reading->pieces[i]);
        struct cache *cache = reading->scope->tree->cache;
        struct cache_entry *entry = cache_find_text(cache, node_id(&node));
        if (!entry && length_of(reading, i))
            return false;
        cache_put(cache, entry);
    }
    return true;
}

static int add_pieces(const struct reading *reading, uint64_t offset, size_t len, struct buf *out)
{
    struct cache *cache = reading->scope->tree->cache;
    uint64_t at = reading->start;
    int err = 0;
    for (uint32_t i = 0; i < reading->count && !err; i++) {
        struct cache_entry *entry = NULL;
        uint64_t length = length_of(reading, i);
        if (!length)
            continue;
        err = get_piece(reading->scope, &reading->pieces[i], &entry);
        /* It is as long as it was, or another one. */
        if (!err && entry->text.len != length)
            err = -ESTALE;
        if (!err) {
            uint64_t skipped = offset > at ? offset - at : 0;
            buf_add_slice(out, slice_range(buf_slice(&entry->text), skipped, len - out->len));
        }
        if (entry)
            cache_put(cache, entry);
        at += length;
    }
    return err;
}

static int whole_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    cleanup_buf struct buf head = {0};
    struct reading reading = {.pieces = NULL};
    int err = is_current(scope) ? count(scope) : 0;
    if (!err)
        err = find_pieces(scope, offset, len, &reading);
    if (!err && reading.all > 1 && !is_prepared(&reading))
        parallel_for(reading.all, parallel_threads(), prepare, &reading);
    if (!err) {
        begin_table(scope->node.i, &head);
        buf_add_slice(&text->own, slice_range(buf_slice(&head), offset, len));
        text->own.failed |= head.failed;
        err = add_pieces(&reading, offset, len, &text->own);
    }
    free(reading.pieces);
    text->bytes = buf_slice(&text->own);
    return err;
}

/* --- pieces, which no client has an id of ------------------------------------------------------
 */

static int piece_check(struct scope *scope)
{
    (void)scope;
    return -ESTALE;
}

/* --- what the tree calls ---------------------------------------------------------------------- */

const struct node_ops whole_table_ops = {
    .check = whole_check,
    .identity = whole_identity,
    .stamps = whole_stamps,
    .read = whole_read,
    .size = whole_size,
};

const struct node_ops table_piece_ops = {
    .check = piece_check,
};
