/*
 * A set of numbers, in which one may be several times. Numbers are spread as hashes are; 0 is none.
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

/* Makes room for so many in all; false without memory. */
bool number_set_reserve(struct number_set *set, size_t count);

/* There is room for it. */
void number_set_add(struct number_set *set, uint64_t number);

/* One of them goes; it is there. */
void number_set_remove(struct number_set *set, uint64_t number);

/* How many times it is there. */
size_t number_set_count(const struct number_set *set, uint64_t number);

void number_set_free(struct number_set *set);

#endif
