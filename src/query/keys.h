/*
 * The keys of a query that stand for views: the name of each view without `by-`, and each key of
 * front matter that makes a view by the configuration of the corpus.
 */
#ifndef QUERY_KEYS_H
#define QUERY_KEYS_H

#include "corpus/corpus.h"
#include "query/parse.h"

/* For query_parse(). Borrows the corpus. */
struct query_keys query_keys_of(const struct corpus *corpus);

#endif
