/*
 * The facts in the front matter of an episode: title, date, and the values that make views.
 */
#ifndef METADATA_FACTS_H
#define METADATA_FACTS_H

#include "metadata/config.h"
#include "metadata/head.h"

/* Collects title and date in `head`, and the values in `facts`, in the order of the file. `arena`
 * owns them; problems go to `diags`. 0 or -ENOMEM. */
int facts_read(struct arena *arena, const struct config *config, const struct limits *limits,
               const struct yaml *map, struct diags *diags, struct head *head, struct fact **facts);

/* Whether a key is for a date of recording or publication. */
bool facts_is_date(struct slice key);

#endif
