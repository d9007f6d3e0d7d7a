/*
 * The facts in the first lines of a body. A heading gives the title and a field the date (`###
 * Meeting Date/Time: May 27, 2022, 14:00 UTC`, `**Date:** 2022-05-27`), if front matter does not;
 * fields and lists give the attendees (attendees.h): `Moderator: Ana Lima`. A role that stands
 * before more than one line is a label.
 */
#ifndef METADATA_PREAMBLE_H
#define METADATA_PREAMBLE_H

#include "metadata/head.h"

/* Reads the beginning of a body, as whole lines from `line` of the file on, and fills in what
 * `head` lacks. Attendees become facts of the view `people`, unless that is empty. `arena` owns the
 * texts. 0 or -ENOMEM. */
int preamble_read(struct arena *arena, struct slice body, uint32_t line, struct slice people,
                  const struct limits *limits, struct head *head, struct fact **facts);

#endif
