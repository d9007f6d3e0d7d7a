/*
 * How the cache reads content. A callback against the direction of the rooms: source/content.c
 * reads the disk, and the cache does not depend on it, so tests and fuzzers can read from memory.
 */
#ifndef INDEX_CONTENT_READER_H
#define INDEX_CONTENT_READER_H

#include <errno.h>

#include "corpus/episode.h"
#include "index/quarantine.h"

struct content {
    /*
     * Appends `len` bytes from `offset` of a file of an episode; fewer only where the file ends.
     * 0; -EAGAIN when the file is not the one that was scanned; another negative errno.
     */
    int (*read)(const void *context, const struct source *source, uint64_t offset, uint64_t len,
                struct buf *out);
    const void *context;
    struct quarantine *quarantine; /* of what is read; NULL: none are known */
};

/* Errors that pass and are not the file's. Whoever meets one has to fail rather than leave the file
 * out, because clients cache answers. */
static inline bool error_passes(int err)
{
    return err == -EMFILE || err == -ENFILE || err == -ENOMEM;
}

#endif
