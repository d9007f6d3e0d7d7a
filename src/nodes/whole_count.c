#include "nodes/whole_count.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "nodes/nodes.h"
#include "nodes/pieces.h"
#include "nodes/state.h"
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

void whole_begin(unsigned table, struct buf *out)
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

int whole_hold(struct scope *scope, const struct select_visitor *visitor, struct hold *hold)
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

bool whole_is_same(const struct table_piece *piece, const struct episode *episode,
                   const struct selected *selected)
{
    return piece->version == episode->version && piece->shown == shown_of(episode, selected);
}

/* 56 bits of a hash. No client has such an id. */
uint64_t whole_piece_key(unsigned table, const struct table_piece *piece)
{
    uint64_t hash = hash_pair(hash_pair(piece->shown, table),
                              (uint64_t)piece->episode << 32 | piece->version);
    const struct node node = {KIND_TABLE_PIECE, hash & 0xffffff, hash >> 24 & 0xffff,
                              node_version(KIND_TABLE_PIECE, hash >> 40)};
    return node_id(&node);
}

struct long_text whole_piece_text(struct scope *episode, unsigned table, uint64_t key)
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
    uint64_t kept; /* bytes of the pieces that the cache got */
    size_t done;
    bool has_changed; /* a file changed since the scan */
    int err;
};

/* Whether the cache gets the text that is counted, so that a read parses nothing: some turns of an
 * episode, as long as those before stay there. */
static bool is_to_be_kept(const struct counting *counting, const struct selected *selected)
{
    return selected && !selected->is_whole &&
           __atomic_load_n(&counting->kept, __ATOMIC_RELAXED) <
               cache_text_room(counting->scope->tree->cache);
}

static int count_text(struct counting *counting, unsigned worker, struct scope *episode,
                      struct table_piece *piece)
{
    const struct long_text text = whole_piece_text(episode, counting->table,
                                                   whole_piece_key(counting->table, piece));
    if (!is_to_be_kept(counting, episode->selected))
        return long_text_count(&text, &counting->texts[worker], &piece->end);
    int err = long_text_size(&text, &piece->end);
    __atomic_add_fetch(&counting->kept, piece->end + sizeof(struct cache_entry), __ATOMIC_RELAXED);
    return err;
}

/* Stores the length of a piece in its `end`, until all lengths are known. */
static int count_piece(struct counting *counting, unsigned worker, uint32_t number,
                       const struct selected *selected, struct table_piece *piece)
{
    const struct node node = {.kind = KIND_EPISODE, .i = number};
    cleanup_(scope_close) struct scope episode = scope_at(counting->scope, node);
    const struct table_piece *known = &counting->known[number];
    *piece = (struct table_piece){.episode = number, .version = scope_episode(&episode)->version};
    episode.selected = selected;
    if (episode_shown(scope_episode(&episode)) == NULL)
        return 0;
    if (whole_is_same(known, scope_episode(&episode), selected)) {
        *piece = *known;
        return 0;
    }
    piece->shown = shown_of(scope_episode(&episode), selected);
    int err = count_text(counting, worker, &episode, piece);
    if (err)
        piece->shown = piece->end = 0;
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
    whole_begin(counting->table, &head);
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
    made->hash = selection ? selection->hash : corpus->hash;
    made->stamps = scope_since(counting->scope).stamps;
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
        err = whole_hold(scope, &visitor, &hold);
    counting.selection = hold.selection;
    if (!err)
        err = make_counted(&counting, key, layout);
    for (unsigned i = 0; i < PARALLEL_MAX_THREADS; i++)
        buf_free(&counting.texts[i]);
    free(counting.known);
    return err;
}

/* --- layouts ------------------------------------------------------------------------------- */

bool whole_is_current(const struct scope *scope)
{
    return is_of_all(scope) ? scope_is_newest(scope) : selection_is_current(scope);
}

struct table_layout *whole_find_layout(const struct scope *scope, enum whole_table table)
{
    return whole_tables_get(&scope->tree->whole_tables, key_of(scope, table), scope->node.version);
}

int whole_get_layout(struct scope *scope, enum whole_table table, struct table_layout **layout)
{
    struct whole_tables *whole = &scope->tree->whole_tables;
    const struct table_key key = key_of(scope, table);
    if (!whole_is_current(scope)) {
        *layout = whole_find_layout(scope, table);
        return *layout ? 0 : -ESTALE;
    }
    *layout = whole_tables_get(whole, key, scope->node.version);
    int err = *layout ? 0 : cache_check_client(scope->tree->cache);
    if (*layout || err)
        return err;
    err = whole_tables_begin(whole, key, scope->node.version, cache_client(scope->tree->cache),
                             layout);
    if (*layout || err)
        return err;
    err = make_layout(scope, key, layout);
    whole_tables_keep(whole, key, *layout);
    return err;
}
