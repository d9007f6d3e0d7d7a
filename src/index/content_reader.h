/*
 * The interface by which the cache reads content. A callback against the direction of the rooms:
 * source/content.c reads the disk, and the cache does not depend on it, so tests and fuzzers can
 * read from memory.
 */
#ifndef INDEX_CONTENT_READER_H
#define INDEX_CONTENT_READER_H

#include <errno.h>

#include "base/parallel.h"
#include "corpus/episode.h"
#include "index/quarantine.h"

struct content {
    /*
     * Appends `len` bytes from `offset` of a file of an episode; fewer only at the end of the file.
     * 0; -EAGAIN if the file changed since the scan; another negative errno.
     */
    int (*read)(const void *context, const struct source *source, uint64_t offset, uint64_t len,
                struct buf *out);
    /* Whether the file is still the one that was scanned; if not, it will be scanned. NULL: it
     * is. */
    bool (*is_same)(const void *context, const struct source *source);
    const void *context;
    struct quarantine *quarantine; /* NULL: none */
    /* Whether the client that this thread reads for gave up: who reads many bodies ends then. NULL:
     * no client can. */
    has_left_fn *has_client_left;
    /* Whether the calling thread must not wait: what the cache does not have is -EINTR then. NULL:
     * it may. */
    bool (*must_not_wait)(void);
};

/* Transient errors, which the file did not cause; of the last one the file system is hung. On one
 * of these the caller must fail rather than omit the file, because clients cache answers. */
static inline bool error_passes(int err)
{
    return err == -EMFILE || err == -ENFILE || err == -ENOMEM || err == -ETIMEDOUT;
}

#endif
