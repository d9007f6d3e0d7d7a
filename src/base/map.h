/*
 * A map from strings to numbers, with open addressing. It borrows the keys, which have to outlive
 * it. The order of its slots differs in each process. Only map.c includes xxHash.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct map_slot {
    struct slice key; /* data is NULL in a free slot */
    uint32_t hash;
    uint32_t value;
};

struct map {
    struct map_slot *slots; /* owned */
    size_t cap;             /* 0 or a power of two */
    size_t len;
};

/* The slot of `key`, a new one with the value UINT32_MAX if there was none; NULL if memory runs
 * out. The pointer is valid until the next call. `key` is not empty. */
struct map_slot *map_put(struct map *map, struct slice key);

/* The value of `key`, or UINT32_MAX. */
uint32_t map_get(const struct map *map, struct slice key);

void map_free(struct map *map);

/* XXH3, 64 bits: the same on every machine. */
uint64_t hash64(struct slice bytes, uint64_t seed);

/* A hash for tables in memory, which is another one in each process: nobody can choose numbers that
 * collide. */
uint64_t hash_seeded(uint64_t number);

/* The hash of two numbers. */
uint64_t hash_pair(uint64_t a, uint64_t b);

#endif
