/*
 * Decodes the bytes of a file into the text that all readers expect: UTF-8 without a byte order
 * mark, with lines that end in LF or CRLF.
 *
 * A byte order mark identifies UTF-16, or a zero beside each of the first two letters. A broken
 * code unit becomes a byte that is not UTF-8, which the reader reports and repairs as in UTF-8. A
 * lone carriage return becomes a line feed, since it ends a line in YAML and in Markdown. Most
 * files need no change, and are not copied.
 */
#ifndef VALUES_DECODE_H
#define VALUES_DECODE_H

#include "base/buf.h"

enum encoding {
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_UTF32, /* recognised, but not decoded: there is no text */
};

/* A byte that UTF-8 never contains. */
#define DECODE_BROKEN "\xFE"

struct decoded {
    struct slice text; /* in `own`, or in the bytes, which are borrowed */
    enum encoding encoding;
    size_t mark;    /* bytes of the byte order mark */
    struct buf own; /* owned */
};

/*
 * Decodes the first bytes of a file. `whole`: they are the whole file; otherwise an incomplete end,
 * such as half a pair of code units, is dropped.
 *
 * 0; -EAGAIN if they are too few to recognise the encoding; -ENOMEM. The caller frees `decoded` in
 * any case.
 */
int decode(struct slice bytes, bool whole, struct decoded *decoded);
void decoded_free(struct decoded *decoded);

/* Maps an offset in the text to the offset in the file, which is at most `size`, the file's. */
size_t decoded_offset(const struct decoded *decoded, size_t offset, size_t size);

#define cleanup_decoded __attribute__((cleanup(decoded_free)))

#endif
