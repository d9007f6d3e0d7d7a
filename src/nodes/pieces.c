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
    uint64_t bytes;     /* of them, so far */
    bool has_changed;   /* a file changed and was not rescanned */
    int err;            /* there will be no text */
};

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
    episode.selected = selected;
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

bool pieces_may_be_known(const struct scope *scope)
{
    return scope->corpus->generation <= scope->tree->options.resumed || scope_was_made(scope);
}

int pieces_join(struct scope *scope, const struct selection *selection,
                int (*add)(struct scope *episode, struct buf *out), struct buf *out)
{
    uint32_t count = selection ? selection->count : scope->corpus->episode_count;
    cleanup_free struct buf *pieces = calloc(count + (size_t)1, sizeof *pieces);
    struct joining joining = {.scope = scope, .selection = selection, .add = add, .pieces = pieces};
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
    if (joining.has_changed && pieces_may_be_known(scope))
        return -EAGAIN;
    scope_note_made(scope);
    return 0;
}
