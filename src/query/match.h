/*
 * Matches a query against the turns of an episode.
 *
 * A word matches as with `grep -i`: any substring of the words of a turn, folded by utf8_fold(),
 * across paragraphs and without the label.
 */
#ifndef QUERY_MATCH_H
#define QUERY_MATCH_H

#include "corpus/corpus.h"
#include "query/query.h"
#include "query/word_index.h"
#include "transcript/turns.h"

/* A query that is bound to one generation of the corpus. */
struct query_bound {
    const struct query *query;
    const struct corpus *corpus;
    struct query_facets *facets; /* by the number of a value */
    struct word_index *words;    /* the index of query_may_match(); NULL: none */
    struct arena arena;
};

/* The facets of a view that one value matches. */
struct query_facets {
    uint32_t *at; /* in no order */
    uint32_t count;
};

/* Looks up the values of views. 0 or -ENOMEM; the caller frees `bound` either way. Borrows all
 * three. */
int query_bind(const struct query *query, const struct corpus *corpus, struct word_index *words,
               struct query_bound *bound);
void query_bound_free(struct query_bound *bound);

/* Whether a query can hold for a turn of an episode, judged without its body. False if a required
 * term on the episode does not hold, or no turn has a required word. *err is 0 or -ENOMEM. Any
 * thread. */
bool query_may_match(const struct query_bound *bound, const struct query_node *node,
                     uint32_t number, int *err);

/*
 * Sets chosen[i] if the query holds for turn i of an episode. `body` may be NULL if the query does
 * not speak of turns; then chosen[0] is for the episode and all its turns. A query that speaks of
 * turns holds for no episode without turns. The index of words learns the folded words. 0 or
 * -ENOMEM. Any thread.
 */
int query_match(const struct query_bound *bound, const struct query_node *node, uint32_t number,
                const struct body *body, bool *chosen);

#endif
