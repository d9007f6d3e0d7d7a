/*
 * TOML as a tree of values, the same that YAML comes to (yaml.h): what front matter between lines
 * of +++ needs. That is strings of all four kinds, numbers, true and false, dates and times (as
 * texts), arrays, inline tables, and tables one level deep. Anything else, such as a dotted key or
 * an array of tables, is a mistake.
 *
 * A mistake costs the key that it stands in.
 */
#ifndef VALUES_TOML_H
#define VALUES_TOML_H

#include "values/yaml.h"

/* Whether the first line of `text` that says something is a key with its value, or the head of a
 * table; true too where none says something. */
bool toml_is_likely(struct slice text);

/*
 * Reads a document into `arena`. `first_line` is the line of the file on which `text` begins, for
 * messages; lines end in LF or CRLF. What is not UTF-8 becomes U+FFFD.
 *
 * 0 and a map in *root, of all keys that were understood or came before a limit; -ENOMEM. Mistakes
 * are reported in `diags`.
 */
int toml_read(struct arena *arena, struct slice text, uint32_t first_line,
              const struct limits *limits, struct diags *diags, struct yaml **root);

#endif
