#include "base/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

enum { FIRST_WIDE = 0x1100 /* no character before it is */ };

/* utf8_decode() of what is not ASCII. */
int32_t utf8_decode_wide(struct slice text, size_t *len)
{
    utf8proc_int32_t code;
    size_t most = text.len < 4 ? text.len : 4;
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text.data,
                                             (utf8proc_ssize_t)most, &code);

    *len = used > 0 ? (size_t)used : 1;
    return used > 0 ? code : -1;
}

/* So many bytes at the front are ASCII, or a few less. */
static size_t ascii_prefix(struct slice text)
{
    uint64_t eight;
    size_t at = 0;
    for (; at + sizeof eight <= text.len; at += sizeof eight) {
        memcpy(&eight, text.data + at, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    return at;
}

size_t utf8_valid_prefix(struct slice text)
{
    size_t at = 0, len;

    while (at < text.len) {
        at += ascii_prefix(slice_skip(text, at));
        /* What is no ASCII seldom stands alone. */
        for (size_t end = at + sizeof(uint64_t); at < text.len && at < end; at += len) {
            if (utf8_decode(slice_skip(text, at), &len) < 0)
                return at;
        }
    }
    return at;
}

bool utf8_is_valid(struct slice text)
{
    return utf8_valid_prefix(text) == text.len;
}

void utf8_repair(struct buf *out, struct slice text)
{
    for (;;) {
        size_t good = utf8_valid_prefix(text);
        buf_add(out, text.data, good);
        if (good == text.len)
            return;
        buf_add_text(out, "\xEF\xBF\xBD");
        text = slice_skip(text, good + 1);
    }
}

bool utf8_fold(struct buf *out, struct slice text)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t len = utf8proc_map(
        (const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.len, &folded,
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
    out->failed |= len == UTF8PROC_ERROR_NOMEM;
    if (len < 0)
        return false;
    buf_add(out, folded, (size_t)len);
    free(folded);
    return !out->failed;
}

struct slice utf8_cut(struct slice text, size_t max)
{
    if (text.len <= max)
        return text;

    size_t cut = 0, at = 0, len;
    utf8proc_int32_t state = 0, last = -1;
    while (at <= max) {
        int32_t code = utf8_decode(slice_skip(text, at), &len);
        if (last < 0 || code < 0 || utf8proc_grapheme_break_stateful(last, code, &state))
            cut = at;
        last = code;
        at += len;
    }
    return slice_head(text, cut);
}

bool utf8_is_control(int32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void utf8_add_visible(struct buf *out, struct slice text)
{
    size_t len;
    for (; text.len; text = slice_skip(text, len)) {
        int32_t code = utf8_decode(text, &len);
        bool is_visible = code >= 0 && !utf8_is_control(code);
        if (is_visible)
            buf_add(out, text.data, len);
        for (size_t i = 0; i < len && !is_visible; i++)
            buf_printf(out, "\\x%02x", (unsigned)(unsigned char)text.data[i]);
    }
}

bool utf8_is_wide(int32_t code)
{
    return code >= FIRST_WIDE && utf8proc_charwidth(code) == 2;
}
