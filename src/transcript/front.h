/*
 * Front matter: where it begins and ends in a file, and what it says.
 *
 * It begins with a line of three dashes at the very start (after a byte order
 * mark, if there is one) and ends with the next line of three dashes or three
 * dots. A first line of more dashes is read the same when a closing line follows,
 * and reported.
 */
#ifndef TRANSCRIPT_FRONT_H
#define TRANSCRIPT_FRONT_H

#include "syntax/yaml.h"

struct front {
    struct yaml *map;   /* the keys in the order of the file; NULL when there are none */
    size_t body;        /* offset of the first byte behind the front matter */
    uint32_t body_line; /* the line on which that byte stands, 1-based */
    bool has_block;     /* a front matter was found, understood or not */
};

/*
 * Reads the front matter from the first bytes of a file. `whole` says that `head`
 * is all of the file. Values live in `arena`.
 *
 * 0; -EAGAIN when the end of the front matter is not in `head` (call again with
 * more, up to the limit of front matter); -ENOMEM. Mistakes of the file are reported in `diags`
 * and are no errors.
 */
int front_read(struct arena *arena, struct slice head, bool whole, const struct limits *limits,
               struct diags *diags, struct front *front);

/* A date as front matter has it. `day` is 0 where only the month is known. */
struct date {
    uint16_t year;
    uint8_t month;
    uint8_t day;
};

/* Reads YYYY-MM-DD, YYYY-MM, or a time stamp that begins with a date (RFC 3339); also with slashes.
 * False for anything else, a day that is in no calendar included. */
bool date_read(struct slice text, struct date *date);

#endif
