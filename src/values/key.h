/*
 * The keys of front matter and of the configuration: `Guest Name`, `guest-name` and `guest_name`
 * are one key. Callers fold a key before they look it up; tables contain folded names.
 */
#ifndef VALUES_KEY_H
#define VALUES_KEY_H

#include "base/buf.h"

/* Appends the folded key: the fold of a value (utf8_fold), with `-` and white space as `_`. Nothing
 * if it has no visible character. If memory runs out, out->failed is set. */
void key_fold(struct buf *out, struct slice key);

/* The index of a folded key in a NULL-terminated table; the index of the NULL if it is not there.
 */
size_t key_place(struct slice folded, const char *const *table);

#endif
