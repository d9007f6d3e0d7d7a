#include "parse/fence.h"

#include <errno.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

/* Stands before each piece of memory: all of them are in a ring. */
struct piece {
    alignas(max_align_t) struct piece *next;
    struct piece *last;
    size_t all; /* its bytes, these included */
};

struct fence {
    jmp_buf outside;
    struct piece ring;
    uint64_t used, most;
    int err;
};

/* The functions that a library calls back have no context. */
static _Thread_local struct fence *around;

static void link_piece(struct piece *piece)
{
    struct piece *ring = &around->ring;
    piece->next = ring->next;
    piece->last = ring;
    ring->next->last = piece;
    ring->next = piece;
}

static void unlink_piece(struct piece *piece)
{
    piece->next->last = piece->last;
    piece->last->next = piece->next;
}

static _Noreturn void leave(int err)
{
    around->err = err;
    longjmp(around->outside, 1);
}

/* Counts a piece of `size` bytes with what stands before it, which is returned; `before` bytes of
 * it are counted already. */
static size_t count(size_t size, size_t before)
{
    size_t all;
    if (__builtin_add_overflow(size, sizeof(struct piece), &all) ||
        all > around->most - (around->used - before))
        leave(-E2BIG);
    around->used += all - before;
    return all;
}

void *fence_calloc(size_t items, size_t size)
{
    if (__builtin_mul_overflow(items, size, &size))
        leave(-E2BIG);
    struct piece *piece = calloc(1, count(size, 0));
    if (!piece)
        leave(-ENOMEM);
    piece->all = size + sizeof *piece;
    link_piece(piece);
    return piece + 1;
}

void *fence_realloc(void *memory, size_t size)
{
    if (!memory)
        return fence_calloc(1, size);
    struct piece *piece = (struct piece *)memory - 1;
    size_t all = count(size, piece->all);
    /* Where there is none it stays in the ring as it was, to be freed. */
    struct piece *moved = realloc(piece, all);
    if (!moved)
        leave(-ENOMEM);
    moved->all = all;
    moved->next->last = moved->last->next = moved;
    return moved + 1;
}

void fence_free(void *memory)
{
    if (!memory)
        return;
    struct piece *piece = (struct piece *)memory - 1;
    unlink_piece(piece);
    around->used -= piece->all;
    free(piece);
}

static void free_all(struct piece *ring)
{
    while (ring->next != ring) {
        struct piece *piece = ring->next;
        ring->next = piece->next;
        free(piece);
    }
}

int fence_run(uint64_t most, void (*work)(void *context), void *context)
{
    struct fence fence = {.most = most};

    fence.ring.next = fence.ring.last = &fence.ring;
    around = &fence;
    if (setjmp(fence.outside) == 0)
        work(context);
    around = NULL;
    free_all(&fence.ring);
    return fence.err;
}
