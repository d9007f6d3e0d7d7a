/*
 * The numbers of lists as they were written, which cmark does not keep.
 */
#ifndef SYNTAX_LIST_MARKERS_H
#define SYNTAX_LIST_MARKERS_H

#include <cmark.h>

#include "base/buf.h"

/* Finds the markers of all numbered lists: block by block, in the order of the text that the
 * document was parsed from. An item of such a list has in its user data where its marker stands in
 * the text, and 1 more; in a list that counts by itself the same of its number, negated. */
void list_markers_find(struct slice text, cmark_node *document);

/* Adds the marker of an item: "-", "12." or "12)". */
void list_marker_add(cmark_node *item, struct slice text, struct buf *out);

#endif
