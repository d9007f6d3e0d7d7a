/*
 * A growable buffer of bytes. It owns its memory. If memory runs out it sets `failed` and drops
 * every byte added from then on; the caller checks once, at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct buf {
    char *data; /* ends in NUL once anything was added; owned */
    size_t len;
    size_t cap;
    bool failed;
    bool is_over_limit; /* that is why it failed */
    size_t limit;       /* adding more bytes than this fails too; 0: no limit */
    /* Called before that fails: may move the limit, and returns whether it did. NULL: nobody. */
    bool (*raise_limit)(void *context, struct buf *buf);
    void *raise_context;
};

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_slice(struct buf *buf, struct slice text);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_byte(struct buf *buf, char byte);
void buf_add_number(struct buf *buf, uint64_t number); /* in decimal digits */
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether the limit allows `len` more bytes, or was moved so that it does. */
bool buf_has_room(struct buf *buf, size_t len);

/* Makes room for `len` more bytes, which the caller writes at data + len; false if memory runs out.
 */
bool buf_reserve(struct buf *buf, size_t len);

/* Hands the bytes over, trimmed to their length; the caller frees them. NULL if there are none. */
char *buf_take(struct buf *buf, size_t *len);

/* Gives back the memory that no bytes are in. */
void buf_trim(struct buf *buf);

void buf_free(struct buf *buf);

static inline struct slice buf_slice(const struct buf *buf)
{
    return (struct slice){buf->data, buf->len};
}

#define cleanup_buf __attribute__((cleanup(buf_free)))

#endif
