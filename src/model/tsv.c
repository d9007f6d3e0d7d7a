#include "model/tsv.h"

void tsv_add_text(struct buf *out, struct slice field)
{
    for (size_t i = 0; i < field.len; i++) {
        char c = field.data[i];
        const char *escape = c == '\t'   ? "\\t"
                             : c == '\n' ? "\\n"
                             : c == '\r' ? "\\r"
                             : c == '\\' ? "\\\\"
                                         : NULL;
        if (escape)
            buf_add_text(out, escape);
        else
            buf_add_byte(out, c);
    }
}

void tsv_add(struct buf *out, struct slice field, char end)
{
    tsv_add_text(out, field);
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
