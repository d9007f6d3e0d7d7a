/*
 * YAML as a tree of values: the subset that front matter needs, read with
 * libyaml's event interface (yaml.c is the one file that includes <yaml.h>).
 *
 * Scalars keep the text that was written beside their type (YAML 1.2 core schema, so `no` and
 * `12:30` are strings and a date is one too). Anchors and aliases are mistakes and never expanded,
 * so an alias bomb has no effect.
 */
#ifndef VALUES_YAML_H
#define VALUES_YAML_H

#include "values/diag.h"
#include "values/limits.h"

enum yaml_kind {
    YAML_NULL,
    YAML_BOOL,
    YAML_INT,
    YAML_FLOAT,
    YAML_STRING,
    YAML_LIST,
    YAML_MAP,
};

struct yaml {
    enum yaml_kind kind;
    uint32_t line;     /* of the file, 1-based */
    uint32_t column;   /* 1-based */
    struct slice text; /* a scalar as written, without its quotes; valid UTF-8 */
    struct slice key;  /* in a map: its key */
    uint32_t key_line; /* the line of the key */
    uint32_t key_column;
    struct yaml *next;  /* in a list or map: the one after it, in the order of the file */
    struct yaml *first; /* of a list or map */
    struct yaml *last;
    uint32_t count; /* items of a list or map */
};

enum { YAML_MAX_KEY = 255 /* bytes: it is a file's name in meta/ */ };

/*
 * Reads one document into `arena`. `first_line` is the line of the file on which `text` begins, for
 * messages; lines end in LF or CRLF. Broken UTF-8 becomes U+FFFD; other characters that libyaml
 * refuses stay in the values, and are reported (placeholder.h).
 *
 * 0 and the root in *root (NULL for an empty document); -EINVAL if the text is not YAML or exceeds
 * a limit: *root then has the keys before the mistake, or is NULL; -ENOMEM. `diags` gets the
 * mistakes. Behind what is not YAML the next keys are read; the one that it spoils is text as it
 * was written, where it stands on one line (`title: One: two`), and else left out.
 */
int yaml_read(struct arena *arena, struct slice text, uint32_t first_line,
              const struct limits *limits, struct diags *diags, struct yaml **root);

/* --- for readers of other forms ------------------------------------------------- */

/* The kind of a scalar without quotes. */
enum yaml_kind yaml_plain_kind(struct slice text);

/* Appends `value` to a list, or to a map, where its key is set: it replaces an earlier value of the
 * key, and reports that. */
void yaml_append(struct yaml *parent, struct yaml *value, struct diags *diags);

/* Makes a map with one text; NULL if memory runs out. */
struct yaml *yaml_of_text(struct arena *arena, const char *key, struct slice text);

/* --- asking ------------------------------------------------------------------------------------
 */

static inline bool yaml_is_scalar(const struct yaml *value)
{
    return value->kind < YAML_LIST;
}

/* Whether a value is empty: null, an empty string, an empty list, or a list of such. */
bool yaml_is_empty(const struct yaml *value);

/* "a list", "a string" …, for messages. */
const char *yaml_kind_name(enum yaml_kind kind);

#endif
