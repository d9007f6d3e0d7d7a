/*
 * A selection: the result of a query in one generation of the corpus. It skips private episodes,
 * which no view shows.
 */
#ifndef QUERY_SELECT_H
#define QUERY_SELECT_H

#include "index/voice_index.h"
#include "query/match.h"
#include "query/selected.h"

struct selection {
    struct selected *found; /* in the order of paths; owned */
    uint32_t count;
    uint64_t hash;   /* of the files of the episodes */
    uint32_t *asked; /* by number of the episode: the version that was asked, plus 1; owned */
    uint32_t asked_cap;
    bool *has;          /* by number of the episode: whether it is found; owned */
    uint32_t *entries;  /* the numbers of the episodes, in the order of their entries; owned */
    uint32_t *by_entry; /* … and their indexes in `found`; owned */
    bool has_turns;     /* selection_count_turns() filled in what follows */
    uint64_t *first;    /* of each entry, the number of turns before it; owned */
    uint64_t turns;
    uint32_t *voices; /* selection_count_voices(): by facet of by-voice; owned */
    uint32_t voice_cap;
};

/* Is told of an episode that is found for its turns, in a thread that has its body loaded. Workers
 * are as in parallel_for(). */
struct select_visitor {
    void (*found)(void *context, unsigned worker, const struct selected *selected);
    void *context;
};

/* Matches every episode, on every core. It skips an episode whose file changed since the scan or
 * cannot be read. It reads bodies if the query speaks of turns. `before` is the result of the same
 * query in another generation, or all 0: what is known of the same versions is moved from it, and
 * only the others are matched, and shown to the visitor, which may be NULL. 0, -ENOMEM, -EINTR, or
 * an error that passes (error_passes()); the caller frees both selections either way. */
int selection_find(const struct query_bound *bound, struct cache *cache, struct selection *before,
                   const struct select_visitor *visitor, struct selection *selection);
void selection_free(struct selection *selection);

/* The memory that it takes, in bytes. */
size_t selection_size(const struct selection *selection);

/* Counts the turns, for which it reads the bodies of episodes that are found whole. 0 or an error
 * as above. */
int selection_count_turns(const struct corpus *corpus, struct cache *cache,
                          struct selection *selection);

/* Counts, by facet of by-voice, the episodes with a found turn of this voice; the voice index is
 * that of the corpus. 0 or an error as above. */
int selection_count_voices(const struct corpus *corpus, struct cache *cache,
                           const struct voice_index *voice_index, struct selection *selection);

/* Matches one episode. If the query speaks of turns, and nothing else excludes the episode, it
 * loads the body into `entry`, which the caller puts back. False: it is not found. *err is 0 or an
 * error of reading. */
bool selection_ask(const struct query_bound *bound, struct cache *cache, uint32_t number,
                   struct cache_entry **entry, struct selected *selected, int *err);

/* Whether it finds one of these episodes, or an error does not let it say so. It loads the bodies
 * where the query speaks of turns. */
bool selection_may_find(const struct query_bound *bound, struct cache *cache,
                        const uint32_t *episodes, size_t count);

/* The number of found episodes of a facet; whether there is one; whether there is one of any facet
 * of a view. */
uint32_t selection_count_in(const struct selection *selection, const struct facet *facet);
bool selection_has_facet(const struct selection *selection, const struct facet *facet);
bool selection_has_view(const struct selection *selection, const struct views *views,
                        uint32_t view);

/* The result of a single term. */
struct term_found {
    const struct query_node *term;
    uint32_t episodes;
    uint64_t turns; /* 0 if it does not speak of turns */
};

/* What each term of a query finds alone. */
struct term_counts {
    const struct query_bound *bound;
    struct cache *cache;
    struct term_found *terms;
    uint32_t count;
    bool *is_counted; /* by number of the episode */
    int err;
};

/* Begins with none; `arena` owns them. 0 or -ENOMEM. */
int term_counts_begin(const struct query_bound *bound, struct cache *cache, struct arena *arena,
                      struct term_counts *counts);

/* Counts in an episode whose body somebody has at hand, by any thread. */
void term_counts_add(struct term_counts *counts, uint32_t number, struct cache_entry *entry);

/* Counts in all the others. 0 or an error as above. */
int term_counts_end(struct term_counts *counts);

/* The episode, as an index in `entries`, that the i-th turn belongs to in the order of entries. */
uint32_t selection_entry_of_turn(const struct selection *selection, uint64_t turn);

#endif
