/*
 * Which turns of an episode a query holds for.
 *
 * A word is sought as `grep -i` does: any part of the words of a turn, in the fold that all
 * spellings of a value share (utf8_fold), across paragraphs and without the label.
 */
#ifndef QUERY_MATCH_H
#define QUERY_MATCH_H

#include "corpus/corpus.h"
#include "query/query.h"
#include "query/word_index.h"
#include "transcript/turns.h"

/* A query, and what it means in one generation of the corpus. */
struct query_bound {
    const struct query *query;
    const struct corpus *corpus;
    struct query_facets *facets; /* by the number of a value */
    struct word_index *words;    /* what query_may_match() asks; NULL: nothing */
    struct arena arena;
};

/* The facets of a view that one value is. */
struct query_facets {
    uint32_t *at; /* in no order */
    uint32_t count;
};

/* Looks up the values of views. 0 or -ENOMEM; to be freed either way. Borrows all three. */
int query_bind(const struct query *query, const struct corpus *corpus, struct word_index *words,
               struct query_bound *bound);
void query_bound_free(struct query_bound *bound);

/* Whether a query can hold for a turn of an episode, as far as is known without its body: no, where
 * a term that has to hold speaks of the episode and does not, or no turn has its words. *err is 0
 * or -ENOMEM. Any thread. */
bool query_may_match(const struct query_bound *bound, const struct query_node *node,
                     uint32_t number, int *err);

/*
 * Says for each turn of an episode whether the query holds: chosen[i] of turn i. `body` may be NULL
 * where the query does not speak of turns; then chosen[0] is of the episode and all its turns.
 * Without turns a query that speaks of them holds nowhere. The index of words learns what was
 * sought in. 0 or -ENOMEM. Any thread.
 */
int query_match(const struct query_bound *bound, const struct query_node *node, uint32_t number,
                const struct body *body, bool *chosen);

#endif
