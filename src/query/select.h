/*
 * A selection: what a query finds in one generation of the corpus. Private episodes, which no view
 * shows, are not asked.
 */
#ifndef QUERY_SELECT_H
#define QUERY_SELECT_H

#include "index/voice_index.h"
#include "query/match.h"
#include "query/selected.h"

struct selection {
    struct selected *found; /* in the order of paths; owned */
    uint32_t count;
    bool *has;          /* by number of the episode: it is found; owned */
    uint32_t *entries;  /* the numbers of the episodes, in the order of their entries; owned */
    uint32_t *by_entry; /* … and their indexes in `found`; owned */
    bool has_turns;     /* selection_count_turns() was called: what follows is there */
    uint64_t *first;    /* of each entry, how many turns the ones before it have; owned */
    uint64_t turns;
    uint32_t *voices; /* selection_count_voices(): by facet of by-voice; owned */
    uint32_t voice_cap;
};

/* Asks every episode, on every core. One that is another by now, or cannot be read, is not found.
 * Bodies are read where the query speaks of turns. 0, -ENOMEM, or an error of reading that passes;
 * to be freed either way. */
int selection_find(const struct query_bound *bound, struct cache *cache,
                   struct selection *selection);
void selection_free(struct selection *selection);

/* Counts the turns, which takes the bodies of whole episodes. 0 or an error as above. */
int selection_count_turns(const struct corpus *corpus, struct cache *cache,
                          struct selection *selection);

/* Counts by facet of by-voice in how many episodes somebody says a turn that is found; the voice
 * index is that of the corpus. 0 or an error as above. */
int selection_count_voices(const struct corpus *corpus, struct cache *cache,
                           const struct voice_index *voice_index, struct selection *selection);

/* Asks one episode; where the query speaks of turns, with its body, if nothing else says no: then
 * `entry` has it, to be put back. False: it is not found. *err is 0 or an error of reading. */
bool selection_ask(const struct query_bound *bound, struct cache *cache, uint32_t number,
                   struct cache_entry **entry, struct selected *selected, int *err);

/* How many of the episodes of a facet are found; whether one is; whether one is of any facet of a
 * view. */
uint32_t selection_count_in(const struct selection *selection, const struct facet *facet);
bool selection_has_facet(const struct selection *selection, const struct facet *facet);
bool selection_has_view(const struct selection *selection, const struct views *views,
                        uint32_t view);

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
