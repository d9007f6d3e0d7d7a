/*
 * The lines of a transcript's body: Markdown and the HTML in it, resolved to plain
 * text by cmark, which lines.c and list_markers.c alone include.
 *
 * A line here is what a dialect of transcripts can hang a meaning on: a line of a
 * paragraph, a heading, an item of a list. What a line means (a label, a time, more
 * of the same turn) is decided elsewhere.
 */
#ifndef SYNTAX_LINES_H
#define SYNTAX_LINES_H

#include "syntax/line.h"
#include "values/diag.h"
#include "values/limits.h"

/*
 * Reads a body that begins on `first_line` of its file. What is not UTF-8, and NUL, become U+FFFD;
 * the former is reported in `diags`, as are a <details> that is never closed and a body over a
 * limit. 0; -E2BIG after the last of these; -ENOMEM. `lines` is to be freed either way.
 */
int lines_read(struct slice body, uint32_t first_line, const struct limits *limits,
               struct diags *diags, struct lines *lines);

void lines_free(struct lines *lines);

#endif
