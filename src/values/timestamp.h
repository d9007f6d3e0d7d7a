/*
 * Times in a recording, as transcripts write them: 12:07, 1:02:03, 01:10:06.22, 00:00:20,500, bare
 * or in brackets of either kind.
 */
#ifndef VALUES_TIMESTAMP_H
#define VALUES_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum { NO_TIME = -1 };

/* Takes a time from the front of *text, in milliseconds. False, with *text unchanged, if there is
 * none. */
bool timestamp_take(struct slice *text, int64_t *time);

/* Takes one in brackets: "[12:07] words", and the white space behind it. */
bool timestamp_take_bracketed(struct slice *text, int64_t *time);

/* Takes one from the end of *text, bare or in brackets, with a colon and white space around it. */
bool timestamp_take_last(struct slice *text, int64_t *time);

#endif
