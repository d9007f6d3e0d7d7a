/* Writing lines: the text of a line is put together, and kept when the line ends. */
#include <string.h>

#include "base/array.h"
#include "syntax/footnote_marks.h"
#include "syntax/markdown_walk.h"
#include "values/timestamp.h"

/* |---|:-:| */
static bool is_table_rule(struct slice text)
{
    bool has_bar = false, has_dash = false;
    for (size_t i = 0; i < text.len; i++) {
        if (!strchr("|-: ", text.data[i]) || !text.data[i])
            return false;
        has_bar |= text.data[i] == '|';
        has_dash |= text.data[i] == '-';
    }
    return has_bar && has_dash;
}

/* Drops the line if the limit is reached or memory runs out. */
void walk_keep_line(struct markdown_walk *w, const struct line *line)
{
    struct lines *lines = w->lines;
    if (lines->count >= w->most_lines)
        w->has_too_many = true;
    else if (!array_reserve(&lines->at, lines->count, &lines->cap, sizeof *lines->at))
        w->failed = true;
    else
        lines->at[lines->count++] = *line;
}

void walk_end_line(struct markdown_walk *w)
{
    if (!w->is_open)
        return;
    w->is_open = false;
    w->bold_begins = false;

    struct lines *lines = w->lines;
    struct line *line = &w->line;
    struct slice written = {lines->text.data + line->text, lines->text.len - line->text};
    w->failed |= !footnote_marks_drop(w->lines, &w->line);
    written.len = lines->text.len - line->text;
    struct slice text = slice_trim(written);
    if (text.len == 0 || is_table_rule(text)) {
        lines->text.len = line->text;
        return;
    }
    if (text.data[0] == '|' && line->before == BREAK_SOFT)
        line->before = BREAK_HARD; /* a row of a table */
    size_t indent = (size_t)(text.data - written.data);
    line->text += indent;
    line->len = text.len;
    line->bold = line->bold > indent ? line->bold - indent : 0;
    line->bold_at = line->bold_at > indent ? (uint8_t)(line->bold_at - indent) : 0;
    if (line->bold > text.len)
        line->bold = text.len;

    walk_keep_line(w, line);
    w->pending = BREAK_SOFT;
}

void walk_break_line(struct markdown_walk *w, enum line_break kind)
{
    walk_end_line(w);
    if (kind > w->pending)
        w->pending = kind;
}

/* Bytes that are compared all at once (a vector, as gcc and clang have them). */
typedef signed char vector __attribute__((vector_size(16)));
enum { BLOCK = 2 * sizeof(vector) };

/* Whether add_plain() has nothing to do in a block, which is looked at one byte beyond. */
static bool is_plain(const char block[BLOCK + 1])
{
    vector here, next, found = {0};
    uint64_t halves[2];
    for (size_t i = 0; i < BLOCK; i += sizeof here) {
        memcpy(&here, block + i, sizeof here);
        memcpy(&next, block + i + 1, sizeof next);
        found |= (here == '\n') | (here == '\r') | (here == (signed char)FIXUP_MARK[0]) |
                 ((here == ' ') & (next == ' '));
    }
    memcpy(halves, &found, sizeof halves);
    return !(halves[0] | halves[1]);
}

/* Without what was put in to fix the Markdown; and, but for code, without spaces behind spaces,
 * which mean nothing in Markdown or HTML. A line end that was written as an entity (&#10;) is a
 * space: else a line would be two. `start` is where the line begins. */
static void add_plain(struct buf *out, struct slice text, size_t start, bool is_code)
{
    struct slice mark = SLICE(FIXUP_MARK);
    if (!buf_reserve(out, text.len))
        return;
    char *to = out->data + out->len, last = '\0';
    if (out->len > start)
        last = to[-1];
    while (text.len) {
        char padded[BLOCK + 1] = {0};
        const char *block = text.len > BLOCK ? text.data : padded;
        struct slice head = slice_head(text, BLOCK);
        if (block == padded)
            memcpy(padded, head.data, head.len);
        if (!(last == ' ' && block[0] == ' ') && is_plain(block)) {
            memcpy(to, head.data, head.len);
            to += head.len;
            last = to[-1];
            text = slice_skip(text, head.len);
            continue;
        }
        for (const char *end = head.data + head.len; text.len && text.data < end;) {
            char c = text.data[0];
            if (c == mark.data[0] && slice_starts(text, mark)) {
                text = slice_skip(text, mark.len);
                continue;
            }
            text = slice_skip(text, 1);
            if (c == '\n' || c == '\r')
                c = ' ';
            if (c == ' ' && last == ' ' && !is_code)
                continue;
            *to++ = last = c;
        }
    }
    *to = '\0';
    out->len = (size_t)(to - out->data);
}

void walk_add_text(struct markdown_walk *w, struct slice text)
{
    if (w->is_hidden || text.len == 0)
        return;
    if (w->in_summary) {
        buf_add_slice(&w->summary, text);
        return;
    }
    if (!w->is_open) {
        w->line = (struct line){
            .text = w->lines->text.len,
            .number = w->number,
            .details = w->details,
            .heading = w->heading,
            .indent = w->lists > 1 ? (uint8_t)(w->lists - 1) : 0,
            .before = (uint8_t)w->pending,
            .is_behind_rule = w->is_behind_rule,
        };
        w->is_behind_rule = false;
        w->is_open = true;
        buf_add_slice(&w->lines->text, buf_slice(&w->marker));
        w->marker.len = 0;
    }
    add_plain(&w->lines->text, text, w->line.text, w->is_code);
}

void walk_begin_bold(struct markdown_walk *w)
{
    size_t before = w->is_open ? w->lines->text.len - w->line.text : w->marker.len;
    w->bold_begins = before <= LINE_MOST_LEAD && !(w->is_open && w->line.bold);
    w->bold_start = w->lines->text.len + (w->is_open ? 0 : w->marker.len);
}

/* Whether the bold text is a time and no more, before a name: `**[0:23]** **Ana:** words`. */
static bool is_time(const struct markdown_walk *w)
{
    struct slice text = slice_skip(buf_slice(&w->lines->text), w->bold_start);
    int64_t time;
    if (!text.len || (unsigned)((text.data[0] | 0x20) - 'a') < 26)
        return false; /* the common case */
    text = slice_trim(text);
    return timestamp_take_bracketed(&text, &time) && !text.len;
}

void walk_end_bold(struct markdown_walk *w)
{
    if (w->bold_begins && w->is_open && w->bold_start >= w->line.text && !is_time(w)) {
        w->line.bold = w->lines->text.len - w->line.text;
        w->line.bold_at = (uint8_t)(w->bold_start - w->line.text);
    }
    w->bold_begins = false;

    struct lines *lines = w->lines;
    if (!w->is_open || w->bold_start < w->line.text || w->bold_start >= lines->text.len)
        return;
    if (!array_reserve(&lines->bold, lines->bold_count, &lines->bold_cap, sizeof *lines->bold)) {
        w->failed = true;
        return;
    }
    lines->bold[lines->bold_count++] = (struct span){w->bold_start,
                                                     lines->text.len - w->bold_start};
}
