/*
 * Diagnostics: a mistake in an input, its position, and how the parser treated it. A parser reports
 * and continues; nothing here prints.
 */
#ifndef VALUES_DIAG_H
#define VALUES_DIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct diag {
    struct diag *next;
    uint32_t line;   /* 1-based; 0: the whole file */
    uint32_t column; /* 1-based, in bytes; 0: the whole line */
    struct slice problem;
    struct slice action; /* the treatment: "the first value is kept" */
};

struct diags {
    struct arena *arena; /* owns the texts; borrowed */
    struct diag *first;
    struct diag *last;
    uint32_t count;
    bool failed; /* one was lost because memory ran out */
};

/* Appends one, and copies the texts. Drops it if there are DIAGS_MAX already, or if memory runs
 * out, which sets `failed`. */
void diags_add(struct diags *diags, uint32_t line, uint32_t column, const char *action,
               const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Reports the first byte in `text` that is not UTF-8; false if there is none. `text` begins on
 * `first_line`. DECODE_BROKEN in it was broken UTF-16. */
bool diags_add_broken_utf8(struct diags *diags, struct slice text, uint32_t first_line);

/* One file reports at most this many: a broken file must not fill the report of all. */
enum { DIAGS_MAX = 50 };

#endif
