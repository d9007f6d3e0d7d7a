#include "base/filename.h"

#include "base/map.h"
#include "base/utf8.h"

enum {
    HASH_BYTES = 9, /* ~01234567 */
    MOST_CUT = 5,   /* bytes by which a cut name may fall short of the limit: part of a character or
                       escape */
    ROUNDS_OF_HASH = 4
};

static void add_escaped(struct buf *out, struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        buf_printf(out, "%%%02X", (unsigned)(unsigned char)bytes.data[i]);
}

void filename_escape(struct buf *out, struct slice value)
{
    size_t len, start = out->len;

    for (; value.len; value = slice_skip(value, len)) {
        int32_t code = utf8_decode(value, &len);
        bool is_leading_dot = code == '.' && out->len == start;
        if (code < 0 || code == '/' || code == '%' || is_leading_dot || utf8_is_control(code))
            add_escaped(out, slice_head(value, len));
        else
            buf_add(out, value.data, len);
    }
}

/* Not in the middle of an escape. */
static struct slice cut_name(struct slice name, size_t max)
{
    struct slice cut = utf8_cut(name, max);
    for (size_t back = 1; back <= 2 && back <= cut.len; back++) {
        if (cut.data[cut.len - back] == '%')
            return slice_head(cut, cut.len - back);
    }
    return cut;
}

static void add_hash(struct buf *out, struct slice whole, uint64_t seed)
{
    buf_printf(out, "~%08x", (unsigned)(hash64(whole, seed) & 0xFFFFFFFF));
}

static bool looks_cut(struct slice name, size_t max)
{
    if (name.len < HASH_BYTES || name.len + MOST_CUT < max)
        return false;
    struct slice hash = slice_skip(name, name.len - HASH_BYTES);
    size_t digits = 1;
    while (digits < HASH_BYTES && memchr("0123456789abcdef", hash.data[digits], 16))
        digits++;
    return hash.data[0] == '~' && digits == HASH_BYTES;
}

void filename_cut(struct buf *out, struct slice name, size_t max, struct slice whole)
{
    if (name.len <= max && !looks_cut(name, max)) {
        buf_add_slice(out, name);
        return;
    }
    filename_disambiguate(out, name, max, whole, 0, 0);
}

void filename_disambiguate(struct buf *out, struct slice name, size_t max, struct slice whole,
                           unsigned round, uint32_t index)
{
    uint64_t seed = round < ROUNDS_OF_HASH ? round : (uint64_t)round << 32 | index;
    buf_add_slice(out, cut_name(name, max - HASH_BYTES));
    add_hash(out, whole, seed);
}

void filename_of_value(struct buf *out, struct slice value)
{
    cleanup_buf struct buf escaped = {0};

    filename_escape(&escaped, value);
    out->failed |= escaped.failed;
    filename_cut(out, buf_slice(&escaped), FILENAME_MAX_BYTES, value);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool filename_to_value(struct buf *out, struct slice name)
{
    for (; name.len; name = slice_skip(name, 1)) {
        if (name.data[0] != '%') {
            buf_add_byte(out, name.data[0]);
            continue;
        }
        int high = name.len > 2 ? hex_digit(name.data[1]) : -1;
        int low = name.len > 2 ? hex_digit(name.data[2]) : -1;
        if (high < 0 || low < 0)
            return false;
        buf_add_byte(out, (char)(high * 16 + low));
        name = slice_skip(name, 2);
    }
    return !out->failed;
}
