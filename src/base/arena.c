#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

/* The first block is small, since many arenas hold little; each one after is as large as all
 * before. */
enum { FIRST_BLOCK = 1024, BLOCK_SIZE = 64 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) char bytes[];
};

static struct arena_block *add_block(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *block = calloc(1, sizeof *block + size);
    if (!block)
        return NULL;
    block->size = size;
    arena->total += sizeof *block + size;
    return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    const size_t align = alignof(max_align_t);
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - align)
        return NULL;
    bytes = (bytes + align - 1) & ~(align - 1);

    struct arena_block *block = arena->blocks;
    if (block && bytes <= block->size - arena->used) {
        char *piece = block->bytes + arena->used;
        arena->used += bytes;
        return piece;
    }
    if (bytes > BLOCK_SIZE / 4 && block) {
        /* A large piece gets a block of its own behind the newest, which stays in use. */
        struct arena_block *large = add_block(arena, bytes);
        if (!large)
            return NULL;
        large->next = block->next;
        block->next = large;
        return large->bytes;
    }
    size_t usual = arena->total < FIRST_BLOCK  ? FIRST_BLOCK
                   : arena->total > BLOCK_SIZE ? BLOCK_SIZE
                                               : arena->total;
    block = add_block(arena, bytes > usual ? bytes : usual);
    if (!block)
        return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->used = bytes;
    return block->bytes;
}

struct slice arena_copy(struct arena *arena, struct slice text)
{
    char *copy = text.len < SIZE_MAX ? arena_alloc(arena, text.len + 1, 1) : NULL;
    if (!copy)
        return (struct slice){NULL, 0};
    if (text.len)
        memcpy(copy, text.data, text.len);
    return (struct slice){copy, text.len};
}

struct slice arena_copy_buf(struct arena *arena, const struct buf *buf)
{
    return buf->failed ? (struct slice){NULL, 0} : arena_copy(arena, buf_slice(buf));
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = arena->total = 0;
}
