/*
 * File names: turns any value of a transcript into a file name that can be typed, and back.
 *
 * A name is at most 255 bytes of UTF-8. Bytes that a name must not hold become % and two
 * hexadecimal digits, which can be decoded again: `/` is %2F, `%` is %25, likewise control
 * characters, characters that reorder text, a leading `.`, and bytes that are not UTF-8. A name
 * that is too long is truncated where a character ends, and gets `~` and eight digits of a hash of
 * the whole. A name that looks truncated is hashed too, so a literal name never collides with a
 * truncated one.
 */
#ifndef BASE_FILENAME_H
#define BASE_FILENAME_H

#include <stdint.h>

#include "base/buf.h"

enum { FILENAME_MAX_BYTES = 255 };

/* Appends the file name of a value. */
void filename_of_value(struct buf *out, struct slice value);

/* Appends a value with its escapes, without a limit of length. */
void filename_escape(struct buf *out, struct slice value);

/* Appends the value of a file name: undoes the escapes. False where the name has a broken one. */
bool filename_to_value(struct buf *out, struct slice name);

/* Appends `name` cut to `max` bytes where it is longer, with a hash of `whole`. */
void filename_cut(struct buf *out, struct slice name, size_t max, struct slice whole);

/*
 * Appends `name` with a hash of `whole`, in at most `max` bytes, for a name that is taken. The
 * result may be taken too, by chance or by malice: the caller then tries the next round, counted
 * from 0. `index` differs for each name of a set.
 */
void filename_disambiguate(struct buf *out, struct slice name, size_t max, struct slice whole,
                           unsigned round, uint32_t index);

#endif
