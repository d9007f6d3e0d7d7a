/*
 * Prefetching, file-level readahead, beside what ahead.h does: this module stores files in the
 * kernel's page cache before a client reads them. Each costs one write (FUSE_NOTIFY_STORE) instead
 * of a request and a reply.
 *
 * When a client reads the files of a folder one after the other it stores the next ones. It starts
 * at the second read in a folder, since one read alone predicts nothing, and gives a folder up at
 * the first file that the kernel does not know.
 *
 * When a client asks for the sizes of many files before it reads any, each text would be made for
 * its size, leave the cache, and be made again. This module stores such a text when many others
 * were made after it and nobody has read it. A client that reads each file after its size causes no
 * store, and one that reads nothing fills no more than a part of the memory with what it sized.
 *
 * A thread of its own stores, because the kernel makes the writer wait for a read of the same file.
 * It stores whole files only, and pauses when memory is short.
 */
#ifndef FUSE_PREFETCH_H
#define FUSE_PREFETCH_H

#include "tree/tree.h"

struct prefetch; /* owned by its creator; borrows the tree */

/* Stores all bytes of a file in the page cache. 0, or a negative errno: -ENOENT if the kernel does
 * not know the file. serve.c implements it, since it owns the session with the kernel. */
typedef int store_fn(void *context, uint64_t id, struct slice bytes);

/* What there is to know of the memory, which a confined worker cannot ask. */
struct prefetch_memory {
    int pressure_fd; /* the kernel's file of memory pressure; -1: it has none */
    uint64_t size;   /* bytes of the machine */
};

struct prefetch_memory prefetch_open_memory(void);

/* Starts the thread. Borrows the file of memory pressure. 0 or a negative errno. */
int prefetch_new(struct tree *tree, store_fn *store, void *context,
                 const struct prefetch_memory *memory, struct prefetch **prefetch);

/* Notes that a client reads a file. Any thread; does not block. NULL is none. */
void prefetch_note_read(struct prefetch *prefetch, uint64_t id);

/* Notes that a client asked for the size of a file whose bytes the cache now has; and that one
 * begins to list a folder. Likewise. */
void prefetch_note_size(struct prefetch *prefetch, uint64_t id, uint64_t size);
void prefetch_note_listing(struct prefetch *prefetch, uint64_t id);

/* Ends the threads; returns at once if another thread is at it. While they store a file the kernel
 * may wait for reads, so the caller calls this while requests are still served. NULL is none. */
void prefetch_stop(struct prefetch *prefetch);

/* Called when no thread calls prefetch_note_read() any more. NULL is none. */
void prefetch_free(struct prefetch *prefetch);

#endif
