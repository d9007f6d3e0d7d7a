/*
 * Interning: gives each string a number, counted from 0, that never changes. It owns copies of the
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
    struct journal *journal; /* NULL: none */
    uint32_t record_kind;    /* of the journal's records */
};

void intern_free(struct intern *intern);

/* The number of a string, which is not empty. intern_find() returns UINT32_MAX if it has none;
 * intern_add() gives it one, and returns UINT32_MAX only if memory runs out. */
uint32_t intern_find(const struct intern *intern, struct slice string);
uint32_t intern_add(struct intern *intern, struct slice string);

#endif
