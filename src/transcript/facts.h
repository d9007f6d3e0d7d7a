/*
 * What the front matter of a file says of its episode: title, date, and the values that make views.
 */
#ifndef TRANSCRIPT_FACTS_H
#define TRANSCRIPT_FACTS_H

#include "transcript/config.h"
#include "transcript/head.h"

/* Collects what front matter says: title and date in `head`, and the facts, in the order in which
 * they are written. They live in `arena`, problems go to `diags`. 0 or -ENOMEM. */
int facts_read(struct arena *arena, const struct config *config, const struct limits *limits,
               const struct yaml *map, struct diags *diags, struct head *head, struct fact **facts);

/* Whether a key says when something was said or came out. */
bool facts_is_date(struct slice key);

#endif
