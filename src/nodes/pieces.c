#include "nodes/pieces.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "nodes/state.h"

struct joining {
    struct scope *scope;
    const struct selection *selection;
    int (*add)(struct scope *episode, struct buf *out);
    struct buf *pieces; /* one an episode */
    pthread_mutex_t lock;
    struct buf *out;  /* with the lock held: its limit is that of all pieces */
    uint64_t bytes;   /* of all pieces so far; with the lock held */
    bool has_changed; /* a file changed since the scan */
    int err;          /* why there will be no text */
};

/* A raise_limit: one piece may be as long as the whole text. */
static bool raise_piece(void *joining_, struct buf *text)
{
    struct joining *joining = joining_;
    size_t before = text->limit;
    pthread_mutex_lock(&joining->lock);
    buf_has_room(joining->out, before + 1);
    text->limit = joining->out->limit;
    pthread_mutex_unlock(&joining->lock);
    return text->limit != before;
}

/* Whether a piece fits into the text, after those before. */
static bool count_piece(struct joining *joining, size_t bytes)
{
    pthread_mutex_lock(&joining->lock);
    joining->bytes += bytes;
    bool has_room = buf_has_room(joining->out, joining->bytes);
    pthread_mutex_unlock(&joining->lock);
    return has_room;
}

static void add_piece(void *joining_, unsigned worker, size_t i)
{
    struct joining *joining = joining_;
    const struct selected *selected = joining->selection ? &joining->selection->found[i] : NULL;
    const struct node node = {.kind = KIND_EPISODE,
                              .i = selected ? selected->episode
                                            : joining->scope->corpus->by_path[i]};
    cleanup_(scope_close) struct scope episode = scope_at(joining->scope, node);
    (void)worker;
    if (!episode_shown(scope_episode(&episode)) || __atomic_load_n(&joining->err, __ATOMIC_RELAXED))
        return;
    struct buf *piece = &joining->pieces[i];
    piece->limit = CACHE_SHORT_TEXT;
    piece->raise_limit = raise_piece;
    piece->raise_context = joining;
    episode.selected = selected;
    int err = joining->add(&episode, piece);
    if (err == -EAGAIN)
        __atomic_store_n(&joining->has_changed, true, __ATOMIC_RELAXED);
    if (piece->failed)
        err = piece->is_over_limit ? -EFBIG : -ENOMEM;
    if (!count_piece(joining, piece->len))
        err = -EFBIG;
    if (error_passes(err) || err == -EFBIG)
        __atomic_store_n(&joining->err, err, __ATOMIC_RELAXED);
}

bool pieces_may_be_known(const struct scope *scope)
{
    return scope->corpus->generation <= scope->tree->options.resumed || scope_was_made(scope);
}

int pieces_join(struct scope *scope, const struct selection *selection,
                int (*add)(struct scope *episode, struct buf *out), struct buf *out)
{
    uint32_t count = selection ? selection->count : scope->corpus->episode_count;
    cleanup_free struct buf *pieces = calloc(count + (size_t)1, sizeof *pieces);
    struct joining joining = {.scope = scope,
                              .selection = selection,
                              .add = add,
                              .pieces = pieces,
                              .lock = PTHREAD_MUTEX_INITIALIZER,
                              .out = out};
    if (!pieces)
        return -ENOMEM;
    int err = parallel_for_client(count, cache_client(scope->tree->cache), add_piece, &joining);
    err = joining.err ? joining.err : err;
    if (!err)
        buf_reserve(out, joining.bytes);
    for (uint32_t i = 0; i < count; i++) {
        if (!err)
            buf_add_slice(out, buf_slice(&pieces[i]));
        buf_free(&pieces[i]);
    }
    if (err)
        return err;
    if (joining.has_changed && pieces_may_be_known(scope))
        return -EAGAIN;
    scope_note_made(scope);
    return 0;
}
