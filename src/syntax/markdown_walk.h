/*
 * The walk over the tree that cmark makes of a body, which writes its lines. lines.c walks,
 * html_walk.c reads the HTML that it meets, and line_writer.c writes.
 */
#ifndef SYNTAX_MARKDOWN_WALK_H
#define SYNTAX_MARKDOWN_WALK_H

#include <cmark.h>

#include "syntax/html.h"
#include "syntax/line.h"
#include "syntax/markdown_fixup.h"
#include "values/diag.h"

/* The walk over cmark's tree, and the HTML elements that are open at its place. */
struct markdown_walk {
    cmark_mem memory; /* of cmark */
    size_t most_lines;
    struct lines *lines;
    const struct markdown_fixup *fixed;
    struct diags *diags;
    uint32_t first_line; /* of the body, in its file */
    bool is_broken;      /* it is not UTF-8 all through */
    bool has_too_many;   /* there are more lines than most_lines */
    struct line line;    /* the one being written, when is_open */
    bool is_open;
    bool bold_begins;  /* inside bold text near the front of the line, the first there */
    size_t bold_start; /* where the bold text began, in lines.text */
    size_t link_start; /* … and the link */
    bool failed;
    uint8_t heading;         /* level of the heading around the place */
    uint8_t lists;           /* how many lists are open */
    bool is_behind_rule;     /* one was drawn since the last line */
    bool is_code;            /* spaces count */
    size_t lines_before;     /* the heading */
    enum line_break pending; /* the break before the next line */
    uint32_t number;         /* line of the source */
    uint32_t details;        /* the <details> around the place, or 0 */
    uint32_t details_line;   /* where it opened */
    bool in_summary;
    struct buf summary; /* its text */
    struct html_open open;
    bool is_hidden; /* inside a script or a style sheet */
    bool in_html_block;
    struct buf marker; /* "- " or "12. " for the first line of a list item */
};

/* --- line_writer.c: these note in the walk what fails --------------------------------- */

/* Adds text to the line at this place, which it begins if none is open; or to the summary. */
void walk_add_text(struct markdown_walk *w, struct slice text);

/* Ends the line, and has a break of at least this kind before the next one. */
void walk_break_line(struct markdown_walk *w, enum line_break kind);
void walk_end_line(struct markdown_walk *w);

/* Appends a finished line. */
void walk_keep_line(struct markdown_walk *w, const struct line *line);

void walk_begin_bold(struct markdown_walk *w);
void walk_end_bold(struct markdown_walk *w);

/* --- html_walk.c -------------------------------------------------------------------------- */

/* Parses Markdown into a tree that lives as long as the guard (alloc_guard.h). */
cmark_node *walk_parse(struct markdown_walk *w, struct slice text);

/* Reads HTML: tags break lines and open elements, the rest is text. */
void walk_add_html(struct markdown_walk *w, struct slice html);

/* Ends the <summary> that is open, and reads the language in it. */
void walk_end_summary(struct markdown_walk *w);

/* Reports the <details> that is open. */
void walk_report_unclosed(struct markdown_walk *w);

#endif
