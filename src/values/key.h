/*
 * The keys of front matter and of the configuration: `Guest Name`, `guest-name` and `guest_name`
 * are one key. Whoever looks a key up by its name folds the one that was written; tables hold names
 * as they are folded.
 */
#ifndef VALUES_KEY_H
#define VALUES_KEY_H

#include "base/buf.h"

/* Appends what all spellings of a key share: the fold of a value (utf8_fold), with `-` and white
 * space as `_`. Nothing where there is nothing to be seen in it. `out` knows when memory ends. */
void key_fold(struct buf *out, struct slice key);

/* The place of a folded key in a table that ends in NULL; that of its end where it is not in it. */
size_t key_place(struct slice folded, const char *const *table);

#endif
