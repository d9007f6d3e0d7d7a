/*
 * An arena: it allocates memory piece by piece and frees all of it at once. Pieces are zeroed and
 * aligned for any type. Without memory a piece is NULL, and nothing else changes.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/buf.h"
#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first; owned */
    size_t used;                /* bytes taken in the newest */
    size_t total;               /* bytes held in all */
};

/* NULL when memory ends or count * size overflows. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* A copy that lives as long as the arena, with a NUL byte behind it; data is NULL without memory.
 */
struct slice arena_copy(struct arena *arena, struct slice text);

/* The same of a buffer; data is NULL too where the buffer failed. */
struct slice arena_copy_buf(struct arena *arena, const struct buf *buf);

/* Gives all pieces back; the arena is empty and can be used again. */
void arena_free(struct arena *arena);

#define ARENA_NEW(arena, type, count) ((type *)arena_alloc((arena), (count), sizeof(type)))

#endif
