/*
 * Diagnostics: what is wrong in an input, where, and what was done about it. A
 * parser reports and goes on; nothing here prints.
 */
#ifndef VALUES_DIAG_H
#define VALUES_DIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct diag {
    struct diag *next;
    uint32_t line;   /* 1-based; 0 when the whole file is meant */
    uint32_t column; /* 1-based, in bytes; 0 when the whole line is meant */
    struct slice problem;
    struct slice action; /* what was done: "the first value is kept" */
};

struct diags {
    struct arena *arena; /* where the texts are kept; borrowed */
    struct diag *first;
    struct diag *last;
    uint32_t count;
    bool failed; /* one was lost because memory ended */
};

/* Appends one; the texts are copied. Lost past DIAGS_MAX, or when memory ends, which
 * `failed` says. */
void diags_add(struct diags *diags, uint32_t line, uint32_t column, const char *action,
               const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Reports the first place in `text` that is not UTF-8, if there is one: then it is true. `text`
 * begins on `first_line`. What was broken in UTF-16 is DECODE_BROKEN in it. */
bool diags_add_broken_utf8(struct diags *diags, struct slice text, uint32_t first_line);

/* One file reports at most this many: a broken file must not fill the report of all. */
enum { DIAGS_MAX = 50 };

#endif
