/*
 * Lines of an original, as <details> holds it, as parts of the turn above them.
 */
#ifndef TRANSCRIPT_ORIGINALS_H
#define TRANSCRIPT_ORIGINALS_H

#include "transcript/assembly.h"

/* Whether an original that nobody closed is over on this line: the turns go on there, with a label
 * of theirs, or in a script that the original is not in. */
bool original_is_over(struct assembly *a, const struct line *line, struct slice text);

/* Adds a line of an original to that of the last turn, or keeps it for the first. */
void original_add_line(struct assembly *a, const struct line *line, struct slice text);

#endif
