/*
 * The facts in the first lines of a body. A heading or `Title: …` gives the title and a field the
 * date (`### Meeting Date/Time: May 27, 2022, 14:00 UTC`, `**Date:** 2022-05-27`), if front matter
 * does not; fields and lists give the attendees (attendees.h): `Moderator: Ana Lima`. A role that
 * stands before more than one line is a label. `**Tags:** #lamps #ropes` gives tags, and `Author:
 * Ana Lima` an author.
 */
#ifndef METADATA_PREAMBLE_H
#define METADATA_PREAMBLE_H

#include "metadata/config.h"
#include "metadata/head.h"

/* Reads the beginning of a body, as whole lines from `line` of the file on, and fills in what
 * `head` lacks. Attendees, tags and authors become facts of the views that the configuration has
 * for them. `arena` owns the texts. 0 or -ENOMEM. */
int preamble_read(struct arena *arena, struct slice body, uint32_t line,
                  const struct config *config, const struct limits *limits, struct head *head,
                  struct fact **facts);

#endif
