/*
 * The one spelling that all spellings of a query share: the same operators in each other are one,
 * operands stand in the order of their bytes, each once; values of one key that any may be are a
 * list.
 */
#ifndef QUERY_CANONICAL_H
#define QUERY_CANONICAL_H

#include "base/arena.h"
#include "query/query.h"

/* Brings the tree of a query into this form, and spells each node. 0 or -ENOMEM. */
int query_canonicalise(struct arena *arena, struct query_node **root);

/* What stands before the colon of a key that every folder has: "title"; NULL: it is a view's. */
const char *query_key_name(enum query_key key);

/* Whether a name is what programs look for in every folder, and no query: .git, desktop.ini. As a
 * word it stands in quotes. */
bool query_is_probe(struct slice name);

#endif
