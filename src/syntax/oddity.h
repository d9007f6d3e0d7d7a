/*
 * Oddities of values: characters that a value should not have, and escapes that are none. Whoever
 * reads values goes on after one, and tells it here.
 */
#ifndef SYNTAX_ODDITY_H
#define SYNTAX_ODDITY_H

#include "syntax/diag.h"

enum oddity {
    ODDITY_CONTROL,   /* a control character, or what is no character; it is kept */
    ODDITY_STRAY,     /* the same beside a value; it is left out */
    ODDITY_SEPARATOR, /* what ends a line in YAML 1.1; it is kept */
    ODDITY_ESCAPE,    /* a backslash that begins no escape, with the character behind it */
    ODDITY_PAIR,      /* a character that is written as a surrogate pair */
    ODDITY_HALF,      /* one half of such a pair */
    ODDITY_BEYOND,    /* a number that is more than Unicode has */
    ODDITIES,
};

struct oddities {
    struct diags *diags; /* borrowed */
    unsigned told[ODDITIES];
};

/* Tells of one, unless enough of its kind were told. `code` is what its kind says. */
void oddity_tell(struct oddities *oddities, enum oddity oddity, uint32_t line, uint32_t column,
                 uint32_t code);

/* A control character that is neither a tab nor a line end, a byte order mark, or what is no
 * character. */
bool code_is_odd(uint32_t code);

/* What ends a line in YAML 1.1 and in no other text: U+0085, U+2028, U+2029. */
bool code_is_separator(uint32_t code);

/*
 * The escape by number at the front of `text`, behind its backslash: x, u or U with 2, 4 or 8
 * digits. Its length, and its number in *code; 0 where there is none.
 */
size_t escape_number(struct slice text, uint32_t *code);

#endif
