#include "transcript/preamble.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "syntax/lines.h"

enum {
    MOST_LINES = 24, /* that say something: more is no head */
    MOST_FIELD = 40, /* bytes of the name of a field */
};

/* Without the signs of a heading, a list, a quotation and bold text. */
static struct slice without_signs(struct slice line)
{
    line = slice_trim(line);
    while (line.len && memchr("#*>-_ \t", line.data[0], 7))
        line = slice_skip(line, 1);
    return line;
}

/* Whether the name of a field has this word, whatever its case. */
static bool has_word(struct slice name, const char *word)
{
    size_t len = strlen(word);
    for (size_t at = 0; at + len <= name.len; at++) {
        bool begins = at == 0 || !isalpha((unsigned char)name.data[at - 1]);
        bool ends = at + len == name.len || !isalpha((unsigned char)name.data[at + len]);
        if (begins && ends && strncasecmp(name.data + at, word, len) == 0)
            return true;
    }
    return false;
}

/* `Date: …`, `Meeting Date/Time: …`, `日期：…`; what stands behind the colon. */
static bool read_date_field(struct slice line, struct slice *value)
{
    static const char *const words[] = {"date", "dates", "when", "recorded", "published", "held"};
    struct slice text = without_signs(line), head = slice_head(text, MOST_FIELD);
    const char *colon = head.len ? memchr(head.data, ':', head.len) : NULL;
    const char *wide = memmem(head.data, head.len, "：", 3);
    if (wide && (!colon || wide < colon))
        colon = wide;
    if (!colon)
        return false;
    struct slice name = {text.data, (size_t)(colon - text.data)};
    *value = slice_skip(text, name.len + 1);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (has_word(name, words[i]))
            return true;
    }
    return slice_starts(name, SLICE("日期")) || slice_starts(name, SLICE("时间"));
}

/* A line that is a date and little more, `30 October 2015`, or a heading that begins with one or,
 * the first of all, has one: `#### 7 Jan 2015 - NYC`, `# Minutes of 2015-01-07`. */
static bool read_date_line(struct slice line, struct date *date)
{
    enum { MOST_BEHIND = 24 /* bytes: a time, a place */ };
    struct slice text = without_signs(line);
    struct date found = {0};
    bool is_heading = slice_starts(line, SLICE("#"));
    bool is_title = slice_starts(line, SLICE("# "));
    bool begins = date_take(&text, &found) && (is_heading || text.len <= MOST_BEHIND);
    if (!begins && !(is_title && date_find(text, &found)))
        return false;
    *date = found;
    return found.day > 0;
}

/* The text of the heading that a line of Markdown is. */
static int read_title(struct arena *arena, struct slice line, const struct limits *limits,
                      struct head *head)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct diags unheard = {.arena = arena, .count = DIAGS_MAX};
    int err = lines_read(line, 1, limits, &unheard, &lines);
    if (err)
        return err == -ENOMEM ? err : 0;
    struct slice text = lines.count == 1 ? utf8_trim(line_text(&lines, &lines.at[0]))
                                         : (struct slice){0};
    if (!text.len || lines.at[0].heading != 1 || text.len > limits->at[LIMIT_VALUE])
        return 0;
    head->title = arena_copy(arena, text);
    return head->title.data ? 0 : -ENOMEM;
}

int preamble_read(struct arena *arena, struct slice body, const struct limits *limits,
                  struct head *head)
{
    bool wants_title = head->title.len == 0, wants_date = head->date_source == DATE_NOWHERE;
    struct slice line, value;
    int err = 0;

    for (unsigned count = 0; count < MOST_LINES && (wants_title || wants_date) && !err &&
                             slice_take(&body, '\n', &line);) {
        line = slice_trim(line);
        count += line.len > 0;
        if (wants_title && slice_starts(line, SLICE("# "))) {
            err = read_title(arena, line, limits, head);
            wants_title = false;
        }
        struct date date;
        bool has_date = wants_date && ((read_date_field(line, &value) && date_find(value, &date)) ||
                                       read_date_line(line, &date));
        if (has_date) {
            head->date = date;
            head->date_source = DATE_IN_BODY;
            wants_date = false;
        }
    }
    return err;
}
