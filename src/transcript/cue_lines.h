/*
 * Cues as lines, which the assembly of turns and the statistics of labels read.
 */
#ifndef TRANSCRIPT_CUE_LINES_H
#define TRANSCRIPT_CUE_LINES_H

#include "syntax/lines.h"

/*
 * Makes a line of each line of a cue. `>>` within a line splits it in two; a dash at the front,
 * which marks another speaker, is dropped. If every cue has a label, as Zoom writes them, the
 * labels are the format's: each becomes the speaker, of whatever shape it is.
 *
 * Takes ownership of `cues`, even on an error. 0; -E2BIG if there are more than `most` lines;
 * -ENOMEM.
 */
int cue_lines_make(struct cues *cues, size_t most, struct lines *lines);

#endif
