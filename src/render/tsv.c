#include "render/tsv.h"

#include "base/utf8.h"

static const char *escape_of(char c)
{
    switch (c) {
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

void tsv_add_text(struct buf *out, struct slice field)
{
    while (field.len) {
        size_t plain = 0;
        while (plain < field.len && !escape_of(field.data[plain]))
            plain++;
        buf_add(out, field.data, plain);
        field = slice_skip(field, plain);
        if (field.len) {
            buf_add_text(out, escape_of(field.data[0]));
            field = slice_skip(field, 1);
        }
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
        utf8_decode(field, &len);
        struct slice character = slice_head(field, len);
        if (escape_of(field.data[0]))
            tsv_add_text(out, character);
        else
            utf8_add_visible(out, character);
    }
    buf_add_byte(out, end);
}

void tsv_add_seconds(struct buf *out, int64_t milliseconds)
{
    buf_printf(out, "%.3f", (double)milliseconds / 1000);
}

void tsv_add_number(struct buf *out, uint64_t number, char end)
{
    buf_printf(out, "%llu%c", (unsigned long long)number, end);
}
