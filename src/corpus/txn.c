#include "corpus/txn.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void blocks_free(struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->count; i++)
        free(blocks->at[i]);
    free(blocks->at);
    *blocks = (struct blocks){0};
}

void block_free(const void *block)
{
    free((void *)(uintptr_t)block);
}

void *pointers_grown(const void *old, size_t count, size_t cap)
{
    void **copy = calloc(cap + 1, sizeof *copy);
    if (copy && count)
        memcpy(copy, old, count * sizeof *copy);
    return copy;
}

static bool blocks_add(struct blocks *blocks, void *block)
{
    if (!array_reserve(&blocks->at, blocks->count, &blocks->cap, sizeof *blocks->at))
        return false;
    blocks->at[blocks->count++] = block;
    return true;
}

void *txn_alloc(struct txn *txn, size_t count, size_t size)
{
    void *block = calloc(count ? count : 1, size);
    if (!block || !blocks_add(&txn->fresh, block)) {
        free(block);
        txn->failed = true;
        return NULL;
    }
    return block;
}

void txn_retire(struct txn *txn, const void *block)
{
    /* Outside the list the block would leak, so the transaction fails. */
    if (block && !blocks_add(&txn->retired, (void *)(uintptr_t)block))
        txn->failed = true;
}

struct blocks txn_commit(struct txn *txn)
{
    struct blocks retired = txn->retired;
    free(txn->fresh.at);
    *txn = (struct txn){0};
    return retired;
}

void txn_abort(struct txn *txn)
{
    free(txn->retired.at);
    blocks_free(&txn->fresh);
    *txn = (struct txn){0};
}

static uint32_t merge(const struct list_change *c, uint32_t *list)
{
    uint32_t count = 0, next = 0;
    for (uint32_t i = 0; i < c->old_count; i++) {
        if (c->drop && c->drop[c->old[i]])
            continue;
        while (next < c->added_count && c->order(c->context, c->added[next], c->old[i]) < 0)
            list[count++] = c->added[next++];
        list[count++] = c->old[i];
    }
    while (next < c->added_count)
        list[count++] = c->added[next++];
    return count;
}

const uint32_t *list_next(struct txn *txn, const struct list_change *change, uint32_t *count)
{
    size_t most = (size_t)change->old_count + change->added_count;
    uint32_t *list = malloc((most ? most : 1) * sizeof *list);

    *count = 0;
    if (!list) {
        txn->failed = true;
        return NULL;
    }
    uint32_t found = merge(change, list);
    if (found == change->old_count &&
        (found == 0 || memcmp(list, change->old, found * sizeof *list) == 0)) {
        free(list);
        *count = found;
        return change->old;
    }
    txn_retire(txn, change->old);
    uint32_t *kept = found ? txn_alloc(txn, found, sizeof *kept) : NULL;
    if (kept) {
        memcpy(kept, list, found * sizeof *kept);
        *count = found;
    }
    free(list);
    return kept;
}
