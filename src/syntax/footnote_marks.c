#include "syntax/footnote_marks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* The length of a `[^1]` at the front; 0: there is none. */
static size_t footnote_mark(struct slice text)
{
    size_t end = 2;
    if (text.len < 4 || text.data[0] != '[' || text.data[1] != '^')
        return 0;
    while (end < text.len && isalnum((unsigned char)text.data[end]) && end < 20)
        end++;
    return end > 2 && end < text.len && text.data[end] == ']' ? end + 1 : 0;
}

/* Bytes that go from a line, and how many have gone before them. */
struct cut {
    size_t at, len, before;
};

/* Maps an offset in the text to its offset without the cuts, which are in order. */
static size_t place_after(const struct cut *cuts, size_t count, size_t place)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cuts[middle].at < place)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return place;
    const struct cut *cut = &cuts[low - 1];
    size_t inside = place - cut->at < cut->len ? place - cut->at : cut->len;
    return place - cut->before - inside;
}

/* The bold stretches move and shrink with the text around them. */
static void move_bold(struct lines *lines, struct line *line, const struct cut *cuts, size_t count)
{
    size_t start = line->text;
    line->bold = place_after(cuts, count, start + line->bold) - start;
    line->bold_at = (uint8_t)(place_after(cuts, count, start + line->bold_at) - start);
    for (size_t i = lines->bold_count; i > 0; i--) {
        struct span *bold = &lines->bold[i - 1];
        size_t end = bold->text + bold->len;
        if (end <= start)
            break;
        bold->text = place_after(cuts, count, bold->text);
        bold->len = place_after(cuts, count, end) - bold->text;
    }
}

bool footnote_marks_drop(struct lines *lines, struct line *line)
{
    struct buf *text = &lines->text;
    size_t start = line->text, to = start, from = start, gone = 0;
    struct cut *cuts = NULL;
    size_t count = 0, cap = 0;
    bool has_memory = true;

    if (text->len == start || !memchr(text->data + start, '^', text->len - start))
        return true;
    while (from < text->len) {
        struct slice rest = {text->data + from, text->len - from};
        size_t mark = footnote_mark(rest);
        if (mark && from == start && mark < rest.len && rest.data[mark] == ':')
            mark++;
        if (mark && !array_reserve(&cuts, count, &cap, sizeof *cuts)) {
            has_memory = false;
            mark = 0;
        }
        if (mark) {
            cuts[count++] = (struct cut){from, mark, gone};
            gone += mark;
            from += mark;
            continue;
        }
        text->data[to++] = text->data[from++];
    }
    text->len = to;
    move_bold(lines, line, cuts, count);
    free(cuts);
    return has_memory;
}
