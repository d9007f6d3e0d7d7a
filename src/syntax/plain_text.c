#include "syntax/plain_text.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/utf8.h"
#include "syntax/meet_text.h"

enum {
    TIMED_SHARE = 3,    /* at least one line in this many begins with a time */
    LONGEST_NAME = 100, /* bytes, in asterisks */
};

/* --- times ------------------------------------------------------------------------------------ */

static struct slice skip_spaces(struct slice text)
{
    while (text.len && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = slice_skip(text, 1);
    return text;
}

/* Takes the times at the front of a line, in brackets or not: words stand apart from them, or in
 * asterisks. */
static bool take_times(struct slice *line, struct cue *cue)
{
    struct slice rest = *line;
    char closing = '\0';
    int64_t start, end = NO_TIME;
    if (rest.len && (rest.data[0] == '[' || rest.data[0] == '(')) {
        closing = rest.data[0] == '[' ? ']' : ')';
        rest = slice_skip(rest, 1);
    }
    if (!timestamp_take(&rest, &start))
        return false;
    struct slice behind = skip_spaces(rest);
    bool has_arrow = slice_starts(behind, SLICE("-->"));
    size_t sign = has_arrow ? 3 : slice_starts(behind, SLICE("–")) ? 3 : 1;
    if (has_arrow || sign == 3 || slice_starts(behind, SLICE("-"))) {
        behind = skip_spaces(slice_skip(behind, sign));
        if (timestamp_take(&behind, &end))
            rest = behind;
        else if (has_arrow)
            return false;
    }
    if (closing) {
        if (!rest.len || rest.data[0] != closing)
            return false;
        rest = slice_skip(rest, 1);
    }
    if (rest.len && !byte_is_space(rest.data[0]) && !slice_starts(rest, SLICE("**")))
        return false;
    cue->start = start;
    cue->end = end;
    *line = skip_spaces(rest);
    return true;
}

/* Whether a line is the number of a cue, as in SubRip: its times stand below. */
static bool is_cue_number(struct slice line, struct slice below)
{
    struct slice times = {0};
    struct cue cue;
    return slice_is_number(line) && slice_take(&below, '\n', &times) && times.len &&
           memmem(times.data, times.len, "-->", 3) &&
           (times = slice_trim(times), take_times(&times, &cue));
}

/* Whether a name stands between the time and the words, apart from both: a table, and no captions.
 */
static bool has_column(struct slice words)
{
    return words.len && (memchr(words.data, '\t', words.len) ||
                         memmem(slice_skip(words, 1).data, words.len - 1, " | ", 3));
}

bool plain_text_is_timed(struct slice text)
{
    size_t lines = 0, timed = 0, columns = 0;
    struct slice line;
    struct cue cue;
    while (slice_take(&text, '\n', &line)) {
        line = slice_trim(line);
        lines += line.len && !is_cue_number(line, text);
        bool is_timed = take_times(&line, &cue);
        timed += is_timed;
        columns += is_timed && has_column(line);
    }
    return timed && timed * TIMED_SHARE >= lines && columns * 2 < timed;
}

/* --- cues ------------------------------------------------------------------------------------- */

/* Takes `**Name**`, and the signs between it and the words, from the front of a line. */
static bool take_name(struct slice *line, struct slice *name)
{
    if (!slice_starts(*line, SLICE("**")))
        return false;
    struct slice rest = slice_skip(*line, 2);
    const char *end = memmem(rest.data, rest.len < LONGEST_NAME ? rest.len : LONGEST_NAME, "**", 2);
    if (!end || end == rest.data)
        return false;
    *name = slice_trim((struct slice){rest.data, (size_t)(end - rest.data)});
    rest = slice_skip(rest, (size_t)(end - rest.data) + 2);
    if (slice_ends(*name, SLICE(":")))
        name->len--;
    else if (slice_starts(rest, SLICE(":")))
        rest = slice_skip(rest, 1);
    *line = skip_spaces(rest);
    return name->len > 0;
}

/* What is read, and the cue that is not added yet: its words begin at `from` in cues->text. */
struct reading {
    struct cues *cues;
    struct cue cue;
    size_t from;
    struct slice speaker; /* in the text */
    bool has_cue;
};

static int end_cue(struct reading *r)
{
    bool had_cue = r->has_cue;
    r->has_cue = false;
    return had_cue ? cues_add_written(r->cues, &r->cue, r->from) : 0;
}

static int add_timed_line(struct reading *r, struct slice line, uint32_t number)
{
    struct cue cue = {.start = NO_TIME, .end = NO_TIME, .line = number};
    bool begins = take_times(&line, &cue) || !r->has_cue;
    int err = 0;
    if (begins) {
        err = end_cue(r);
        bool is_named = take_name(&line, &r->speaker);
        if (!is_named && (slice_starts(line, SLICE(">>")) || slice_starts(line, SLICE("- "))))
            r->speaker = (struct slice){0};
        r->cue = cue;
        cues_name(r->cues, &r->cue, r->speaker);
        r->from = r->cues->text.len;
        r->has_cue = true;
    } else {
        buf_add_byte(&r->cues->text, '\n');
    }
    r->cue.last_line = number;
    buf_add_slice(&r->cues->text, line);
    return err;
}

static bool is_within(struct slice body, struct slice line)
{
    return line.data >= body.data && line.data < body.data + body.len;
}

int plain_text_read_cues(struct slice text, struct diags *diags, struct cues *cues)
{
    cleanup_buf struct buf own = {0};
    struct reading r = {.cues = cues};
    struct slice line;
    uint32_t number = 0;
    int err = cues_repair(&text, &own, diags);
    struct slice body = meet_text_body(text);
    while (!err && slice_take(&text, '\n', &line)) {
        number++;
        line = slice_trim(line);
        if (line.len && is_within(body, line) && !is_cue_number(line, text))
            err = add_timed_line(&r, line, number);
    }
    return err ? err : end_cue(&r);
}

/* --- lines ------------------------------------------------------------------------------------ */

enum {
    LEAST_INDENT = 2, /* columns of the first line of a paragraph */
    MOST_INDENT = 8,  /* more is a line in the middle of the page */
    FULL_LINE = 60,   /* columns behind which a line was broken */
    FEW_BROKEN = 3,
};

static size_t indent_of(struct slice line)
{
    size_t at = 0;
    while (at < line.len && line.data[at] == ' ')
        at++;
    return at < line.len && line.data[at] == '\t' ? at + 4 : at;
}

static bool is_first_line(struct slice line)
{
    size_t indent = indent_of(line);
    return indent >= LEAST_INDENT && indent <= MOST_INDENT;
}

/* Whether the first lines of paragraphs are indented, as in print: then an indented line above one
 * that is not had no room for the next word. */
static bool has_indented_paragraphs(struct slice text)
{
    size_t broken = 0, others = 0;
    struct slice line, before = {0};
    while (slice_take(&text, '\n', &line)) {
        line = slice_head(line, line.len - (line.len && line.data[line.len - 1] == '\r'));
        struct slice rest = line, word = {0};
        if (line.len && indent_of(line) == 0 && is_first_line(before)) {
            (void)slice_take(&rest, ' ', &word);
            size_t needed = indent_of(before) + slice_trim(before).len + 1 + word.len;
            *(needed > FULL_LINE ? &broken : &others) += 1;
        }
        before = line;
    }
    return broken >= FEW_BROKEN && broken >= others * 4;
}

/* --- the pages of a court reporter ------------------------------------------------------------ */

enum {
    LONGEST_PAGE = 30, /* lines */
    FEW_NUMBERED = 8,
    DEEPER = 2, /* columns by which the first line of a paragraph is indented more */
};

/* Takes the number from the front of ` 12     Q.  Words`; 0: there is none. */
static unsigned take_line_number(struct slice *line)
{
    struct slice rest = skip_spaces(*line);
    unsigned number = 0;
    size_t len = 0;
    while (len < 2 && len < rest.len && rest.data[len] >= '0' && rest.data[len] <= '9')
        number = number * 10 + (unsigned)(rest.data[len++] - '0');
    bool is_apart = len && (len == rest.len || byte_is_space(rest.data[len]));
    if (!is_apart || number > LONGEST_PAGE)
        return 0;
    *line = slice_skip(rest, len);
    return number;
}

/* Whether nearly every line has its number on the page before it: some go on with a sentence, so it
 * is no list. *flush: the column behind that at which these lines begin. */
static bool has_numbered_lines(struct slice text, size_t *flush)
{
    size_t lines = 0, numbered = 0, small = 0;
    unsigned before = 0;
    struct slice line;
    *flush = SIZE_MAX;
    while (slice_take(&text, '\n', &line)) {
        if (!slice_trim(line).len)
            continue;
        unsigned number = take_line_number(&line);
        lines++;
        numbered += number && (number == before + 1 || number == 1);
        before = number ? number : before;
        struct slice words = slice_trim(line);
        if (number && words.len && indent_of(line) < *flush)
            *flush = indent_of(line);
        small += number && words.len && words.data[0] >= 'a' && words.data[0] <= 'z';
    }
    return numbered >= FEW_NUMBERED && numbered * 10 >= lines * 9 && *flush >= DEEPER && small &&
           small * 10 < numbered * 9;
}

/* How a plain text shows its paragraphs. */
struct page {
    bool is_indented, is_numbered;
    size_t flush;
};

/* Takes what is no word from the front of a line. Whether it begins a paragraph: behind an empty
 * line, or indented. */
static bool begin_line(const struct page *page, struct slice *line, bool is_behind_empty)
{
    if (page->is_numbered)
        return take_line_number(line) && indent_of(*line) >= page->flush + DEEPER;
    return is_behind_empty || (page->is_indented && is_first_line(*line));
}

/* --- all lines -------------------------------------------------------------------------------- */

int plain_text_read_lines(struct slice text, size_t most, struct diags *diags, struct lines *lines)
{
    cleanup_buf struct buf own = {0};
    struct slice line;
    uint32_t number = 0;
    bool is_behind_empty = true;
    int err = cues_repair(&text, &own, diags);
    struct slice body = meet_text_body(text);
    struct page page = {.is_indented = has_indented_paragraphs(body)};
    page.is_numbered = has_numbered_lines(body, &page.flush);
    for (; !err && slice_take(&text, '\n', &line); number++) {
        bool begins_paragraph = begin_line(&page, &line, is_behind_empty);
        line = is_within(body, line) ? utf8_trim(line) : (struct slice){0};
        if (line.len && lines->count == most)
            err = -E2BIG;
        else if (line.len &&
                 !array_reserve(&lines->at, lines->count, &lines->cap, sizeof *lines->at))
            err = -ENOMEM;
        else if (line.len)
            lines->at[lines->count++] = (struct line){.text = lines->text.len,
                                                      .len = line.len,
                                                      .number = number,
                                                      .before = begins_paragraph ? BREAK_PARAGRAPH
                                                                                 : BREAK_HARD};
        is_behind_empty = line.len == 0;
        buf_add_slice(&lines->text, line);
    }
    return err ? err : lines->text.failed ? -ENOMEM : 0;
}

/* --- the table -------------------------------------------------------------------------------- */

enum column { COLUMN_START, COLUMN_END, COLUMN_TEXT, COLUMN_SPEAKER, COLUMNS };

/* The column of a name; COLUMNS if there is none. */
static enum column column_of(struct slice name)
{
    static const struct slice names[COLUMNS] = {SLICE("start"), SLICE("end"), SLICE("text"),
                                                SLICE("speaker")};
    int column = 0;
    while (column < COLUMNS && !slice_equal(slice_trim(name), names[column]))
        column++;
    return (enum column)column;
}

enum { MOST_FIELDS = 8 };

/* Which column each field of the table is. */
static bool read_head(struct slice *text, enum column fields[MOST_FIELDS], size_t *count)
{
    struct slice head, name;
    unsigned seen = 0;
    *count = 0;
    if (!slice_take(text, '\n', &head))
        return false;
    while (slice_take(&head, '\t', &name) && *count < MOST_FIELDS) {
        fields[*count] = column_of(name);
        seen |= 1U << fields[(*count)++];
    }
    return (seen & 7) == 7;
}

bool whisper_table_is(struct slice text)
{
    enum column fields[MOST_FIELDS];
    size_t count;
    return read_head(&text, fields, &count);
}

static int64_t milliseconds(struct slice text)
{
    int64_t time = 0;
    text = slice_trim(text);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i == 12)
            return NO_TIME;
        time = time * 10 + (text.data[i] - '0');
    }
    return text.len ? time : NO_TIME;
}

int whisper_table_read(struct slice text, struct diags *diags, struct cues *cues)
{
    cleanup_buf struct buf own = {0};
    enum column fields[MOST_FIELDS];
    struct slice line;
    size_t count;
    int err = cues_repair(&text, &own, diags);
    if (err || !read_head(&text, fields, &count))
        return err;
    for (uint32_t number = 2; !err && slice_take(&text, '\n', &line); number++) {
        struct slice values[COLUMNS + 1] = {0};
        for (size_t i = 0; i + 1 < count && slice_take(&line, '\t', &values[fields[i]]); i++)
            ;
        if (count && line.data)
            values[fields[count - 1]] = line;
        const struct cue cue = {.start = milliseconds(values[COLUMN_START]),
                                .end = milliseconds(values[COLUMN_END]),
                                .line = number,
                                .last_line = number};
        err = cues_add(cues, &cue, values[COLUMN_SPEAKER], values[COLUMN_TEXT]);
    }
    return err;
}
