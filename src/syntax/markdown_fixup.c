#include "syntax/markdown_fixup.h"

#include <ctype.h>
#include <errno.h>

#include "base/array.h"
#include "base/utf8.h"
#include "syntax/html.h"

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

/* Where those bytes stand next that bold text is a matter of. */
enum { STAR, BACKSLASH, BACKTICK, MARKS };
struct marks {
    struct slice text;
    size_t next[MARKS]; /* the place, and 1 more; 0: not looked for */
};

/* Looks for one of them from `at` to `end`, unless it was found behind `at` before. */
static size_t look_for(struct marks *marks, int mark, size_t at, size_t end)
{
    static const char bytes[MARKS] = {'*', '\\', '`'};
    size_t *next = &marks->next[mark];
    if (*next <= at) {
        const char *found = memchr(marks->text.data + at, bytes[mark], end - at);
        *next = 1 + (found ? (size_t)(found - marks->text.data) : end);
    }
    return *next - 1;
}

/* The first of them from `at` on, which never goes back; text.len where no star follows. */
static size_t next_mark(struct marks *marks, size_t at)
{
    size_t star = look_for(marks, STAR, at, marks->text.len);
    if (star == marks->text.len)
        return star;
    size_t backslash = look_for(marks, BACKSLASH, at, star);
    size_t backtick = look_for(marks, BACKTICK, at, star);
    size_t first = backslash < backtick ? backslash : backtick;
    return first < star ? first : star;
}

/* The next `**` from `at` on that stands alone, is not escaped, and not in a code span; text.len
 * where there is none. */
static size_t next_stars(struct marks *marks, size_t at)
{
    struct slice text = marks->text;
    for (; at < text.len && (at = next_mark(marks, at)) + 1 < text.len; at++) {
        char c = text.data[at];
        if (c == '\\') {
            at++;
        } else if (c == '`') {
            const char *end = memchr(text.data + at + 1, '`', text.len - at - 1);
            if (end)
                at = (size_t)(end - text.data);
        } else {
            size_t run = 1;
            while (at + run < text.len && text.data[at + run] == '*')
                run++;
            if (run == 2)
                return at;
            at += run - 1;
        }
    }
    return text.len;
}

