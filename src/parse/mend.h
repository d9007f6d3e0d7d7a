/*
 * Mending Markdown before cmark reads it: what people write, and what the letter of CommonMark
 * makes of it, differ in a few places where words or labels would be lost.
 *
 *   **说：**好       CommonMark 0.30, section 6.2: `**` does not close behind punctuation and before a
 *   这是**“好”**的   letter, nor open the other way round. Between scripts without spaces it has to.
 *   [Ana]: words     section 4.7 takes this for the definition of a link. It is one only where what
 *                    follows is an address.
 *   <!-- …           that never closes hides the rest of the file (section 4.6).
 *
 * Lines stay lines, so that their numbers hold.
 */
#ifndef PARSE_MEND_H
#define PARSE_MEND_H

#include "base/buf.h"

/* A space that nobody writes (Ogham), put beside `**` so that it opens or closes. Whoever takes the
 * text from cmark drops it. */
#define MEND_MARK "\xE1\x9A\x80"

/* Appends the mended text. */
void mend_markdown(struct buf *out, struct slice text);

#endif
