/*
 * The numbers of list items as they were written; cmark does not keep them.
 */
#ifndef SYNTAX_LIST_MARKERS_H
#define SYNTAX_LIST_MARKERS_H

#include <cmark.h>

#include "base/buf.h"

/* Finds the markers of all numbered lists: block by block, in the order of the text that the
 * document was parsed from. Each item of such a list gets as its user data the offset of its marker
 * in the text, plus 1; in a list that counts by itself, its negated number. */
void list_markers_find(struct slice text, cmark_node *document);

/* Adds the marker of an item: "-", "12." or "12)". */
void list_marker_add(cmark_node *item, struct slice text, struct buf *out);

#endif
