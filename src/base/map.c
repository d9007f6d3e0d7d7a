#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash64(struct slice bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes.data ? bytes.data : "", bytes.len, seed);
}

uint64_t hash_pair(uint64_t a, uint64_t b)
{
    return hash64((struct slice){(const char *)&a, sizeof a}, b);
}

/* Each process draws its own seed: with a known one, an attacker could choose keys that collide. */
static uint64_t map_seed;
static pthread_once_t map_seed_once = PTHREAD_ONCE_INIT;

static void choose_seed(void)
{
    if (getrandom(&map_seed, sizeof map_seed, GRND_NONBLOCK) != sizeof map_seed)
        map_seed =
            (uintptr_t)&map_seed; /* no entropy yet, early after boot: the address is random */
}

static uint64_t seed(void)
{
    pthread_once(&map_seed_once, choose_seed);
    return map_seed;
}

uint64_t hash_seeded(uint64_t number)
{
    return hash_pair(number, seed());
}

static uint32_t hash_of(struct slice key)
{
    return (uint32_t)hash64(key, seed());
}

static struct map_slot *find(const struct map *map, struct slice key, uint32_t hash)
{
    for (size_t i = hash;; i++) {
        struct map_slot *slot = &map->slots[i & (map->cap - 1)];
        if (!slot->key.data || (slot->hash == hash && slice_equal(slot->key, key)))
            return slot;
    }
}

static bool grow(struct map *map)
{
    struct map bigger = {.cap = map->cap ? map->cap * 2 : 64, .len = map->len};

    bigger.slots = calloc(bigger.cap, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < map->cap; i++) {
        if (map->slots[i].key.data)
            *find(&bigger, map->slots[i].key, map->slots[i].hash) = map->slots[i];
    }
    free(map->slots);
    *map = bigger;
    return true;
}

struct map_slot *map_put(struct map *map, struct slice key)
{
    if (map->len * 2 >= map->cap && !grow(map))
        return NULL;

    uint32_t hash = hash_of(key);
    struct map_slot *slot = find(map, key, hash);
    if (!slot->key.data) {
        *slot = (struct map_slot){.key = key, .hash = hash, .value = UINT32_MAX};
        map->len++;
    }
    return slot;
}

uint32_t map_get(const struct map *map, struct slice key)
{
    if (map->cap == 0)
        return UINT32_MAX;
    struct map_slot *slot = find(map, key, hash_of(key));
    return slot->key.data ? slot->value : UINT32_MAX;
}

void map_free(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}