/* Marks the ends of bold text that CommonMark would not see as such. */
static void add_stars(struct buf *out, struct slice text)
{
    struct marks marks = {.text = text};
    size_t done = 0;
    for (;;) {
        size_t open = next_stars(&marks, done);
        size_t close = open < text.len ? next_stars(&marks, open + 2) : text.len;
        if (close >= text.len)
            break;
        int32_t before = code_before(text, open), first = code_at(text, open + 2);
        int32_t last = code_before(text, close), after = code_at(text, close + 2);
        bool is_bold = close > open + 2 && !is_space(first) && !is_space(last);
        buf_add(out, text.data + done, open - done);
        if (is_bold && is_punctuation(first) && !is_space(before) && !is_punctuation(before))
            buf_add_text(out, FIXUP_MARK);
        buf_add(out, text.data + open, close + 2 - open);
        if (is_bold && is_punctuation(last) && !is_space(after) && !is_punctuation(after))
            buf_add_text(out, FIXUP_MARK);
        done = close + 2;
    }
    buf_add_slice(out, slice_skip(text, done));
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

/* Where a comment opens in the line that nothing behind it closes; line.len where none does.
 * `last_end` is where the last end of a comment stands in the whole text, or NULL. */
static size_t unclosed_comment(struct slice line, const char *last_end)
{
    const char *open = memmem(line.data, line.len, "<!--", 4);
    return !open || (last_end && last_end > open) ? line.len : (size_t)(open - line.data);
}

/* The first of these bytes in the text, which begin with one that is seldom; NULL where there are
 * none. */
static const char *find_first(struct slice text, struct slice bytes)
{
    const char *first;
    while (text.len && (first = memchr(text.data, bytes.data[0], text.len))) {
        text = slice_skip(text, (size_t)(first - text.data));
        if (slice_starts(text, bytes))
            return first;
        text = slice_skip(text, 1);
    }
    return NULL;
}

/* The last of these bytes in the text; NULL where there are none. */
static const char *find_last(struct slice text, struct slice bytes)
{
    const char *last;
    while (text.len && (last = memrchr(text.data, bytes.data[bytes.len - 1], text.len))) {
        text.len = (size_t)(last - text.data) + 1;
        if (slice_ends(text, bytes))
            return text.data + text.len - bytes.len;
        text.len--;
    }
    return NULL;
}

/* Whether a line ends a piece of HTML behind which somebody may go on in Markdown. */
static bool ends_html(struct slice line)
{
    line = slice_trim(line);
    return slice_ends(line, SLICE("</details>")) || slice_ends(line, SLICE("</summary>")) ||
           slice_ends(line, SLICE("</p>"));
}

static bool is_markdown(struct slice line)
{
    line = slice_trim(line);
    return line.len && line.data[0] != '<';
}

static struct slice first_line(struct slice text)
{
    const char *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
    return (struct slice){text.data, end ? (size_t)(end - text.data) + 1 : text.len};
}

/* Whether a line begins something of its own, and does not go on with the one before it. */
static bool begins_block(struct slice line)
{
    line = slice_trim(line);
    return line.len == 0 || memchr("-+*#<>|", line.data[0], 7) ||
           (line.data[0] >= '0' && line.data[0] <= '9');
}

/* Bold text may run over the lines of a paragraph, and no further. */
static void add_paragraphs(struct buf *out, struct slice text)
{
    while (text.len) {
        size_t len = first_line(text).len;
        while (len < text.len && !begins_block(first_line(slice_skip(text, len))))
            len += first_line(slice_skip(text, len)).len;
        add_stars(out, slice_head(text, len));
        text = slice_skip(text, len);
    }
}

/* <https://…>, <mailto:…>, <ana@example.org>; CommonMark takes each <word:…> for one (section 6.5).
 */
static bool is_autolink(struct slice text)
{
    static const struct byte_set end = {
        {['<'] = true, ['>'] = true, [' '] = true, ['\n'] = true, ['\r'] = true, ['\t'] = true}};
    struct slice inside = slice_skip(text, 1);
    inside = slice_head(inside, slice_before(inside, &end));
    return is_address(inside) || (inside.len && memchr(inside.data, '@', inside.len));
}

/* Whether a '<' at the front of a text begins words that CommonMark or HTML would take for a tag.
 * An address is its own business. */
static bool is_false_tag(struct slice text, struct html_open *open)
{
    struct html_tag tag;
    bool is_open = text.len > 1 &&
                   (isalpha((unsigned char)text.data[1]) || memchr("/!?", text.data[1], 3));
    if (!is_open || slice_starts(text, SLICE("<!--")))
        return false;
    if (html_read_tag(text, &tag))
        return !html_is_markup(open, &tag);
    return !is_autolink(text);
}

/* Whether the stars at the place stand in a number or formula, `2*3*4` or `2**10`, and mark no
 * emphasis. */
static bool is_product(struct slice line, size_t at, size_t run)
{
    if (at == 0 || at + run >= line.len)
        return false;
    unsigned char before = (unsigned char)line.data[at - 1];
    unsigned char after = (unsigned char)line.data[at + run];
    bool has_letter = isalpha(before) || isalpha(after);
    return isalnum(before) && isalnum(after) && (isdigit(before) || isdigit(after)) &&
           !(has_letter && run > 1);
}

static size_t find_byte(struct slice text, size_t at, char byte)
{
    const char *found = at < text.len ? memchr(text.data + at, byte, text.len - at) : NULL;
    return found ? (size_t)(found - text.data) : text.len;
}

/* Appends the first `len` bytes of a text, which are a line or a part of one: with marks in what
 * looks like a tag or emphasis and is none. */
static void add_line(struct buf *out, struct slice text, size_t len, struct html_open *open)
{
    struct slice line = slice_head(text, len);
    size_t done = 0, tag = find_byte(line, 0, '<'), star = find_byte(line, 0, '*');
    while (tag < len || star < len) {
        if (tag < star) {
            bool is_false = is_false_tag(slice_skip(text, tag), open);
            tag++;
            if (is_false) {
                buf_add(out, line.data + done, tag - done);
                buf_add_text(out, FIXUP_MARK);
                done = tag;
            }
            tag = find_byte(line, tag, '<');
            continue;
        }
        size_t end = star;
        while (end < len && line.data[end] == '*')
            end++;
        if (is_product(line, star, end - star)) {
            buf_add(out, line.data + done, star - done);
            buf_add_text(out, FIXUP_MARK);
            buf_add(out, line.data + star, end - star);
            buf_add_text(out, FIXUP_MARK);
            done = end;
        }
        star = find_byte(line, end, '*');
    }
    buf_add_slice(out, slice_skip(line, done));
}

/* A mark of who speaks at the head of a line that CommonMark would read as something else. */
static bool hides_label(struct slice line)
{
    return is_bracketed_label(line) || slice_starts(line, SLICE(">>"));
}

/* What takes no more than a look at a line and the next, or at the tags that begin on it. */
static int fixup_lines(struct slice text, struct markdown_fixup *fixed, struct buf *out)
{
    const char *last_end = find_last(text, SLICE("-->"));
    bool has_comments = find_first(text, SLICE("<!--"));
    struct html_open open = {0};

    (void)buf_reserve(out, text.len); /* and little more */
    for (uint32_t number = 0; text.len; number++) {
        struct slice line = first_line(text);
        size_t comment = has_comments ? unclosed_comment(line, last_end) : line.len;
        if (slice_equal(slice_trim(line), SLICE("=")))
            buf_add_text(out, FIXUP_MARK); /* one = below a line is no rule that somebody drew */
        if (hides_label(line))
            comment = 0;
        add_line(out, text, comment, &open);
        if (comment < line.len)
            buf_add_byte(out, '\\');
        add_line(out, slice_skip(text, comment), line.len - comment, &open);
        text = slice_skip(text, line.len);
        if (!ends_html(line) || !is_markdown(first_line(text)))
            continue;
        if (!array_reserve(&fixed->added, fixed->count, &fixed->cap, sizeof *fixed->added))
            return -ENOMEM;
        buf_add_byte(out, '\n');
        fixed->added[fixed->count++] = ++number;
    }
    return out->failed ? -ENOMEM : 0;
}

int markdown_fixup(struct slice text, struct markdown_fixup *fixed)
{
    cleanup_buf struct buf lines = {0};

    *fixed = (struct markdown_fixup){0};
    int err = fixup_lines(text, fixed, &lines);
    if (!err && buf_reserve(&fixed->text, lines.len))
        add_paragraphs(&fixed->text, buf_slice(&lines));
    return err ? err : fixed->text.failed ? -ENOMEM : 0;
}

void markdown_fixup_free(struct markdown_fixup *fixed)
{
    buf_free(&fixed->text);
    free(fixed->added);
    *fixed = (struct markdown_fixup){0};
}

uint32_t markdown_fixup_line(const struct markdown_fixup *fixed, uint32_t number)
{
    size_t low = 0, high = fixed->count; /* how many were added before it */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (fixed->added[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return number - (uint32_t)low;
}
