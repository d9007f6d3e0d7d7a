/*
 * Marks of footnotes, `[^1]`, which are no words.
 */
#ifndef SYNTAX_FOOTNOTE_MARKS_H
#define SYNTAX_FOOTNOTE_MARKS_H

#include "syntax/line.h"

/* Removes footnote marks from `line`, whose text is the last of `lines`, and the colon behind the
 * mark at the head of a note. The bold stretches move with the text. False if memory runs out: some
 * marks are left. */
bool footnote_marks_drop(struct lines *lines, struct line *line);

#endif
