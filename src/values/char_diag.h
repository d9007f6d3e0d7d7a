/*
 * Diagnostics of single characters: characters that a value should not have, and invalid escapes. A
 * reader of values reports one here and continues.
 */
#ifndef VALUES_CHAR_DIAG_H
#define VALUES_CHAR_DIAG_H

#include "values/diag.h"

enum char_problem {
    CHAR_CONTROL,        /* a control character or noncharacter in a value; it is kept */
    CHAR_STRAY,          /* one between values; it is dropped */
    CHAR_LINE_SEPARATOR, /* a line end in YAML 1.1 only; it is kept */
    CHAR_BAD_ESCAPE,     /* a backslash that begins no escape; `code` is the character after it */
    CHAR_SURROGATE_PAIR, /* a character that is written as a surrogate pair */
    CHAR_LONE_SURROGATE, /* one half of such a pair */
    CHAR_OUT_OF_RANGE,   /* a number above U+10FFFF */
    CHAR_PROBLEMS,
};

struct char_diags {
    struct diags *diags; /* borrowed */
    unsigned reported[CHAR_PROBLEMS];
};

/* Reports one, unless enough of its kind were reported. */
void char_diags_add(struct char_diags *char_diags, enum char_problem what, uint32_t line,
                    uint32_t column, uint32_t code);

/* A control character other than tab and line end, a byte order mark, or a noncharacter. */
bool code_is_disallowed(uint32_t code);

/* The line ends of YAML 1.1 that no other text has: U+0085, U+2028, U+2029. */
bool code_is_line_separator(uint32_t code);

/*
 * Reads the numeric escape at the front of `text`, after its backslash: x, u or U with 2, 4 or 8
 * digits. Returns its length, and its number in *code; 0 if there is none.
 */
size_t escape_read_number(struct slice text, uint32_t *code);

#endif
