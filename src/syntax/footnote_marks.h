/*
 * Marks of footnotes, `[^1]`, which are no words.
 */
#ifndef SYNTAX_FOOTNOTE_MARKS_H
#define SYNTAX_FOOTNOTE_MARKS_H

#include "syntax/line.h"

/* Takes footnote marks out of `line`, whose text is the last of `lines`; and a colon behind one, at
 * the head of the note. The bold stretches move with the text. False without memory: some are left.
 */
bool footnote_marks_drop(struct lines *lines, struct line *line);

#endif
