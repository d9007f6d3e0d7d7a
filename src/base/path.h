/*
 * Paths: parts with a slash between them, none at either end. "" is the root, and every other path
 * is below it.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"

/* The last part of a path, and the part before it: of "a/b" "b" and "a", of "b" "b" and "". */
struct slice path_base(struct slice path);
struct slice path_parent(struct slice path);

/* "a/b" and "c" make "a/b/c"; "" and "c" make "c". data is NULL if memory runs out. */
struct slice path_join(struct arena *arena, struct slice folder, struct slice base);

/* Whether a path is below a folder, at any depth. */
bool path_is_below(struct slice path, struct slice folder);

/* Decodes a field of mountinfo in place: white space, commas and backslashes are \ooo in it. */
void path_decode_octal(char *field);

/* Appends a path in single quotes, as one word of a shell command. */
void path_add_quoted(struct buf *out, struct slice path);

#endif
