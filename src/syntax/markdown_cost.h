/*
 * Estimates, without parsing, whether cmark would take long for a Markdown text. cmark is linear in
 * all but two things. For each line it looks at each block that is open around it (and walks nested
 * lists by recursion); and for each link it looks at each image that is open before it.
 */
#ifndef SYNTAX_MARKDOWN_COST_H
#define SYNTAX_MARKDOWN_COST_H

#include "values/limits.h"

/* The first limit that the text exceeds, LIMIT_NESTING or LIMIT_IMAGES, and the line where it does,
 * from 0; LIMIT_COUNT: none. Depth is an upper bound: code that looks like nested lists counts as
 * such. Very many lines of a lesser depth take as long, and exceed the limit too. */
enum limit markdown_cost_check(struct slice text, const struct limits *limits, uint32_t *line);

#endif
