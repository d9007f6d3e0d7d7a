/*
 * The shape of a Markdown text, told without parsing it: whether cmark would take long for it. It
 * is linear in all but two things. For each line it looks at each block that is open around it (and
 * walks nested lists by recursion); and for each link it looks at each image that is open before
 * it.
 */
#ifndef SYNTAX_MARKDOWN_COST_H
#define SYNTAX_MARKDOWN_COST_H

#include "values/limits.h"

/* The first limit that the text exceeds, LIMIT_NESTING or LIMIT_IMAGES, and the line where it
 * does, from 0; LIMIT_COUNT: none. Depth is bounded and not known: code that is drawn like nested
 * lists is taken for such. What is less deep for very many lines takes as long, and is over the
 * limit too. */
enum limit markdown_cost_check(struct slice text, const struct limits *limits, uint32_t *line);

#endif
