/*
 * Interning: gives each string a number, counted from 0, once and for good. It owns copies of the
 * strings, which live as long as it, and notes each new one in a journal, from which a successor
 * gives the same strings the same numbers. It has no lock.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include "base/arena.h"
#include "base/journal.h"
#include "base/map.h"

struct intern {
    struct map numbers;
    struct slice *strings; /* by number */
    size_t count, cap;
    struct arena arena;
    struct journal *journal; /* NULL: new strings are noted nowhere */
    uint32_t record_kind;    /* of the journal's records */
};

void intern_free(struct intern *intern);

/* The number of a string, which is not empty; UINT32_MAX where it has none, below where memory
 * ended and nothing happened. */
uint32_t intern_find(const struct intern *intern, struct slice string);
uint32_t intern_add(struct intern *intern, struct slice string);

#endif
