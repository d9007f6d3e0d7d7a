#include "syntax/markdown_fixup.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"
#include "syntax/html.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

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

/* --- insertions ------------------------------------------------------------------------------- */

/* A copy of a text with insertions. */
struct insertion {
    struct slice text;
    size_t done; /* the offset up to which it is copied */
    struct buf *out;
};

static void insert(struct insertion *copy, size_t at, struct slice what)
{
    buf_add_slice(copy->out, slice_range(copy->text, copy->done, at - copy->done));
    buf_add_slice(copy->out, what);
    copy->done = at;
}

static void insert_mark(struct insertion *copy, size_t at)
{
    insert(copy, at, SLICE(FIXUP_MARK));
}

/* --- bold text -------------------------------------------------------------------------------- */

/* The bytes that matter for bold text, and the end of the paragraph, which it never crosses. */
struct stars {
    struct insertion copy;
    struct byte_finder star, backslash, backtick;
    size_t end;
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The next `**` from `at` on that stands alone, is not escaped, and not in a code span; the end of
 * the paragraph if there is none. */
static size_t next_stars(struct stars *s, size_t at)
{
    struct slice text = slice_head(s->copy.text, s->end);
    for (; at < text.len; at++) {
        size_t star = byte_find(&s->star, at);
        if (star + 1 >= text.len)
            break;
        at = least(star, least(byte_find(&s->backslash, at), byte_find(&s->backtick, at)));
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

/* Marks the ends of the bold text of a paragraph that CommonMark would not see as such. */
static void mark_bold(struct stars *s, size_t at)
{
    struct slice text = slice_head(s->copy.text, s->end);
    for (;;) {
        size_t open = next_stars(s, at);
        size_t close = open < text.len ? next_stars(s, open + 2) : text.len;
        if (close >= text.len)
            return;
        int32_t before = code_before(text, open), first = code_at(text, open + 2);
        int32_t last = code_before(text, close), after = code_at(text, close + 2);
        bool is_bold = close > open + 2 && !is_space(first) && !is_space(last);
        if (is_bold && is_punctuation(first) && !is_space(before) && !is_punctuation(before))
            insert_mark(&s->copy, open);
        if (is_bold && is_punctuation(last) && !is_space(after) && !is_punctuation(after))
            insert_mark(&s->copy, close + 2);
        at = close + 2;
    }
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
    const char *bracket = line.len ? memchr(line.data, '<', line.len) : NULL;
    struct slice rest = slice_skip(line, bracket ? (size_t)(bracket - line.data) : line.len);
    const char *open = memmem(rest.data, rest.len, "<!--", 4);
    return !open || (last_end && last_end > open) ? line.len : (size_t)(open - line.data);
}

/* The last of these bytes in the text; NULL if there are none. */
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

/* Whether a line ends a piece of HTML that Markdown may follow. */
static bool ends_html(struct slice line)
{
    line = slice_trim(line);
    return slice_ends(line, SLICE("</details>")) || slice_ends(line, SLICE("</summary>")) ||
           slice_ends(line, SLICE("</p>"));
}

/* Whether the line at the front has words in Markdown. */
static bool is_markdown(struct slice text)
{
    while (text.len && text.data[0] != '\n' && byte_is_space(text.data[0]))
        text = slice_skip(text, 1);
    return text.len && text.data[0] != '\n' && text.data[0] != '<';
}

/* Whether the line at the front begins a block, and does not continue the one before it. */
static bool begins_block(struct slice text)
{
    while (text.len && text.data[0] != '\n' && byte_is_space(text.data[0]))
        text = slice_skip(text, 1);
    return text.len == 0 || memchr("\n-+*#<>|", text.data[0], 8) ||
           (text.data[0] >= '0' && text.data[0] <= '9');
}

static size_t paragraph_start(struct slice text, size_t least_start, size_t at)
{
    for (;;) {
        const char *end = memrchr(text.data + least_start, '\n', at - least_start);
        size_t start = end ? (size_t)(end - text.data) + 1 : least_start;
        if (start == least_start || begins_block(slice_skip(text, start)))
            return start;
        at = start - 1;
    }
}

static size_t paragraph_end(struct slice text, size_t at)
{
    const char *end;
    while (at < text.len && (end = memchr(text.data + at, '\n', text.len - at))) {
        at = (size_t)(end - text.data) + 1;
        if (begins_block(slice_skip(text, at)))
            return at;
    }
    return text.len;
}

/* Bold text may run over the lines of a paragraph, and no further. */
static void add_paragraphs(struct buf *out, struct slice text)
{
    struct stars s = {.copy = {.text = text, .out = out},
                      .star = {.text = text, .byte = '*'},
                      .backslash = {.text = text, .byte = '\\'},
                      .backtick = {.text = text, .byte = '`'}};
    size_t star;
    while ((star = byte_find(&s.star, s.end)) < text.len) {
        size_t start = paragraph_start(text, s.end, star);
        s.end = paragraph_end(text, star);
        mark_bold(&s, start);
    }
    insert(&s.copy, text.len, SLICE(""));
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
 * An address is none. */
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

/* The fix-ups that need no more than a line and the next, or the tags that begin on it. */
struct fixup {
    struct insertion copy;
    struct byte_finder tag, star;
    struct html_open open;
    const char *last_end; /* of a comment in the text; NULL if there is none */
};

/* Marks what looks like a tag or emphasis and is none, from `at` to `end`. */
static void fixup_words(struct fixup *f, size_t at, size_t end)
{
    struct slice text = f->copy.text, line = slice_head(text, end);
    while (at < end) {
        size_t tag = byte_find(&f->tag, at), star = byte_find(&f->star, at);
        at = least(tag, star);
        if (at >= end)
            return;
        if (tag < star) {
            at++;
            if (is_false_tag(slice_skip(text, tag), &f->open))
                insert_mark(&f->copy, at);
            continue;
        }
        while (at < end && line.data[at] == '*')
            at++;
        if (is_product(line, star, at - star)) {
            insert_mark(&f->copy, star);
            insert_mark(&f->copy, at);
        }
    }
}

/* A mark of who speaks at the head of a line that CommonMark would read as something else. */
static bool hides_label(struct slice line)
{
    return is_bracketed_label(line) || slice_starts(line, SLICE(">>"));
}

/* A line from `start` to `end`. True if it inserted an empty line behind it. */
static bool fixup_line(struct fixup *f, size_t start, size_t end)
{
    struct slice text = f->copy.text, line = slice_head(slice_skip(text, start), end - start);
    if (line.data[0] == BYTE_ORDER_MARK[0] && slice_starts(line, SLICE(BYTE_ORDER_MARK))) {
        insert(&f->copy, start, SLICE(""));
        start = f->copy.done += strlen(BYTE_ORDER_MARK);
        line = slice_skip(line, strlen(BYTE_ORDER_MARK));
        if (!line.len)
            return false;
    }
    bool has_tag = byte_find(&f->tag, start) < end;
    bool may_hide = byte_is_space(line.data[0]) || memchr("=[>", line.data[0], 3);
    if (may_hide && slice_equal(slice_trim(line), SLICE("=")))
        insert_mark(&f->copy, start); /* one = below a line is no underline of a heading */
    size_t escaped = may_hide && hides_label(line) ? start
                     : has_tag                     ? start + unclosed_comment(line, f->last_end)
                                                   : end;
    fixup_words(f, start, escaped);
    if (escaped < end)
        insert(&f->copy, escaped, SLICE("\\"));
    fixup_words(f, escaped, end);
    if (!has_tag || !ends_html(line) || !is_markdown(slice_skip(text, end)))
        return false;
    insert(&f->copy, end, SLICE("\n"));
    return true;
}

static int fixup_lines(struct slice text, struct markdown_fixup *fixed, struct buf *out)
{
    struct fixup f = {.copy = {.text = text, .out = out},
                      .tag = {.text = text, .byte = '<'},
                      .star = {.text = text, .byte = '*'},
                      .last_end = find_last(text, SLICE("-->"))};
    struct byte_finder newline = {.text = text, .byte = '\n'};
    size_t start = 0;

    (void)buf_reserve(out, text.len); /* and little more */
    for (uint32_t number = 0; start < text.len; number++) {
        size_t end = least(byte_find(&newline, start) + 1, text.len);
        bool is_added = fixup_line(&f, start, end);
        start = end;
        if (!is_added)
            continue;
        if (!array_reserve(&fixed->added, fixed->count, &fixed->cap, sizeof *fixed->added))
            return -ENOMEM;
        fixed->added[fixed->count++] = ++number;
    }
    insert(&f.copy, text.len, SLICE(""));
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
