/*
 * Adds the lines of an original, which <details> encloses, to the turn above them.
 */
#ifndef TRANSCRIPT_ORIGINALS_H
#define TRANSCRIPT_ORIGINALS_H

#include "transcript/assembly.h"

/* Whether this line ends an original that has no end tag: the turns continue there, with a label of
 * theirs, or in another script than the original's. */
bool original_is_over(struct assembly *a, const struct line *line, struct slice text);

/* Adds a line of an original to that of the last turn, or keeps it for the first. */
void original_add_line(struct assembly *a, const struct line *line, struct slice text);

#endif
