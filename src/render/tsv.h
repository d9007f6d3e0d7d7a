/*
 * Tab-separated values: a header line, a line a record. In a field a tab, a line break and a
 * backslash are written as `\t`, `\n`, `\r` and `\\`; other control characters (C0, DEL, C1) and
 * the separators U+2028 and U+2029 as `\u` and four digits, as JSON does it. So every reader of
 * lines finds as many as there are records.
 */
#ifndef RENDER_TSV_H
#define RENDER_TSV_H

#include <stdint.h>

#include "base/buf.h"

/* Appends a field. */
void tsv_add_text(struct buf *out, struct slice field);

/* Appends milliseconds as seconds: "754.000". */
void tsv_add_seconds(struct buf *out, int64_t milliseconds);

/* Appends a field and its end: a tab, or a newline behind the last one. */
void tsv_add(struct buf *out, struct slice field, char end);

/* Likewise, safe against look-alikes: \uNNNN also replaces characters that reorder the text around
 * them, and \xNN replaces bytes that are not UTF-8. */
void tsv_add_visible(struct buf *out, struct slice field, char end);
void tsv_add_number(struct buf *out, uint64_t number, char end);

#endif
