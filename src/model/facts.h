/*
 * What the front matter of a file says of its episode: title, date, and the values that make views.
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "model/episode.h"
#include "parse/config.h"

/* Collects what front matter says: title, date and facts, for `scanned`. `key_problems` go to
 * `diags`. 0 or -ENOMEM. */
int facts_read(struct arena *arena, const struct config *config, const struct limits *limits,
               const struct yaml *map, struct diags *diags, struct scanned *scanned);

#endif
