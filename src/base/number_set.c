#include "base/number_set.h"

#include <stdlib.h>

/* The home slot of a number, by its high bits, so that any number of slots will do. */
static size_t home_of(const struct number_set *set, uint64_t number)
{
    return (size_t)((number >> 32) * set->cap >> 32);
}

static size_t next_slot(const struct number_set *set, size_t slot)
{
    return slot + 1 == set->cap ? 0 : slot + 1;
}

static void put(struct number_set *set, uint64_t number)
{
    size_t slot = home_of(set, number);
    while (set->slots[slot])
        slot = next_slot(set, slot);
    set->slots[slot] = number;
}

/* A quarter stays free, and more where it grows, so that it does not grow with each number. */
bool number_set_reserve(struct number_set *set, size_t count)
{
    if (count + count / 3 < set->cap)
        return true;
    struct number_set larger = {
        .cap = count + count / 2 + 16, .count = set->count, .pairs = set->pairs};
    larger.slots = calloc(larger.cap, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < set->cap; i++) {
        if (set->slots[i])
            put(&larger, set->slots[i]);
    }
    free(set->slots);
    *set = larger;
    return true;
}

size_t number_set_count(const struct number_set *set, uint64_t number)
{
    size_t found = 0;
    if (!set->cap)
        return 0;
    for (size_t slot = home_of(set, number); set->slots[slot]; slot = next_slot(set, slot))
        found += set->slots[slot] == number;
    return found;
}

void number_set_add(struct number_set *set, uint64_t number)
{
    set->pairs += number_set_count(set, number);
    set->count++;
    put(set, number);
}

/* Closes a gap: moves the numbers behind it up, but none before its home slot. */
static void close_gap(struct number_set *set, size_t gap)
{
    for (size_t slot = next_slot(set, gap); set->slots[slot]; slot = next_slot(set, slot)) {
        size_t from_home = (slot + set->cap - home_of(set, set->slots[slot])) % set->cap;
        size_t from_gap = (slot + set->cap - gap) % set->cap;
        if (from_home < from_gap)
            continue;
        set->slots[gap] = set->slots[slot];
        gap = slot;
    }
    set->slots[gap] = 0;
}

void number_set_remove(struct number_set *set, uint64_t number)
{
    size_t slot = home_of(set, number);
    while (set->slots[slot] != number)
        slot = next_slot(set, slot);
    close_gap(set, slot);
    set->count--;
    set->pairs -= number_set_count(set, number);
}

void number_set_free(struct number_set *set)
{
    free(set->slots);
    *set = (struct number_set){0};
}
