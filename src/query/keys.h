/*
 * Which keys of a query are views: each view by its name without `by-`, and each key of front
 * matter that makes one.
 */
#ifndef QUERY_KEYS_H
#define QUERY_KEYS_H

#include "corpus/views.h"
#include "query/parse.h"
#include "transcript/config.h"

struct query_views {
    const struct view_rule *rules; /* the configuration's, those of its defaults among them */
    const struct views *views;     /* that there are */
};

/* For query_parse(). Borrows `views`. */
struct query_keys query_keys_of(const struct query_views *views);

#endif
