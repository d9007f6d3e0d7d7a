#include "parse/mend.h"

#include "base/utf8.h"

static bool is_space(int32_t code)
{
    return code < 0x80 ? code <= ' ' : code == 0xA0 || code == 0x3000 || code == 0x1680;
}

/* Neither a letter nor a space, in the sense of CommonMark, or near enough: ASCII punctuation, and
 * the general and CJK punctuation of Unicode. */
static bool is_punctuation(int32_t code)
{
    if (code < 0x80)
        return code > ' ' && !(code >= '0' && code <= '9') &&
               !((code | 0x20) >= 'a' && (code | 0x20) <= 'z');
    return (code >= 0xA1 && code <= 0xBF) || (code >= 0x2010 && code <= 0x205E) ||
           (code >= 0x3001 && code <= 0x3003) || (code >= 0x3008 && code <= 0x3020) ||
           (code >= 0xFF01 && code <= 0xFF0F) || (code >= 0xFF1A && code <= 0xFF20) ||
           (code >= 0xFF3B && code <= 0xFF40) || (code >= 0xFF5B && code <= 0xFF65);
}

static int32_t code_at(struct slice line, size_t at)
{
    size_t len;
    return at < line.len ? utf8_decode(slice_skip(line, at), &len) : ' ';
}

static int32_t code_before(struct slice line, size_t at)
{
    size_t start = at, len;
    if (at == 0)
        return ' ';
    do
        start--;
    while (start > 0 && ((unsigned char)line.data[start] & 0xC0) == 0x80);
    return utf8_decode(slice_skip(line, start), &len);
}

/* The next `**` from `at` on that stands alone, is not escaped, and not in a code span; line.len
 * where there is none. */
static size_t next_stars(struct slice line, size_t at)
{
    for (; at + 1 < line.len; at++) {
        char c = line.data[at];
        if (c == '\\') {
            at++;
        } else if (c == '`') {
            const char *end = memchr(line.data + at + 1, '`', line.len - at - 1);
            if (end)
                at = (size_t)(end - line.data);
        } else if (c == '*') {
            size_t run = 1;
            while (at + run < line.len && line.data[at + run] == '*')
                run++;
            if (run == 2)
                return at;
            at += run - 1;
        }
    }
    return line.len;
}

/* Marks the ends of bold text that CommonMark would not see as such. */
static void add_stars(struct buf *out, struct slice line)
{
    size_t done = 0;
    for (;;) {
        size_t open = next_stars(line, done);
        size_t close = open < line.len ? next_stars(line, open + 2) : line.len;
        if (close >= line.len)
            break;
        int32_t before = code_before(line, open), first = code_at(line, open + 2);
        int32_t last = code_before(line, close), after = code_at(line, close + 2);
        bool is_bold = close > open + 2 && !is_space(first) && !is_space(last);
        buf_add(out, line.data + done, open - done);
        if (is_bold && is_punctuation(first) && !is_space(before) && !is_punctuation(before))
            buf_add_text(out, MEND_MARK);
        buf_add(out, line.data + open, close + 2 - open);
        if (is_bold && is_punctuation(last) && !is_space(after) && !is_punctuation(after))
            buf_add_text(out, MEND_MARK);
        done = close + 2;
    }
    buf_add_slice(out, slice_skip(line, done));
}

static bool is_address(struct slice text)
{
    text = slice_trim(text);
    return slice_starts(text, SLICE("<")) || slice_starts(text, SLICE("/")) ||
           slice_starts(text, SLICE("#")) || slice_starts(text, SLICE("./")) ||
           slice_starts(text, SLICE("../")) || slice_starts(text, SLICE("mailto:")) ||
           memmem(text.data, text.len, "://", 3) != NULL;
}

/* "[Ana]: words" is a label, and no definition of a link. */
static bool is_bracketed_label(struct slice line)
{
    size_t indent = 0;
    while (indent < line.len && indent < 3 && line.data[indent] == ' ')
        indent++;
    line = slice_skip(line, indent);
    const char *close = line.len && line.data[0] == '[' ? memchr(line.data, ']', line.len) : NULL;
    if (!close || (size_t)(close - line.data) + 1 >= line.len || close[1] != ':')
        return false;
    return !is_address(slice_skip(line, (size_t)(close - line.data) + 2));
}

/* Where a comment opens in the line that nothing behind it closes; line.len where none does. */
static size_t unclosed_comment(struct slice line, struct slice rest)
{
    const char *open = memmem(line.data, line.len, "<!--", 4);
    if (!open || memmem(open, (size_t)(rest.data + rest.len - open), "-->", 3))
        return line.len;
    return (size_t)(open - line.data);
}

void mend_markdown(struct buf *out, struct slice text)
{
    bool is_unclosed = false; /* a comment; all that open behind it are too */

    while (text.len) {
        const char *end = memchr(text.data, '\n', text.len);
        struct slice line = {text.data, end ? (size_t)(end - text.data) + 1 : text.len};
        size_t comment = unclosed_comment(line, is_unclosed ? line : text);
        if (comment < line.len) {
            is_unclosed = true;
            add_stars(out, slice_head(line, comment));
            buf_add_byte(out, '\\');
            add_stars(out, slice_skip(line, comment));
        } else {
            if (is_bracketed_label(line))
                buf_add_byte(out, '\\');
            add_stars(out, line);
        }
        text = slice_skip(text, line.len);
    }
}
