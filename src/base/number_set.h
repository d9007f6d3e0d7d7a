/*
 * A multiset of numbers that are hashes already. 0 is no member.
 */
#ifndef BASE_NUMBER_SET_H
#define BASE_NUMBER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_set {
    uint64_t *slots; /* owned; 0: free */
    size_t cap;
    size_t count;
    size_t pairs; /* of the same number */
};

/* Makes room for `count` numbers in all; false if memory runs out. */
bool number_set_reserve(struct number_set *set, size_t count);

/* The caller has reserved room. */
void number_set_add(struct number_set *set, uint64_t number);

/* Removes one occurrence, which must exist. */
void number_set_remove(struct number_set *set, uint64_t number);

/* The number of occurrences. */
size_t number_set_count(const struct number_set *set, uint64_t number);

void number_set_free(struct number_set *set);

#endif
