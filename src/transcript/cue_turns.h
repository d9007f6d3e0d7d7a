/*
 * Adds lines of captions to turns: the format or a label gives the speaker, and a pause or much
 * text ends a paragraph.
 */
#ifndef TRANSCRIPT_CUE_TURNS_H
#define TRANSCRIPT_CUE_TURNS_H

#include "transcript/assembly.h"

/* Adds a line of a cue. 0, -ENOMEM or -E2BIG. */
int cue_turns_add_line(struct assembly *a, const struct line *line, struct slice text);

/* Divides the time of a caption with two speakers by their shares of its characters. */
void cue_turns_share_times(struct body *body);

#endif
