/*
 * What the front matter of a file says of its episode: title, date, and the values that make views.
 */
#ifndef CORPUS_FACTS_H
#define CORPUS_FACTS_H

#include "corpus/episode.h"
#include "transcript/config.h"

/* Collects what front matter says: title, date and facts, for `scanned`. `key_problems` go to
 * `diags`. 0 or -ENOMEM. */
int facts_read(struct arena *arena, const struct config *config, const struct limits *limits,
               const struct yaml *map, struct diags *diags, struct scanned *scanned);

#endif
