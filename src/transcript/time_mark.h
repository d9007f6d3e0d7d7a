/*
 * Times in brackets within speech: `and then [12:07] we left`.
 */
#ifndef TRANSCRIPT_TIME_MARK_H
#define TRANSCRIPT_TIME_MARK_H

#include "values/timestamp.h"

/*
 * Takes the words up to the first such time into *before, and that time, with the brackets and
 * white space around it, from *words. False if there is none; *words is unchanged then. `reached`
 * is the last time before them, or NO_TIME: a time in parentheses without hours, (12:07), is
 * ambiguous, and counts only if it is later than that.
 *
 * From one time to another ([05:16] to [06:36]), in quotation marks, or as all there is behind a
 * colon (`Video: [12:07]`), a time is a word.
 */
bool time_mark_take(struct slice *words, int64_t reached, struct slice *before, int64_t *time);

#endif
