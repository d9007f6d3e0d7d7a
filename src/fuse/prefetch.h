/*
 * Storing ahead: when somebody reads the files of a folder one after the other, those that are
 * still to come are put into the kernel's page cache before they are asked for. One write each
 * instead of a request and an answer: file-level readahead.
 *
 * It is done by a thread of its own, since the kernel makes whoever stores wait for a read of the
 * same file; only for whole files; only after the second read in a folder, since one alone promises
 * nothing; never when memory is short. A file that the kernel does not know ends it for its folder.
 */
#ifndef FUSE_PREFETCH_H
#define FUSE_PREFETCH_H

#include "tree/tree.h"

struct prefetch; /* owned by who made it; borrows the tree */

/* Puts all bytes of a file into the client's memory. 0, or a negative errno: -ENOENT where it does
 * not know the file. */
typedef int store_fn(void *context, uint64_t id, struct slice bytes);

/* Starts the thread. 0 or a negative errno. */
int prefetch_new(struct tree *tree, store_fn *store, void *context, struct prefetch **prefetch);

/* Says that a file is being read. Any thread; waits for nothing. NULL is none. */
void prefetch_note_read(struct prefetch *prefetch, uint64_t id);

/* Ends the thread. While it stores a file reads have to be answered, so this comes before the
 * serving ends. NULL is none. */
void prefetch_stop(struct prefetch *prefetch);

/* When nobody notes any more. NULL is none. */
void prefetch_free(struct prefetch *prefetch);

#endif
