#include "render/tsv.h"

#include "base/utf8.h"

static const char *escape_of(int32_t code)
{
    switch (code) {
    case '\t':
        return "\\t";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\\':
        return "\\\\";
    default:
        return NULL;
    }
}

/* Characters that some readers take for a line end, or a terminal for a command. */
static bool is_unsafe(int32_t code)
{
    return (code >= 0 && code < 0x20) || (code >= 0x7F && code < 0xA0) || code == 0x2028 ||
           code == 0x2029;
}

/* Appends a character that is not written as it is. */
static void add_escape(struct buf *out, int32_t code)
{
    const char *escape = escape_of(code);
    if (escape)
        buf_add_text(out, escape);
    else
        buf_printf(out, "\\u%04x", (unsigned)code);
}

/* Whether a character that begins with this byte may have to be escaped: ASCII, C1, U+2028. */
static bool is_suspect(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c < 0x20 || c == '\\' || c == 0x7F || c == 0xC2 || c == 0xE2;
}

void tsv_add_text(struct buf *out, struct slice field)
{
    while (field.len) {
        size_t len = 0;
        while (len < field.len && !is_suspect(field.data[len]))
            len++;
        buf_add(out, field.data, len);
        field = slice_skip(field, len);
        if (field.len == 0)
            return;
        int32_t code = utf8_decode(field, &len);
        if (escape_of(code) || is_unsafe(code))
            add_escape(out, code);
        else
            buf_add(out, field.data, len);
        field = slice_skip(field, len);
    }
}

void tsv_add(struct buf *out, struct slice field, char end)
{
    tsv_add_text(out, field);
    buf_add_byte(out, end);
}

void tsv_add_visible(struct buf *out, struct slice field, char end)
{
    size_t len;
    for (; field.len; field = slice_skip(field, len)) {
        int32_t code = utf8_decode(field, &len);
        if (code < 0)
            utf8_add_visible(out, slice_head(field, len));
        else if (escape_of(code) || utf8_is_control(code))
            add_escape(out, code);
        else
            buf_add(out, field.data, len);
    }
    buf_add_byte(out, end);
}

void tsv_add_seconds(struct buf *out, int64_t milliseconds)
{
    buf_printf(out, "%.3f", (double)milliseconds / 1000);
}

void tsv_add_number(struct buf *out, uint64_t number, char end)
{
    buf_add_number(out, number);
    buf_add_byte(out, end);
}
