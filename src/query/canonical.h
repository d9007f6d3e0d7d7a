/*
 * The canonical spelling of a query: nested operators of one kind are flattened, operands are
 * sorted by bytes and unique, and alternatives of one key (tag:a OR tag:b) become a list of values.
 */
#ifndef QUERY_CANONICAL_H
#define QUERY_CANONICAL_H

#include "base/arena.h"
#include "query/query.h"

/* Brings the tree of a query into this form, and gives each node its spelling. 0 or -ENOMEM. */
int query_canonicalise(struct arena *arena, struct query_node **root);

/* The name of a key that every folder has: "title"; NULL: the key is of a view. */
const char *query_key_name(enum query_key key);

/* Whether a key asks of a turn: voice, heading, …; of an episode if not. */
bool query_key_is_of_turns(enum query_key key);

/* Whether a name is no query but one that programs look up in every folder: .git, desktop.ini. As a
 * word of a query it needs quotes. */
bool query_is_probe(struct slice name);

#endif
