/*
 * What the first lines of a body say of an episode that nothing else does: its title, in a heading,
 * and its date, in a field: `### Meeting Date/Time: May 27, 2022, 14:00 UTC`, `**Date:**
 * 2022-05-27`.
 */
#ifndef TRANSCRIPT_PREAMBLE_H
#define TRANSCRIPT_PREAMBLE_H

#include "transcript/head.h"

/* Reads the beginning of a body and fills in what `head` lacks. Texts live in `arena`. 0 or
 * -ENOMEM. */
int preamble_read(struct arena *arena, struct slice body, const struct limits *limits,
                  struct head *head);

#endif
