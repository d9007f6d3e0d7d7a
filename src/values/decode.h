/*
 * The text of a file: what its bytes say, in the one form that all readers expect. It is UTF-8
 * without a byte order mark, and its lines end in LF or CRLF.
 *
 * UTF-16 is decoded: it is told by its byte order mark, or by a zero beside each of the first two
 * letters. What is broken in it becomes a byte that is not UTF-8, one a code unit, which whoever
 * reads the text reports and repairs as it does in UTF-8. A carriage return alone becomes a line
 * feed, as it ends a line in YAML and in Markdown. Most files are their own text: nothing is
 * copied.
 */
#ifndef VALUES_DECODE_H
#define VALUES_DECODE_H

#include "base/buf.h"

enum encoding {
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_UTF32, /* it is told, and not decoded: there is no text */
};

/* A byte that is in no UTF-8. */
#define DECODE_BROKEN "\xFE"

struct decoded {
    struct slice text; /* in `own`, or in the bytes, which are borrowed */
    enum encoding encoding;
    size_t mark;    /* bytes of the byte order mark */
    struct buf own; /* owned */
};

/*
 * Decodes the first bytes of a file. `whole` says that they are all of it: otherwise what may go on
 * behind them is left out, such as half a pair of code units.
 *
 * 0; -EAGAIN where they are too few to tell the encoding; -ENOMEM. To be freed whatever comes back.
 */
int decode(struct slice bytes, bool whole, struct decoded *decoded);
void decoded_free(struct decoded *decoded);

/* The place in the file of the place `offset` in the text; no more than `size`, the file's. */
size_t decoded_offset(const struct decoded *decoded, size_t offset, size_t size);

#define cleanup_decoded __attribute__((cleanup(decoded_free)))

#endif
