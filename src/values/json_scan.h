/*
 * A pull parser of JSON: one pass, without a tree. The caller asks for the next key or item, and
 * takes or skips its value. It allocates no memory, and nesting may have any depth. Skipping
 * matches brackets and strings, and checks nothing else: Python writes NaN for a number.
 *
 *     struct json_scan s = {.rest = text};
 *     if (json_enter(&s, JSON_OBJECT))
 *         while (json_next_key(&s, &key))
 *             … json_take_string(), json_take_number(), json_enter() or json_skip(), of each value
 *
 * From the first mistake on, `is_broken` is set and everything returns false; `is_cut`: the text
 * ended too early.
 */
#ifndef VALUES_JSON_SCAN_H
#define VALUES_JSON_SCAN_H

#include "base/buf.h"
#include "base/slice.h"

enum json_kind {
    JSON_NOTHING, /* there is no value */
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json_scan {
    struct slice rest; /* the unread text; empty at a mistake; borrowed */
    bool is_first;     /* at the first value of an array or object */
    bool is_broken;
    bool is_cut;
};

/* The kind of the next value, by its first byte. */
enum json_kind json_kind(struct json_scan *s);

/* Enters an array or an object. False, with nothing read, if the next value is another. */
bool json_enter(struct json_scan *s, enum json_kind kind);

/* Advances to the next value of the object or array that was entered last. At its end, leaves it
 * and returns false. A key is as written, with its escapes. */
bool json_next_key(struct json_scan *s, struct slice *key);
bool json_next_item(struct json_scan *s);

/* Takes a string, between its quotes and with its escapes, or a number. False, with nothing read,
 * if the next value is another. */
bool json_take_string(struct json_scan *s, struct slice *raw);
bool json_take_number(struct json_scan *s, struct slice *number);

/* Skips the next value, of any kind. */
bool json_skip(struct json_scan *s);

/* Skips the rest of the array or object that was entered last, after at least one value. */
bool json_leave(struct json_scan *s);

/* Whether the whole text was JSON and is read. */
bool json_is_done(struct json_scan *s);

/* Appends such a string, decoded: valid UTF-8; half a surrogate pair becomes U+FFFD. */
void json_add_string(struct buf *out, struct slice raw);

#endif
