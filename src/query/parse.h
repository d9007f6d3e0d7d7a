/*
 * The parser of queries. The grammar, with white space between tokens:
 *
 *     any  = all { "OR" all }
 *     all  = not { [ "AND" ] not }
 *     not  = [ "-" | "NOT" ] term
 *     term = "(" any ")" | "with:(" any ")" | key ":" value { "," value } | word
 *     word, value = quoted [ "*" ] | bare
 *
 * A bare word ends at white space, ")" or a quote, a bare value at a comma too; a "*" at its end
 * makes it a prefix. Nothing in quotes ("…", “…”, „…“, ＂…＂) is an operator. %XX is that byte
 * anywhere.
 */
#ifndef QUERY_PARSE_H
#define QUERY_PARSE_H

#include "base/arena.h"
#include "query/query.h"

enum {
    QUERY_MAX_TERMS = 1000,
    QUERY_MAX_DEPTH = 32,   /* parentheses in each other */
    QUERY_MAX_TEXT = 65536, /* bytes */
};

/* The keys beside those that every folder has. */
struct query_keys {
    /* The view of a key, folded by key_fold(): "tags" and "tag" are of by-tag. False: none. */
    bool (*find_view)(const void *context, struct slice key, struct slice *view);
    const void *context;
};

/* A mistake in a query. */
struct query_mistake {
    uint32_t column; /* in characters, from 1 */
    struct slice
        problem; /* a sentence without a full stop, which also says what to write instead */
};

/* Parses a query; text that is not UTF-8 is a mistake. `arena` owns the result. 0; -EINVAL after a
 * mistake; -ENOMEM. */
int query_parse(struct arena *arena, struct slice text, const struct query_keys *keys,
                struct query *query, struct query_mistake *mistake);

#endif
