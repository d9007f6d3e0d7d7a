/*
 * The result of a read: bytes, and the memory that they live in.
 */
#ifndef NODES_TEXT_H
#define NODES_TEXT_H

#include "index/cache.h"

/* Bytes of a file, lent until tree_text_free(). */
struct tree_text {
    struct slice bytes;
    struct buf own;                           /* what was made for this call */
    struct cache_entry *entries[CACHE_KINDS]; /* or what keeps the bytes alive */
};

#endif
