/*
 * What the first lines of a body say of an episode: its title, in a heading, and its date, in a
 * field (`### Meeting Date/Time: May 27, 2022, 14:00 UTC`, `**Date:** 2022-05-27`), where nothing
 * else says them; and who takes part (attendees.h): `Moderator: Ana Lima`, a list of attendees. A
 * role that stands at more than one line is a label.
 */
#ifndef TRANSCRIPT_PREAMBLE_H
#define TRANSCRIPT_PREAMBLE_H

#include "transcript/head.h"

/* Reads the beginning of a body, as whole lines from `line` of the file on, and fills in what
 * `head` lacks. Who takes part is added to the facts of the view `people`, if it has a name. Texts
 * live in `arena`. 0 or -ENOMEM. */
int preamble_read(struct arena *arena, struct slice body, uint32_t line, struct slice people,
                  const struct limits *limits, struct head *head, struct fact **facts);

#endif
