/*
 * TOML as a tree of values, the same as of YAML (yaml.h): the subset for front matter between lines
 * of +++. It has strings of all four kinds, numbers, true and false, dates and times (as texts),
 * arrays, inline tables, and tables one level deep. Anything else, such as a dotted key or an array
 * of tables, is a mistake.
 *
 * A mistake loses only its own key.
 */
#ifndef VALUES_TOML_H
#define VALUES_TOML_H

#include "values/yaml.h"

/* Whether the first line of `text` that is not empty is a key with its value, or the head of a
 * table; also true if there is no such line. */
bool toml_is_likely(struct slice text);

/*
 * Reads a document into `arena`. `first_line` is the line of the file on which `text` begins, for
 * messages; lines end in LF or CRLF. Broken UTF-8 becomes U+FFFD.
 *
 * 0, with a map in *root of all valid keys up to a limit; -ENOMEM. `diags` gets the mistakes.
 */
int toml_read(struct arena *arena, struct slice text, uint32_t first_line,
              const struct limits *limits, struct diags *diags, struct yaml **root);

#endif
