#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_within_limit(const struct buf *buf, size_t len)
{
    return !buf->limit || len <= buf->limit - buf->len;
}

bool buf_has_room(struct buf *buf, size_t len)
{
    return is_within_limit(buf, len) ||
           (buf->raise_limit && buf->raise_limit(buf->raise_context, buf) &&
            is_within_limit(buf, len));
}

bool buf_reserve(struct buf *buf, size_t len)
{
    if (buf->failed)
        return false;
    if (!buf_has_room(buf, len)) {
        buf->failed = buf->is_over_limit = true;
        return false;
    }
    if (len < buf->cap - buf->len)
        return true;

    size_t need, cap;
    if (__builtin_add_overflow(buf->len, len, &need) ||
        __builtin_add_overflow(need, need / 2 + 64, &cap)) {
        buf->failed = true;
        return false;
    }
    char *data = realloc(buf->data, cap);
    if (!data) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->cap = cap;
    return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (!buf_reserve(buf, len))
        return;
    if (len)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void buf_add_slice(struct buf *buf, struct slice text)
{
    buf_add(buf, text.data, text.len);
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_add_byte(struct buf *buf, char byte)
{
    buf_add(buf, &byte, 1);
}

void buf_add_number(struct buf *buf, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;
    do
        digits[--first] = (char)('0' + number % 10);
    while (number /= 10);
    buf_add(buf, digits + first, sizeof digits - first);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) {
        buf->failed = true;
        return;
    }
    if (!buf_reserve(buf, (size_t)len))
        return;
    va_start(args, format);
    vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

char *buf_take(struct buf *buf, size_t *len)
{
    char *bytes = buf->data ? realloc(buf->data, buf->len + 1) : NULL;
    if (!bytes)
        bytes = buf->data;
    *len = buf->len;
    *buf = (struct buf){0};
    return bytes;
}

void buf_trim(struct buf *buf)
{
    size_t len;
    char *data = buf_take(buf, &len);
    *buf = (struct buf){.data = data, .len = len, .cap = data ? len + 1 : 0};
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}
