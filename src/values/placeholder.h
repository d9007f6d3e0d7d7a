/*
 * Placeholders for the characters of a text that libyaml does not take: control characters,
 * noncharacters, what YAML 1.1 takes for line ends, and backslashes that begin no escape. The text
 * that libyaml reads has a placeholder for each of them, so that one bad character spoils nothing
 * else; the value that libyaml returns gets the characters back.
 *
 * A placeholder is U+FDD0, a noncharacter, followed by one of the private use area. It can stand
 * anywhere in YAML. A backslash is wrong only in double quotes, which the value shows.
 */
#ifndef VALUES_PLACEHOLDER_H
#define VALUES_PLACEHOLDER_H

#include "values/char_diag.h"

struct placeholder {
    size_t index;          /* of the placeholder in the new text, in characters */
    uint32_t line, column; /* of the replaced character in the file; 1-based */
    uint32_t code;         /* of the replaced character */
};

struct placeholders {
    struct placeholder *at; /* sorted by index; owned */
    size_t count, cap;
    size_t next; /* the first one that is in no value read so far */
};

/* Whether a text needs any. Most do not. */
bool placeholders_needed(struct slice text);

/* Appends `text`, which begins on `first_line`, with placeholders, and with U+FFFD for each byte
 * that is not UTF-8. Drops and reports characters between values. 0 or -ENOMEM; the caller frees
 * the placeholders either way. */
int placeholders_insert(struct placeholders *placeholders, struct slice text, uint32_t first_line,
                        struct char_diags *char_diags, struct buf *out);
void placeholders_free(struct placeholders *placeholders);

/*
 * Appends a value that libyaml returned with the characters of the file, and reports them. `start`
 * and `end` are its range in the new text, in characters; call it for values in the order of the
 * text. `is_quoted`: in double quotes. If memory runs out, out->failed is set.
 */
void placeholders_restore(struct placeholders *placeholders, struct slice value, size_t start,
                          size_t end, bool is_quoted, struct char_diags *char_diags,
                          struct buf *out);

#define cleanup_placeholders __attribute__((cleanup(placeholders_free)))

#endif
