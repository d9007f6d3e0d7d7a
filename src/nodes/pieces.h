/*
 * Texts over many episodes: each adds a piece, on every core.
 */
#ifndef NODES_PIECES_H
#define NODES_PIECES_H

#include "nodes/scope.h"
#include "query/select.h"

/*
 * Adds to `out` what `add` adds of each episode of the selection (NULL: of the corpus) that anybody
 * may see, in the order of paths; a piece shows the turns that are selected (scope_material()). An
 * episode whose file cannot be read any more, or is another one by now, has no piece, or a shorter
 * one. 0; -EAGAIN where clients may know the text as it was before a file changed; -EFBIG over
 * CACHE_MAX_TEXT; -ENOMEM, or an error that passes.
 */
int pieces_join(struct scope *scope, const struct selection *selection,
                int (*add)(struct scope *episode, struct buf *out), struct buf *out);

/* Whether clients may know a text over many episodes that is to be made: it was before, here or by
 * whoever served then, and is kept no more. What it was is only known where no file has changed
 * since. */
bool pieces_may_be_known(const struct scope *scope);

#endif
