/*
 * The signs around the names of labels: colons, dashes, brackets and times.
 */
#ifndef SPEAKERS_LABEL_SIGNS_H
#define SPEAKERS_LABEL_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

extern const struct slice label_wide_colon; /* ： */

/* The length of the colon at the front, or at the end; 0: there is none. */
size_t label_colon_at_front(struct slice text);
size_t label_colon_at_end(struct slice text);

bool label_has_colon(struct slice text);
bool label_has_letter(struct slice text);
struct slice label_skip_space(struct slice text);
struct slice label_trim_space(struct slice text);

/* A name without brackets around it, pictures before it, and the end of a sentence before that. */
struct slice label_without_brackets(struct slice name);

/* A name without a colon at its end. */
struct slice label_without_colon(struct slice name);

/* A name without a dash, bar or comma at its end. */
struct slice label_without_dash(struct slice name);

/* Takes a colon, or a dash or bar that has a space or the end behind it, and white space. */
bool label_take_sign(struct slice *text);

/* Takes a time, in brackets or not, or a range of times, and white space. A time with more behind
 * it is something else: 12:30pm. */
bool label_take_time(struct slice *text, int64_t *time);

#endif
