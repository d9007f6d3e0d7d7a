/*
 * Dates: as front matter, prose, file names and paths have them. A date has a year and a month; an
 * ambiguous one (03/04/2021) is none.
 */
#ifndef VALUES_DATE_H
#define VALUES_DATE_H

#include <stdint.h>

#include "base/slice.h"

struct date {
    uint16_t year;
    uint8_t month;
    uint8_t day; /* 0: only the month is known */
};

/* The sources of the date of an episode, in order of precedence. */
enum date_source {
    DATE_NOWHERE,
    DATE_IN_FRONT, /* front matter */
    DATE_IN_NAME,  /* the name of the file */
    DATE_IN_PATH,  /* its name and the folders it is in, together */
    DATE_IN_BODY,  /* the first lines of the body */
};

/* Reads YYYY-MM-DD, YYYY-MM, or a time stamp that begins with a date (RFC 3339); also with slashes.
 * False for anything else, and for a day that does not exist. */
bool date_read(struct slice text, struct date *date);

/* Takes a date from the front of a text: 2025-10-23, 2025/10/23, 20251023, October 23rd, 2025, 23
 * Oct 2025, 2025 October 23, October 2025, 23.10.2025, 2025年10月23日; of several days, 23-25, the
 * first. False, with *text unchanged, if there is none. */
bool date_take(struct slice *text, struct date *date);

/* The last day of a month. */
unsigned date_last_day(unsigned year, unsigned month);

/* Finds the first of these in a line of text. False if there is none. */
bool date_find(struct slice text, struct date *date);

/* The date in the path of a file: `2021-09-30-a-title.md` and `GMT20210930-180000_Recording.vtt` by
 * their names alone, and together with its folders `2019/telcons/11-05-minutes.md`,
 * `2025-11/november-18.md`, `2025/11/18.md`. */
enum date_source date_of_path(struct slice path, struct date *date);

#endif
