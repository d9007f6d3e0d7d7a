/*
 * The vocabulary of a set of views: every view, value and spelling that ever occurred, each with a
 * number that never changes, and how often the newest generation uses each spelling. Only its
 * owner, the builder, changes it; readers of a generation call vocabulary_find() only.
 *
 * Spellings that differ only in case, Unicode form and invisible characters (utf8_fold) spell one
 * value. A value has one folder, the facet, which is named after its commonest spelling.
 */
#ifndef CORPUS_VOCABULARY_H
#define CORPUS_VOCABULARY_H

#include <pthread.h>

#include "base/arena.h"
#include "base/intern.h"
#include "values/limits.h"

enum { VOCABULARY_MAX_FACETS = 1 << 24 /* what a node id can tell apart */ };

#define NO_INDEX UINT32_MAX

/* A spelling of a value. */
struct spelling {
    struct spelling *next; /* another of the same facet */
    struct slice text;
    uint32_t facet;
    uint32_t uses;
};

/* A value, whether the newest generation uses it or not. */
struct value_entry {
    struct spelling *spellings;
    uint32_t view;
    uint64_t identity;
};

struct vocabulary {
    uint32_t most_views;
    struct intern views;        /* by name */
    struct intern spellings;    /* view, NUL byte, text; logged in a journal */
    struct spelling **all;      /* by number of the spelling */
    struct intern folded;       /* view, NUL byte, folded value; numbers the facets */
    struct value_entry *values; /* by number of the facet */
    size_t all_cap, value_cap;
    pthread_rwlock_t lock; /* of `folded` */
    struct arena arena;    /* of spellings */
};

/* It takes at most `most_views` views. It logs new spellings as records of this kind, in the
 * journal that the owner sets in `spellings`. */
void vocabulary_init(struct vocabulary *vocabulary, uint32_t most_views, uint32_t record_kind);
void vocabulary_free(struct vocabulary *vocabulary);

/* Returns the spelling of this text in the view, and adds it if it is new. 0; -ENOSPC: too many
 * views; -E2BIG: too many values; -ENOMEM. */
int vocabulary_enter(struct vocabulary *vocabulary, struct slice view, struct slice text,
                     struct spelling **spelling);

/* Adds a spelling from a journal record. 0 or an error as above. */
int vocabulary_restore(struct vocabulary *vocabulary, struct slice noted);

/* The commonest spelling of a facet, among equally common ones the first in order. NULL if the
 * newest generation uses none. */
const struct spelling *vocabulary_best(const struct vocabulary *vocabulary, uint32_t facet);

/* The number of the facet in a view with this text as a spelling, or NO_INDEX. Any thread. */
uint32_t vocabulary_find(struct vocabulary *vocabulary, struct slice view, struct slice text);

#endif
