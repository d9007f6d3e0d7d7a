/*
 * Fix-ups of Markdown before cmark reads it: in a few places CommonMark 0.30 to the letter would
 * lose words, numbers or labels that people write.
 *
 * - `**说：**好`: `**` does not close behind punctuation and before a letter (section 6.2), nor
 * open the other way round. Between scripts without spaces it has to.
 * - `[Ana]: words` is the definition of a link (section 4.7). It is one only where what follows is
 *   an address.
 * - `<!-- …` that never closes hides the rest of the file (section 4.6).
 * - `>> words` is a quotation in a quotation (section 5.1), and means another speaker.
 * - `<inaudible>` is a tag (section 6.6), and none that HTML has (syntax/html.h).
 * - `2*3*4` is 234 with an emphasised 3 (section 6.2), and means a product.
 * - A byte order mark stands at the front of a file; where files were put together, before a line,
 *   whose heading or label it hides.
 * - `</details>` and words on the next line are one block of HTML, in which Markdown is not read
 *   (section 4.6): an empty line is put between.
 */
#ifndef SYNTAX_MARKDOWN_FIXUP_H
#define SYNTAX_MARKDOWN_FIXUP_H

#include <stdint.h>

#include "base/buf.h"

/* A space that no transcript has (Ogham), put beside `**` so that it opens or closes. lines.c drops
 * it from cmark's text. */
#define FIXUP_MARK "\xE1\x9A\x80"

struct markdown_fixup {
    struct buf text; /* owned */
    uint32_t *added; /* the lines of `text` that were inserted, from 0, in order; owned */
    size_t count, cap;
};

/* Fixes a text. 0 or -ENOMEM; The caller frees `fixed` either way. */
int markdown_fixup(struct slice text, struct markdown_fixup *fixed);

void markdown_fixup_free(struct markdown_fixup *fixed);

/* The line of the original that became line `number` of the fixed text. */
uint32_t markdown_fixup_line(const struct markdown_fixup *fixed, uint32_t number);

#endif
