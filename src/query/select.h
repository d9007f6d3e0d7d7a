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
    bool has_changed; /* a file changed and was not rescanned, or could not be read */
};

/* Asks every episode for the part of a query that a node is, on every core. 0, -ENOMEM, or an error
 * of reading that passes; to be freed either way. */
int selection_find(const struct query_bound *bound, const struct query_node *node,
                   struct cache *cache, struct selection *selection);
void selection_free(struct selection *selection);

/* The episode, as an index in `entries`, that the i-th turn belongs to in the order of entries. */
uint32_t selection_entry_of_turn(const struct selection *selection, uint64_t turn);

#endif
