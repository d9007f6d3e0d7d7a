/*
 * The vocabulary of a set of views: which views, values and spellings there ever were, each with a
 * number that is given once and never to another while the program runs, and how often each
 * spelling is used now. It belongs to whoever builds the generations, one at a time; readers of a
 * generation only ask vocabulary_find().
 *
 * A value is what differs only in case, Unicode form and what cannot be seen (utf8_fold): it makes
 * one folder, the facet, under its commonest spelling.
 */
#ifndef CORPUS_VOCABULARY_H
#define CORPUS_VOCABULARY_H

#include <pthread.h>

#include "base/arena.h"
#include "base/intern.h"
#include "syntax/limits.h"

enum { VOCABULARY_MAX_FACETS = 1 << 24 /* what a node id can tell apart */ };

#define NO_INDEX UINT32_MAX

/* One way of writing a value of a view. */
struct spelling {
    struct spelling *next; /* another of the same facet */
    struct slice text;
    uint32_t facet;
    uint32_t uses;
};

/* A facet, whether it has episodes now or not. */
struct value_entry {
    struct spelling *spellings;
    uint32_t view;
    uint64_t hash; /* the root of its inode number */
};

struct vocabulary {
    uint32_t most_views;
    struct intern views;        /* by name */
    struct intern spellings;    /* view, NUL byte, text; alone noted in a journal */
    struct spelling **all;      /* by number of the spelling */
    struct intern folded;       /* view, NUL byte, folded value; its numbers are the facets' */
    struct value_entry *values; /* by number of the facet */
    size_t all_cap, value_cap;
    pthread_rwlock_t lock; /* of `folded` */
    struct arena arena;    /* of spellings */
};

/* It takes at most `most_views` views. New spellings are noted as records of this kind, in the
 * journal that the owner sets in `spellings`. */
void vocabulary_init(struct vocabulary *vocabulary, uint32_t most_views, uint32_t record_kind);
void vocabulary_free(struct vocabulary *vocabulary);

/* The spelling of this text in the view, entered where it is new. 0; -ENOSPC where there are too
 * many views, -E2BIG too many values; -ENOMEM. */
int vocabulary_enter(struct vocabulary *vocabulary, struct slice view, struct slice text,
                     struct spelling **spelling);

/* Enters a spelling as it was noted. 0 or an error as above. */
int vocabulary_restore(struct vocabulary *vocabulary, struct slice noted);

/* The commonest spelling of a facet; of two as common, the one that sorts first. NULL: none is
 * used.
 */
const struct spelling *vocabulary_best(const struct vocabulary *vocabulary, uint32_t facet);

/* The number of the facet that a text spells in a view; NO_INDEX where none does. Any thread. */
uint32_t vocabulary_find(struct vocabulary *vocabulary, struct slice view, struct slice text);

#endif
