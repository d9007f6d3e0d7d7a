/*
 * JSON, read in one pass and without a tree: who reads asks for the next key or item, and takes or
 * skips its value. It takes no memory, and as long as the text is, to any depth. What is skipped is
 * matched in its brackets and strings, and not checked: Python writes NaN for a number.
 *
 *     struct json_scan s = {.rest = text};
 *     if (json_enter(&s, JSON_OBJECT))
 *         while (json_next_key(&s, &key))
 *             … json_take_string(), json_take_number(), json_enter() or json_skip(), of each value
 *
 * From the first mistake on, `is_broken` is set and everything returns false; `is_cut` says that
 * the mistake is that the text ends there.
 */
#ifndef VALUES_JSON_SCAN_H
#define VALUES_JSON_SCAN_H

#include "base/buf.h"
#include "base/slice.h"

enum json_kind {
    JSON_NOTHING, /* no value stands here */
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json_scan {
    struct slice rest; /* what has not been read yet; of no length at a mistake; borrowed */
    bool is_first;     /* an array or object was entered, and nothing of it read */
    bool is_broken;
    bool is_cut;
};

/* The kind of the value that stands next, by its first byte. */
enum json_kind json_kind(struct json_scan *s);

/* Enters an array or an object. False, and nothing is read, where another value stands next. */
bool json_enter(struct json_scan *s, enum json_kind kind);

/* Goes to the next value of the object or array that was entered last. False, and it is left, where
 * there is none. A key is as written, with its escapes. */
bool json_next_key(struct json_scan *s, struct slice *key);
bool json_next_item(struct json_scan *s);

/* Takes a string, between its quotes and with its escapes, or a number. False, and nothing is read,
 * where another value stands next. */
bool json_take_string(struct json_scan *s, struct slice *raw);
bool json_take_number(struct json_scan *s, struct slice *number);

/* Skips the next value, whatever it is. */
bool json_skip(struct json_scan *s);

/* Skips what is left of the array or object that was entered last, of which a value was read. */
bool json_leave(struct json_scan *s);

/* Whether all is read and was JSON. */
bool json_is_done(struct json_scan *s);

/* Appends what such a string says: valid UTF-8; half a surrogate pair becomes U+FFFD. */
void json_add_string(struct buf *out, struct slice raw);

#endif
