/*
 * JSON from values: nested values by Jansson, texts and numbers without it. U+2028, U+2029 and
 * U+0085 are escaped too, which JSON does not require: some readers take them for line ends
 * (Python's splitlines(), JavaScript before 2019).
 */
#ifndef RENDER_JSON_H
#define RENDER_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "values/yaml.h"

/* A string of valid UTF-8, NUL bytes included. NULL if memory runs out. */
static inline json_t *json_text(struct slice text)
{
    return json_stringn(text.data ? text.data : "", text.len);
}

/* Converts milliseconds to seconds. NULL if memory runs out. */
json_t *json_seconds(int64_t milliseconds);

/* Converts nanoseconds since 1970 to an RFC 3339 string in UTC, and 0 to null. NULL if memory runs
 * out. */
json_t *json_time(int64_t time);

/* Keeps types and the order of keys. NULL if memory runs out. */
json_t *json_of_yaml(const struct yaml *value);

/* Append the same bytes as json_add() of json_text() and of json_seconds(), without a Jansson
 * value. The text is valid UTF-8. */
void json_add_text(struct buf *out, struct slice text);
void json_add_seconds(struct buf *out, int64_t milliseconds);

/* Appends `json` and releases it; `flags` as for json_dumps(). NULL marks `out` as failed, so
 * callers need not check for it. */
void json_add(struct buf *out, json_t *json, size_t flags);

#endif
