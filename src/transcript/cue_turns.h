/*
 * Lines of captions as parts of turns: who speaks is given or read, and a pause or much text ends a
 * paragraph.
 */
#ifndef TRANSCRIPT_CUE_TURNS_H
#define TRANSCRIPT_CUE_TURNS_H

#include "transcript/assembly.h"

/* Adds a line of a cue. 0, -ENOMEM or -E2BIG. */
int cue_turns_add_line(struct assembly *a, const struct line *line, struct slice text);

/* Two that speak in one caption have its time by their share of its characters. */
void cue_turns_share_times(struct body *body);

#endif
