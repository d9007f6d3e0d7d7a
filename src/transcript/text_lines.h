/*
 * Adds lines of Markdown and of plain text to turns: reads their speaker, time and words.
 */
#ifndef TRANSCRIPT_TEXT_LINES_H
#define TRANSCRIPT_TEXT_LINES_H

#include "transcript/assembly.h"

/* Begins a section with this heading. 0, -ENOMEM or -E2BIG. */
int text_line_add_heading(struct assembly *a, const struct line *line, struct slice text);

/* Adds a line that is neither a heading nor of an original. 0, -ENOMEM or -E2BIG. */
int text_line_add(struct assembly *a, const struct line *line, struct slice text);

#endif
