/*
 * What changes hands when one generation of the corpus follows another: blocks of memory that are
 * new in it, and blocks of the one before that it does without. All others both have.
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
    bool failed; /* memory ended */
};

/* A zeroed block, freed with the generation that retires it. NULL, and marked as failed, when
 * memory ends. */
void *txn_alloc(struct txn *txn, size_t count, size_t size);

/* Says that the new generation does without a block of the old one; NULL is none. */
void txn_retire(struct txn *txn, const void *block);

/* Ends it: the retired blocks are the caller's, to be freed with the old generation … */
struct blocks txn_commit(struct txn *txn);
/* … or the fresh ones are freed, and nothing has happened. */
void txn_abort(struct txn *txn);

void blocks_free(struct blocks *blocks);

/* Frees one that the last generation still had; NULL is none. */
void block_free(const void *block);

/* A copy of `count` pointers with zeroed room for `cap`, to be freed. NULL when memory ends. */
void *pointers_grown(const void *old, size_t count, size_t cap);

/*
 * The next state of a list of numbers that is kept in some order: `old` without those that `drop`
 * marks, merged with `added`, which is in order. The list is `old` itself where nothing differs,
 * else fresh. NULL, and *count 0, where it is empty or memory ended.
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
