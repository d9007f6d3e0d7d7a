#include "metadata/preamble.h"

#include <ctype.h>
#include <errno.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "speakers/attendees.h"
#include "syntax/lines.h"

enum {
    MOST_LINES = 24, /* with words: more is no head */
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

/* Whether a field is for the date of the recording: `Date`, `Meeting Date/Time`; but not `Next
 * meeting date`, nor `When I was young`. */
static bool is_date_name(struct slice name)
{
    static const char *const dates[] = {"date", "dates",     "when",     "recorded", "published",
                                        "held", "broadcast", "released", NULL};
    static const char *const others[] = {"time",      "meeting",     "call",    "recording",
                                         "interview", "publication", "episode", "event",
                                         "session",   "talk",        "release", "air",
                                         "on",        "of",          "the",     NULL};
    bool has_date = false;
    while (name.len) {
        size_t len = 0;
        while (len < name.len && isalpha((unsigned char)name.data[len]))
            len++;
        struct slice word = slice_head(name, len);
        has_date |= slice_is_one_of(word, dates);
        if (len && !slice_is_one_of(word, dates) && !slice_is_one_of(word, others))
            return false;
        name = slice_skip(name, len < name.len ? len + 1 : len);
    }
    return has_date;
}

/* `Date: …`, `Meeting Date/Time: …`, `日期：…`; the value is the text behind the colon, up to a
 * bracket. */
static bool read_date_field(struct slice line, struct slice *value)
{
    struct slice text = without_signs(line), head = slice_head(text, MOST_FIELD);
    const char *colon = head.len ? memchr(head.data, ':', head.len) : NULL;
    const char *wide = head.len ? memmem(head.data, head.len, "：", 3) : NULL;
    if (wide && (!colon || wide < colon))
        colon = wide;
    if (!colon)
        return false;
    struct slice name = {text.data, (size_t)(colon - text.data)};
    *value = slice_skip(text, name.len + 1);
    const char *bracket = value->len ? memchr(value->data, '(', value->len) : NULL;
    if (bracket)
        value->len = (size_t)(bracket - value->data);
    return is_date_name(name) || slice_starts(name, SLICE("日期")) ||
           slice_starts(name, SLICE("时间"));
}

/* The date at the end of a line. */
static bool find_last(struct slice text, struct date *date)
{
    for (text = slice_trim(text); text.len; text = slice_skip(text, 1)) {
        struct slice rest = text;
        if (date_take(&rest, date) && rest.len == 0)
            return true;
    }
    return false;
}

static bool has_small_letter(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= 'a' && text.data[i] <= 'z')
            return true;
    }
    return false;
}

/* A line that is a date and at most a time, `30 October 2015`, or a heading that begins with one
 * or, of the first level, ends with one: `#### 7 Jan 2015 - NYC`, `# Minutes of 2015-01-07`. */
static bool read_date_line(struct slice line, struct date *date)
{
    struct slice text = without_signs(line);
    struct date found = {0};
    bool is_heading = slice_starts(line, SLICE("#"));
    bool is_title = slice_starts(line, SLICE("# "));
    bool begins = date_take(&text, &found) && (is_heading || !has_small_letter(text));
    if (!begins && !(is_title && find_last(text, &found)))
        return false;
    *date = found;
    return found.day > 0;
}

/* The text of the heading that a line of Markdown is. */
static int read_title(struct arena *arena, struct slice line, const struct limits *limits,
                      struct head *head)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct diags discarded = {.arena = arena, .count = DIAGS_MAX};
    int err = lines_read(line, 1, limits, &discarded, &lines);
    if (err)
        return err == -ENOMEM ? err : 0;
    struct slice text = lines.count == 1 ? utf8_trim(line_text(&lines, &lines.at[0]))
                                         : (struct slice){0};
    if (!text.len || lines.at[0].heading != 1 || text.len > limits->at[LIMIT_VALUE])
        return 0;
    head->title = arena_copy(arena, text);
    return head->title.data ? 0 : -ENOMEM;
}

/* --- who takes part --------------------------------------------------------------------------- */

struct people {
    struct arena *arena;
    struct slice view;
    struct fact **next;  /* where the next fact is put */
    struct slice field;  /* the beginning of the last line that had a colon */
    struct slice behind; /* the text behind that line */
    uint32_t line;
};

/* `Host: Ana Lima` is a label if `Host:` begins another line too. */
static bool is_label(const struct people *people)
{
    return people->field.len && people->behind.len &&
           memmem(people->behind.data, people->behind.len, people->field.data, people->field.len);
}

static int add_person(void *people_, const struct attendee *attendee)
{
    struct people *people = people_;
    if (attendee->is_role && is_label(people))
        return 0;
    struct fact *fact = ARENA_NEW(people->arena, struct fact, 1);
    struct slice name = arena_copy(people->arena, attendee->name);
    if (!fact || !name.data)
        return -ENOMEM;
    *fact = (struct fact){.view = people->view, .value = name, .line = people->line, .column = 1};
    *people->next = fact;
    people->next = &fact->next;
    return 0;
}

static int read_people(struct attendees *attendees, struct slice line, struct slice behind)
{
    struct people *people = attendees->context;
    const char *colon = line.len ? memchr(line.data, ':', line.len) : NULL;
    if (colon && colon - line.data < MOST_FIELD) {
        people->field = slice_head(line, (size_t)(colon - line.data) + 1);
        people->behind = behind;
    }
    return people->view.len && utf8_is_valid(line) ? attendees_read_line(attendees, line, false)
                                                   : 0;
}

/* --- all lines -------------------------------------------------------------------------------- */

static bool is_in_list(const struct attendees *attendees, struct slice line)
{
    return line.len && ((attendees->is_listed && memchr("-*+|", line.data[0], 4)) ||
                        (attendees->in_table && line.data[0] == '|'));
}

int preamble_read(struct arena *arena, struct slice body, uint32_t first_line, struct slice view,
                  const struct limits *limits, struct head *head, struct fact **facts)
{
    bool wants_title = head->title.len == 0, wants_date = head->date_source == DATE_NOWHERE;
    bool is_hidden = false; /* in code or a comment */
    struct people people = {.arena = arena, .view = view, .next = facts, .line = first_line};
    struct attendees attendees = {.add = add_person, .context = &people};
    struct slice line, value;
    int err = 0;

    while (*people.next)
        people.next = &(*people.next)->next;
    for (unsigned count = 0; count < MOST_LINES && !err && slice_take(&body, '\n', &line);
         people.line++) {
        bool is_code = slice_starts(line, SLICE("    ")) || slice_starts(line, SLICE("\t"));
        line = slice_trim(line);
        count += line.len > 0 && !is_in_list(&attendees, line);
        is_hidden ^= slice_starts(line, SLICE("```")) || slice_starts(line, SLICE("~~~"));
        is_hidden |= slice_starts(line, SLICE("<!--"));
        if (is_hidden || is_code) {
            is_hidden &= !slice_ends(line, SLICE("-->"));
            continue;
        }
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
        if (!err)
            err = read_people(&attendees, line, body);
    }
    return err;
}
