/*
 * Stand-ins: a text in which libyaml gets something else for what it does not take, so that one
 * character costs no more than itself. Those are control characters, what is no character, what
 * YAML 1.1 takes for line ends, and backslashes that begin no escape.
 *
 * A stand-in is U+FDD0, which is no character, and one of the private use area. It stands for the
 * same in all of YAML: a value with it becomes again what was written. Only in double quotes a
 * backslash could have begun an escape, and that is seen when the value is there.
 */
#ifndef SYNTAX_STANDIN_H
#define SYNTAX_STANDIN_H

#include "syntax/oddity.h"

struct standin {
    size_t index;          /* where it stands in the new text, in characters */
    uint32_t line, column; /* where that stands which it stands for, in the file; 1-based */
    uint32_t code;
};

struct standins {
    struct standin *at; /* in the order of the text; owned */
    size_t count, cap;
    size_t next; /* those before it are behind the values that were read */
};

/* Whether a text needs some. Most do not. */
bool standins_needed(struct slice text);

/* Appends `text`, which begins on `first_line`, with stand-ins, and with U+FFFD for each byte that
 * is not UTF-8. What stands beside values and cannot be in one is left out and told. 0 or -ENOMEM;
 * to be freed either way. */
int standins_put(struct standins *standins, struct slice text, uint32_t first_line,
                 struct oddities *oddities, struct buf *out);
void standins_free(struct standins *standins);

/*
 * Appends the value that was meant by `value`, and tells what was odd in it. It stands from `start`
 * to before `end` in the new text, in characters; values are asked for in the order of the text.
 * `is_quoted`: in double quotes. What `out` could not take it knows.
 */
void standins_resolve(struct standins *standins, struct slice value, size_t start, size_t end,
                      bool is_quoted, struct oddities *oddities, struct buf *out);

#define cleanup_standins __attribute__((cleanup(standins_free)))

#endif
