/*
 * Parsing ahead: when a client goes through the episodes in their order and asks for the same file
 * of each, or lists each, threads of this module prepare the next ones in the cache. One thread
 * would work at a time otherwise.
 *
 * There are as many threads as processors, from the first walk on: nothing is prepared for random
 * access. They stay a few episodes ahead of the client, and no further than the cache has room.
 */
#ifndef FUSE_AHEAD_H
#define FUSE_AHEAD_H

#include <stdbool.h>

#include "tree/tree.h"

struct ahead; /* owned by its creator; borrows the tree */

/* NULL if memory runs out. */
struct ahead *ahead_new(struct tree *tree);

/* Notes a request, and returns whether it is for a node that needs the body of its episode. Any
 * thread; does not wait for threads that prepare. NULL is none. */
bool ahead_note(struct ahead *ahead, uint64_t id);

/* Ends the threads. */
void ahead_stop(struct ahead *ahead);

/* Called when no thread calls ahead_note() any more. NULL is none. */
void ahead_free(struct ahead *ahead);

#endif
