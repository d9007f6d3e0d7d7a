/*
 * Limits on the input. Each has a name, which is its mount option, a default, and bounds: the
 * maximum is what node ids, offsets or the stack can hold, or was measured to take a few seconds.
 * The content cannot change them.
 *
 * The code that parses the command line passes them down by pointer.
 */
#ifndef VALUES_LIMITS_H
#define VALUES_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "values/diag.h"

enum limit {
    LIMIT_FILE,        /* bytes of a content file */
    LIMIT_FRONT,       /* bytes of front matter, with the lines around it */
    LIMIT_YAML_DEPTH,  /* depth of nested lists and mappings */
    LIMIT_YAML_EVENTS, /* of libyaml, for one text */
    LIMIT_YAML_KEYS,   /* of a mapping */
    LIMIT_VALUE,       /* bytes of a title or of a value in a view */
    LIMIT_VIEWS,
    LIMIT_NESTING,  /* depth of nested quotations and lists */
    LIMIT_IMAGES,   /* of a paragraph */
    LIMIT_MARKDOWN, /* bytes of memory while a body is read */
    LIMIT_TURNS,    /* of an episode */
    LIMIT_SECTIONS, /* of an episode */
    LIMIT_COUNT,
};

struct limits {
    uint64_t at[LIMIT_COUNT];
};

/* The bounds of the limits. */
enum {
    LIMIT_MOST_YAML_DEPTH = 64,
    LIMIT_MOST_VIEWS = 256,
};

struct limit_row {
    const char *name; /* of its option */
    uint64_t initial, least, most;
    bool is_size;               /* in bytes; K, M and G can stand behind a number */
    const char *bounds;         /* its description in --help */
    const char *before, *after; /* the text around the number in messages */
};

extern const struct limit_row limit_rows[LIMIT_COUNT];

struct limits limits_default(void);

/* The limit of this name; LIMIT_COUNT if there is none. */
enum limit limit_find(struct slice name);

/* Sets a limit from its text, such as 64M. False, with nothing set, if that is no number or out of
 * bounds. */
bool limit_set(struct limits *limits, enum limit limit, const char *value);

/* Reads a number with a unit behind it (K, M, G, T, in bytes), up to the NUL byte. */
bool limit_read_size(const char *text, uint64_t *size);

/* A number as the limit's option takes it (256K), and as a message has it (256 KiB, 65,535). */
enum { LIMIT_TEXT = 160 };
const char *limit_value(enum limit limit, uint64_t value, char text[LIMIT_TEXT]);
const char *limit_words(enum limit limit, uint64_t value, char text[LIMIT_TEXT]);

/* The message that a limit is exceeded: "front matter of more than 256 KiB (-o max_front)". */
const char *limit_message(const struct limits *limits, enum limit limit, char text[LIMIT_TEXT]);

/* Reports that a file exceeds a limit and shows only its source, even past DIAGS_MAX. */
void limit_refuse(const struct limits *limits, enum limit limit, uint32_t line,
                  struct diags *diags);

#endif
