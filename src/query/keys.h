/*
 * Which keys of a query are views: each view that there is, by its name without `by-`, and each key
 * of front matter that makes one, by the configuration of the corpus.
 */
#ifndef QUERY_KEYS_H
#define QUERY_KEYS_H

#include "corpus/corpus.h"
#include "query/parse.h"

/* For query_parse(). Borrows the corpus. */
struct query_keys query_keys_of(const struct corpus *corpus);

#endif
