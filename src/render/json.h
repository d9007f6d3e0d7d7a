/*
 * JSON from values: what is nested by way of Jansson, and texts and numbers without. Beyond what
 * JSON asks for, U+2028, U+2029 and U+0085 are escaped too: some readers of lines end one there
 * (Python's splitlines(), JavaScript before 2019).
 */
#ifndef RENDER_JSON_H
#define RENDER_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "values/yaml.h"

/* A string of valid UTF-8; NUL bytes are kept. NULL when memory ends. */
static inline json_t *json_text(struct slice text)
{
    return json_stringn(text.data ? text.data : "", text.len);
}

/* Seconds, of milliseconds. NULL when memory ends. */
json_t *json_seconds(int64_t milliseconds);

/* A time in nanoseconds since 1970, as RFC 3339 has it, in UTC; 0: null. NULL when memory ends. */
json_t *json_time(int64_t time);

/* The value with its type and the order of its keys; NULL when memory ends. */
json_t *json_of_yaml(const struct yaml *value);

/* Append what json_add() does of json_text() and json_seconds(), without making a tree of it. The
 * text is valid UTF-8. */
void json_add_text(struct buf *out, struct slice text);
void json_add_seconds(struct buf *out, int64_t milliseconds);

/* Appends `json` and releases it; `flags` as for json_dumps(). NULL, a failure before, marks `out`
 * as failed. */
void json_add(struct buf *out, json_t *json, size_t flags);

#endif
