/*
 * Texts over many episodes: each episode adds a piece, on every core.
 */
#ifndef NODES_PIECES_H
#define NODES_PIECES_H

#include "nodes/scope.h"
#include "query/select.h"

/*
 * Calls `add` for each episode of the selection (NULL: of the corpus) that is not private, and
 * joins the pieces in `out` in the order of paths. A piece shows the selected turns
 * (scope_material()). An episode whose file is unreadable or changed has no piece, or a shorter
 * one. 0; -EAGAIN if clients may know the text as it was before a file changed; -EFBIG over
 * CACHE_MAX_TEXT; -ENOMEM, or an error that passes.
 */
int pieces_join(struct scope *scope, const struct selection *selection,
                int (*add)(struct scope *episode, struct buf *out), struct buf *out);

/* Whether clients may know the text of this node: this worker or the previous one has made it
 * before. It can be made again only if no file has changed since. */
bool pieces_may_be_known(const struct scope *scope);

#endif
