/*
 * The result of a read: bytes, and the memory that they live in.
 */
#ifndef NODES_TEXT_H
#define NODES_TEXT_H

#include "index/cache.h"

/* Bytes of a file, valid until tree_text_free(). */
struct tree_text {
    struct slice bytes;
    struct buf own;                           /* the bytes, if this read made them */
    struct cache_entry *entries[CACHE_KINDS]; /* else the entries that own them */
};

#endif
