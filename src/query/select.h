/*
 * A selection: what a query finds in one generation of the corpus. Private episodes, which no view
 * shows, are not asked.
 */
#ifndef QUERY_SELECT_H
#define QUERY_SELECT_H

#include "index/cache.h"
#include "query/match.h"

/* An episode that is found. */
struct selected {
    uint32_t episode;
    uint32_t turn_count; /* of the whole episode; 0 where its body was not read */
    uint32_t *turns;     /* those that are found, ascending; owned */
    uint32_t count;
};

struct selection {
    struct selected *found; /* in the order of paths; owned */
    uint32_t count;
    uint32_t *entries;  /* the numbers of the episodes, in the order of their entries; owned */
    uint32_t *by_entry; /* … and their indexes in `found`; owned */
    uint64_t *first;    /* of each of these, how many turns the ones before it have; owned */
    uint64_t turns;
};

/* Asks every episode, on every core. One that is another by now, or cannot be read, is not found.
 * 0, -ENOMEM, or an error of reading that passes; to be freed either way. */
int selection_find(const struct query_bound *bound, struct cache *cache,
                   struct selection *selection);
void selection_free(struct selection *selection);

/* What a term finds alone. */
struct term_found {
    const struct query_node *term;
    uint32_t episodes;
    uint64_t turns; /* 0 where it does not speak of them */
};

/* The same of each term of a query, in one pass over all episodes. The terms, of which there are
 * *count, live in `arena`. 0 or an error as above. */
int selection_find_terms(const struct query_bound *bound, struct cache *cache, struct arena *arena,
                         struct term_found **terms, uint32_t *count);

/* The episode, as an index in `entries`, that the i-th turn belongs to in the order of entries. */
uint32_t selection_entry_of_turn(const struct selection *selection, uint64_t turn);

#endif
