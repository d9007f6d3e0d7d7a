/*
 * The tags of HTML in a transcript. Angle brackets make a tag only if they have the name of an
 * element (WHATWG HTML, sections 4 and 16.2) and the syntax of a tag: `<inaudible>`, `<name here>`,
 * `x<y and y>z`, `vector<int>` and `<video plays>` are words.
 */
#ifndef SYNTAX_HTML_H
#define SYNTAX_HTML_H

#include <stdint.h>

#include "base/slice.h"

/* What an element does to the lines of a text. */
enum html_effect {
    HTML_NONE,    /* it is within a line */
    HTML_BLOCK,   /* it begins and ends a paragraph */
    HTML_BREAK,   /* <br> */
    HTML_CELL,    /* of a table's row */
    HTML_HIDDEN,  /* its content is no text: a script, a style sheet, a drawing */
    HTML_DETAILS, /* the original of a turn */
    HTML_SUMMARY,
    HTML_BOLD, /* within a line, as ** */
};

struct html_element {
    char name[12]; /* lower case */
    enum html_effect effect;
};

struct html_tag {
    const struct html_element *element; /* NULL: HTML has no such element, or a comment */
    struct slice name;                  /* as written; empty for a comment or declaration */
    bool is_closing;
    size_t len; /* bytes, brackets included */
};

/* Parses a tag, comment or declaration at the front of a text that begins with '<'. A tag that is
 * never closed ends at the next '<' or empty line. False if there is none. */
bool html_read_tag(struct slice text, struct html_tag *tag);

/* Which elements are open at a place in a text; zeroed at its beginning. */
struct html_open {
    uint64_t elements[3]; /* a bit for each */
    uint32_t slips;       /* end tags so far that match no open element */
};

/* Whether a tag is markup: of an element, or a comment. A misspelt end tag of an open element
 * (`</detais>`) becomes the right one. Opens or closes its element. */
bool html_is_markup(struct html_open *open, struct html_tag *tag);

#endif
