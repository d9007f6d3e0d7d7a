/*
 * The lines of a transcript's body: Markdown and the HTML in it, resolved to plain text by cmark
 * (markdown_walk.h).
 *
 * A line here is a line of a paragraph, a heading, or an item of a list. The rooms `speakers` and
 * `transcript` decide what it means (a label, a time, more of the same turn).
 */
#ifndef SYNTAX_LINES_H
#define SYNTAX_LINES_H

#include "syntax/line.h"
#include "values/diag.h"
#include "values/limits.h"

/*
 * Reads a body that begins on `first_line` of its file. Broken UTF-8 and NUL become U+FFFD. `diags`
 * gets broken UTF-8, a <details> that is never closed, and a body over a limit. 0; -E2BIG if it is
 * over a limit; -ENOMEM. The caller frees `lines` either way.
 */
int lines_read(struct slice body, uint32_t first_line, const struct limits *limits,
               struct diags *diags, struct lines *lines);

void lines_free(struct lines *lines);

#endif
