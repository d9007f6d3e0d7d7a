/*
 * Labels: the part of a line that says who speaks.
 */
#ifndef PARSE_LABEL_H
#define PARSE_LABEL_H

#include <stdbool.h>

#include "base/slice.h"

enum { LABEL_MAX_BYTES = 120 };

struct label {
    struct slice speaker; /* without colon, bold, brackets and white space */
    struct slice words;   /* what follows it on its line; may be empty */
};

/* Reads the label at the front of a line, `bold` bytes of which are bold: `**Name:** words` or
 * `**Name**: words`, with a colon of either width. False where there is none. */
bool label_read(struct slice line, size_t bold, struct label *label);

/* Whether a label marks a place in the recording and no speech: `**Break:** \[25:59\]`. */
bool label_is_mark(const struct label *label);

/* Whether a label is the number of a point, `3. Tax` or `一、税`: no speaker has one. */
bool label_is_numbered(struct slice name);

#endif
