/*
 * A transaction: the memory of one step between generations. It records the blocks that the new
 * generation allocates, and those of the old one that it does not share. Committing hands the
 * latter to the old generation, which frees them with itself; aborting frees the former.
 */
#ifndef CORPUS_TXN_H
#define CORPUS_TXN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blocks {
    void **at;
    size_t count, cap;
};

struct txn {
    struct blocks fresh;
    struct blocks retired;
    bool failed; /* out of memory */
};

/* Allocates a zeroed block, which lives until a later transaction retires it. If memory runs out,
 * sets `failed` and returns NULL. */
void *txn_alloc(struct txn *txn, size_t count, size_t size);

/* Notes that the new generation does not share this block of the old one. Or NULL. */
void txn_retire(struct txn *txn, const void *block);

/* Commits: the caller owns the retired blocks and frees them with the old generation. */
struct blocks txn_commit(struct txn *txn);
/* Aborts: frees the allocated blocks; the old generation keeps its own. */
void txn_abort(struct txn *txn);

void blocks_free(struct blocks *blocks);

/* Frees a block of the last generation, or NULL. */
void block_free(const void *block);

/* Copies `count` pointers into a zeroed array of `cap`, which the caller frees. NULL if memory runs
 * out. */
void *pointers_grown(const void *old, size_t count, size_t cap);

/*
 * The next state of a sorted list of numbers: `old` without those that `drop` marks, merged with
 * `added`, which is sorted. Returns `old` itself if nothing differs, else a fresh block. NULL, and
 * *count 0, if the list is empty or memory runs out.
 */
typedef int order_fn(const void *context, uint32_t a, uint32_t b);

struct list_change {
    const uint32_t *old;
    uint32_t old_count;
    const bool *drop; /* by number; NULL: none */
    const uint32_t *added;
    uint32_t added_count;
    order_fn *order;
    const void *context;
};

const uint32_t *list_next(struct txn *txn, const struct list_change *change, uint32_t *count);

#endif
