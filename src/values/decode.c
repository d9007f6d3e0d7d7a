#include "values/decode.h"

#include <errno.h>
#include <stdint.h>

#include "values/code.h"

enum { LONGEST_MARK = 4 };

static const struct mark {
    struct slice bytes;
    enum encoding encoding;
} marks[] = {
    /* That of UTF-32 begins as that of UTF-16 does. */
    {{"\xFF\xFE\0\0", 4}, ENCODING_UTF32}, {{"\0\0\xFE\xFF", 4}, ENCODING_UTF32},
    {{"\xFF\xFE", 2}, ENCODING_UTF16LE},   {{"\xFE\xFF", 2}, ENCODING_UTF16BE},
    {{"\xEF\xBB\xBF", 3}, ENCODING_UTF8},
};

static bool is_letter(char c)
{
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t';
}

/* Two letters with a zero beside each: no text has that in UTF-8. */
static enum encoding guess(struct slice bytes)
{
    if (bytes.len < 4)
        return ENCODING_UTF8;
    const char *b = bytes.data;
    if (is_letter(b[0]) && !b[1] && is_letter(b[2]) && !b[3])
        return ENCODING_UTF16LE;
    if (!b[0] && is_letter(b[1]) && !b[2] && is_letter(b[3]))
        return ENCODING_UTF16BE;
    return ENCODING_UTF8;
}

static void find_encoding(struct slice bytes, struct decoded *decoded)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (!slice_starts(bytes, marks[i].bytes))
            continue;
        decoded->encoding = marks[i].encoding;
        /* A text that was put together of files may begin with more than one. */
        while (slice_starts(slice_skip(bytes, decoded->mark), marks[i].bytes))
            decoded->mark += marks[i].bytes.len;
        return;
    }
    decoded->encoding = guess(bytes);
}

/* --- UTF-16 ----------------------------------------------------------------------------------- */

static uint32_t unit_at(struct slice bytes, bool is_big)
{
    unsigned char first = (unsigned char)bytes.data[0], second = (unsigned char)bytes.data[1];
    return is_big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

/* Appends the character at the front of `bytes` and gives its bytes there; 0 where it may go on
 * behind them. There is room for it. */
static size_t take_utf16(struct buf *out, struct slice bytes, bool is_big, bool whole)
{
    char *to = out->data + out->len;
    uint32_t code = bytes.len < 2 ? CODE_HIGH : unit_at(bytes, is_big);
    if (bytes.len < 4 && !whole && code_is_high(code))
        return 0;
    if (!code_is_high(code) && !code_is_low(code)) {
        out->len += code_put(to, code);
        return 2;
    }
    uint32_t low = bytes.len < 4 ? 0 : unit_at(slice_skip(bytes, 2), is_big);
    if (code_is_high(code) && code_is_low(low)) {
        out->len += code_put(to, code_of_pair(code, low));
        return 4;
    }
    *to = *DECODE_BROKEN;
    out->len++;
    return bytes.len < 2 ? bytes.len : 2;
}

static int read_utf16(struct slice bytes, bool whole, struct decoded *decoded)
{
    struct buf *out = &decoded->own;
    bool is_big = decoded->encoding == ENCODING_UTF16BE;
    size_t used;
    /* A unit of two bytes becomes three at most. */
    if (!buf_reserve(out, bytes.len + bytes.len / 2 + 4))
        return -ENOMEM;
    while (bytes.len && (used = take_utf16(out, bytes, is_big, whole)))
        bytes = slice_skip(bytes, used);
    out->data[out->len] = '\0';
    decoded->text = buf_slice(out);
    return 0;
}

/* --- line ends -------------------------------------------------------------------------------- */

/* Where a carriage return stands alone from `at` on; text.len where none does. */
static size_t find_return(struct slice text, size_t at)
{
    const char *found;
    while (at < text.len && (found = memchr(text.data + at, '\r', text.len - at))) {
        at = (size_t)(found - text.data);
        if (at + 1 == text.len || text.data[at + 1] != '\n')
            return at;
        at += 2;
    }
    return text.len;
}

static int fix_line_ends(struct decoded *decoded)
{
    size_t at = find_return(decoded->text, 0);
    if (at == decoded->text.len)
        return 0;
    if (decoded->text.data != decoded->own.data) {
        buf_add_slice(&decoded->own, decoded->text);
        if (decoded->own.failed)
            return -ENOMEM;
        decoded->text = buf_slice(&decoded->own);
    }
    for (; at < decoded->text.len; at = find_return(decoded->text, at))
        decoded->own.data[at] = '\n';
    return 0;
}

/* --- all of it -------------------------------------------------------------------------------- */

int decode(struct slice bytes, bool whole, struct decoded *decoded)
{
    *decoded = (struct decoded){.text = {"", 0}};
    if (bytes.len < LONGEST_MARK && !whole)
        return -EAGAIN;
    find_encoding(bytes, decoded);
    if (decoded->encoding == ENCODING_UTF32)
        return 0;
    struct slice rest = slice_skip(bytes, decoded->mark);
    if (decoded->encoding == ENCODING_UTF8)
        decoded->text = rest;
    else if (read_utf16(rest, whole, decoded))
        return -ENOMEM;
    /* Whether a line feed follows is not known. */
    if (!whole && slice_ends(decoded->text, SLICE("\r")))
        decoded->text.len--;
    return fix_line_ends(decoded);
}

void decoded_free(struct decoded *decoded)
{
    buf_free(&decoded->own);
}

size_t decoded_offset(const struct decoded *decoded, size_t offset, size_t size)
{
    size_t units = 0;
    if (decoded->encoding == ENCODING_UTF8)
        return decoded->mark + offset;
    for (size_t i = 0; i < offset; i++) {
        unsigned char byte = (unsigned char)decoded->text.data[i];
        /* Each character begins with one such byte; DECODE_BROKEN is one too. */
        units += (byte & 0xC0) != 0x80;
        units += byte >= 0xF0 && byte < 0xF8;
    }
    size_t at = decoded->mark + 2 * units;
    return at < size ? at : size;
}
