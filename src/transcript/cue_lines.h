/*
 * Cues as lines: what the assembly of turns and the statistics of labels read.
 */
#ifndef TRANSCRIPT_CUE_LINES_H
#define TRANSCRIPT_CUE_LINES_H

#include "syntax/lines.h"

/*
 * Makes a line of each line of a cue; one where `>>` stands within it becomes two, and a dash at
 * the front, which says that somebody else speaks, goes. A label on each of the cues, as Zoom has
 * it, is the format's: then it becomes the speaker, whatever it looks like.
 *
 * Takes the memory of `cues`, whatever comes back: 0; -E2BIG where there are more than `most`
 * lines; -ENOMEM.
 */
int cue_lines_make(struct cues *cues, size_t most, struct lines *lines);

#endif
