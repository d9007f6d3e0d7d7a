/*
 * An arena: it allocates memory piece by piece and frees all of it at once. Pieces are zeroed and
 * aligned for any type. If memory runs out arena_alloc() returns NULL and the arena is unchanged.
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

/* NULL if memory runs out or count * size overflows. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* Copies `text` and adds a NUL byte; the arena owns the copy. data is NULL if memory runs out. */
struct slice arena_copy(struct arena *arena, struct slice text);

/* Copies a buffer likewise; data is also NULL if the buffer failed. */
struct slice arena_copy_buf(struct arena *arena, const struct buf *buf);

/* Frees every piece; the arena is empty then and can be used again. */
void arena_free(struct arena *arena);

#define ARENA_NEW(arena, type, count) ((type *)arena_alloc((arena), (count), sizeof(type)))

#endif
