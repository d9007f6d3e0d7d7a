/*
 * The body of a transcript: its turns.
 *
 * A turn is what one speaker says until someone else, or the same speaker's next
 * label, begins. The text of all turns is one run of bytes, and each turn's part of it
 * is just what its file holds: "Speaker: words\n", paragraphs an empty line apart;
 * only the words where nobody is named.
 */
#ifndef PARSE_BODY_H
#define PARSE_BODY_H

#include "parse/diag.h"

enum { BODY_MAX_TURNS = 65535 };

struct turn {
    uint32_t text;       /* offset of its file in body.text */
    uint32_t len;        /* bytes of its file, the newline at the end included */
    uint32_t speaker;    /* so many bytes at the front name the speaker; 0: nobody is named */
    uint32_t first_line; /* its lines in the content file, 1-based */
    uint32_t last_line;
    uint32_t section; /* 0 before the first heading, then the n-th heading */
};

struct body {
    char *text; /* of all turns, one behind the other; owned */
    size_t len;
    struct turn *turns; /* owned */
    uint32_t count;
};

/*
 * Reads a body of at most UINT32_MAX / 2 bytes that begins on `first_line` of its file.
 *
 * 0 or -ENOMEM. `body` is to be freed either way. Parts that cannot be understood stay as words
 * without a speaker; a body of more than BODY_MAX_TURNS turns has none. Both are reported in
 * `diags`.
 */
int body_read(struct slice text, uint32_t first_line, struct diags *diags, struct body *body);

void body_free(struct body *body);

static inline struct slice turn_text(const struct body *body, const struct turn *turn)
{
    return (struct slice){body->text + turn->text, turn->len};
}

static inline struct slice turn_speaker(const struct body *body, const struct turn *turn)
{
    return (struct slice){body->text + turn->text, turn->speaker};
}

#endif
