/*
 * Attendees that the text itself names: in a list or a table below a heading (`Attendees`,
 * `Present`), or in a field (`Participants: Ana Lima, Bob Smith`, `Moderator: Ana Lima`). A table
 * needs a column for names: below such a heading the first, elsewhere one with that heading, beside
 * one for abbreviations or organisations.
 *
 *     | Name       | Abbreviation | Organization |        - Ana Lima (AL)
 *     | ---------- | ------------ | ------------ |        - BS: Bob Smith
 *     | Ana Lima   | AL           | University   |
 */
#ifndef SPEAKERS_ATTENDEES_H
#define SPEAKERS_ATTENDEES_H

#include <stdbool.h>

#include "base/slice.h"

struct attendee {
    struct slice name;
    struct slice code; /* an abbreviation or nick of the name; empty: none */
    bool is_role;      /* from a field for a role, which may be the label of a turn too */
};

/* The state of the reader. The caller sets `add` and `context`. */
struct attendees {
    /* The callback for each attendee, borrowed from the line. 0, or an error that ends the reading.
     */
    int (*add)(void *context, const struct attendee *attendee);
    void *context;
    bool is_listed; /* within a list of them */
    bool is_role;
    bool in_table;
    int name_column, code_column; /* of the table; -1: it has none */
};

/* Reads the next line, of a text or of its Markdown. 0 or an error of `add`. */
int attendees_read_line(struct attendees *attendees, struct slice line, bool is_heading);

/* Whether a line is a field with names, and no speech: `Moderator: Ana Lima`. */
bool attendees_is_field(struct slice line);

/* Whether a word is made of letters of a name, in their order and from its first on: KG, AvW. */
bool attendees_is_initials(struct slice code, struct slice name);

#endif
