#include "syntax/alloc_guard.h"

#include <errno.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * Blocks hold the small pieces one behind the other, until the guard ends: a parser frees little
 * before its end. Only the last piece can be reused.
 */
enum {
    BLOCK = 64 * 1024, /* bytes */
#ifdef TRANSCRIPTFS_SANITIZED
    SMALL = 0, /* each piece by itself, so that the sanitizer sees a write beside it */
#else
    SMALL = 8 * 1024, /* bytes, at most */
#endif
    ALIGN = alignof(max_align_t),
};

/* Memory from malloc(): a block, or a piece that is not small. A ring links them, the newest first.
 */
struct chunk {
    alignas(max_align_t) struct chunk *next;
    struct chunk *last;
    size_t all; /* its bytes, these included */
};

/* The header of a piece: the size of what follows it, padding excluded. */
struct piece {
    alignas(max_align_t) size_t size;
};

struct alloc_guard {
    jmp_buf outside;
    struct chunk ring;
    char *at;    /* where the next small piece is cut … */
    size_t room; /* … and so many bytes are left */
    uint64_t used, most;
    int err;
};

/* The functions that a library calls back have no context. */
static _Thread_local struct alloc_guard *around;

static _Noreturn void leave(int err)
{
    around->err = err;
    longjmp(around->outside, 1);
}

/* --- chunks ------------------------------------------------------------------------------------
 */

/* Counts the bytes of a chunk, of which `before` are counted already. */
static void count(size_t all, size_t before)
{
    if (all > around->most - (around->used - before))
        leave(-E2BIG);
    around->used += all - before;
}

static struct chunk *new_chunk(size_t all)
{
    struct chunk *ring = &around->ring;
    count(all, 0);
    struct chunk *chunk = malloc(all);
    if (!chunk)
        leave(-ENOMEM);
    *chunk = (struct chunk){ring->next, ring, all};
    ring->next->last = chunk;
    ring->next = chunk;
    return chunk;
}

static struct chunk *resize_chunk(struct chunk *chunk, size_t all)
{
    count(all, chunk->all);
    /* If realloc() fails the chunk stays in the ring, which frees it. */
    struct chunk *moved = realloc(chunk, all);
    if (!moved)
        leave(-ENOMEM);
    moved->all = all;
    moved->next->last = moved->last->next = moved;
    return moved;
}

static void drop_chunk(struct chunk *chunk)
{
    chunk->next->last = chunk->last;
    chunk->last->next = chunk->next;
    around->used -= chunk->all;
    free(chunk);
}

/* --- pieces ------------------------------------------------------------------------------------
 */

/* The bytes of a piece, with those before it and up to the next one. */
static size_t whole(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct chunk) - sizeof(struct piece) - ALIGN)
        leave(-E2BIG);
    return sizeof(struct piece) + ((size + ALIGN - 1) & ~(size_t)(ALIGN - 1));
}

static struct piece *cut_piece(size_t all)
{
    if (around->room < all) {
        uint64_t left = around->most - around->used;
        size_t size = sizeof(struct chunk) + (left < BLOCK ? all : BLOCK);
        around->at = (char *)(new_chunk(size) + 1);
        around->room = size - sizeof(struct chunk);
    }
    struct piece *piece = (void *)around->at;
    around->at += all;
    around->room -= all;
    return piece;
}

static bool is_last(const struct piece *piece)
{
    return piece->size <= SMALL && (const char *)piece + whole(piece->size) == around->at;
}

void *alloc_guard_calloc(size_t items, size_t size)
{
    if (__builtin_mul_overflow(items, size, &size))
        leave(-E2BIG);
    size_t all = whole(size);
    struct piece *piece = size <= SMALL ? cut_piece(all)
                                        : (void *)(new_chunk(sizeof(struct chunk) + all) + 1);
    piece->size = size;
    return memset(piece + 1, 0, size);
}

void *alloc_guard_realloc(void *memory, size_t size)
{
    if (!memory)
        return alloc_guard_calloc(1, size);
    struct piece *piece = (struct piece *)memory - 1;
    size_t before = piece->size, all = whole(size), was = whole(before);

    if (before > SMALL && size > SMALL) {
        struct chunk *chunk = (struct chunk *)piece - 1;
        piece = (void *)(resize_chunk(chunk, sizeof *chunk + all) + 1);
    } else if (size <= SMALL && all >= was && is_last(piece) && all - was <= around->room) {
        around->at += all - was;
        around->room -= all - was;
    } else {
        void *moved = alloc_guard_calloc(1, size);
        memcpy(moved, memory, before < size ? before : size);
        alloc_guard_free(memory);
        return moved;
    }
    piece->size = size;
    return piece + 1;
}

void alloc_guard_free(void *memory)
{
    if (!memory)
        return;
    struct piece *piece = (struct piece *)memory - 1;
    if (piece->size > SMALL) {
        drop_chunk((struct chunk *)piece - 1);
    } else if (is_last(piece)) {
        around->at -= whole(piece->size);
        around->room += whole(piece->size);
    }
}

/* --- the guard ---------------------------------------------------------------------------------
 */

static void drop_newest(struct chunk *ring)
{
    struct chunk *newest = ring->next;
    ring->next = newest->next;
    ring->next->last = ring;
    free(newest);
}

struct alloc_guard_mark alloc_guard_mark(void)
{
    return (struct alloc_guard_mark){around->ring.next, around->at, around->room, around->used};
}

void alloc_guard_forget_since(const struct alloc_guard_mark *mark)
{
    while (around->ring.next != mark->newest)
        drop_newest(&around->ring);
    around->at = mark->at;
    around->room = mark->room;
    around->used = mark->used;
}

int alloc_guard_run(uint64_t most, void (*work)(void *context), void *context)
{
    struct alloc_guard guard = {.most = most};

    guard.ring.next = guard.ring.last = &guard.ring;
    around = &guard;
    if (setjmp(guard.outside) == 0)
        work(context);
    while (guard.ring.next != &guard.ring)
        drop_newest(&guard.ring);
    around = NULL;
    return guard.err;
}
