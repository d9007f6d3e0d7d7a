#include "metadata/preamble.h"

#include <ctype.h>
#include <errno.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "speakers/attendees.h"
#include "syntax/lines.h"
#include "values/values.h"

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

/* Parts `**Name:** value`, `Name：value` and `name:: value`, as Logseq has it. False without a
 * colon. */
static bool read_field(struct slice line, struct slice *name, struct slice *value)
{
    struct slice text = without_signs(line), head = slice_head(text, MOST_FIELD);
    const char *colon = head.len ? memchr(head.data, ':', head.len) : NULL;
    const char *wide = head.len ? memmem(head.data, head.len, "：", 3) : NULL;
    size_t len = 1;
    if (wide && (!colon || wide < colon)) {
        colon = wide;
        len = 3;
    }
    if (!colon)
        return false;
    *name = (struct slice){text.data, (size_t)(colon - text.data)};
    *value = slice_skip(text, name->len + len);
    *value = slice_skip(*value, slice_starts(*value, SLICE(":")));
    while (name->len && name->data[name->len - 1] == '*')
        name->len--;
    *value = slice_trim(slice_skip(*value, slice_starts(*value, SLICE("**")) ? 2 : 0));
    return true;
}

/* Whether a field is for the date: `Meeting Date/Time`, `日期`; the value goes up to a bracket. */
static bool is_date_field(struct slice name, struct slice *value)
{
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

/* The text of a line of Markdown, if it is a heading of that level; 0: none. */
static int read_title(struct arena *arena, struct slice line, unsigned level,
                      const struct limits *limits, struct head *head)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct diags discarded = {.arena = arena, .count = DIAGS_MAX};
    int err = lines_read(line, 1, limits, &discarded, &lines);
    if (err)
        return err == -ENOMEM ? err : 0;
    struct slice text = lines.count == 1 ? utf8_trim(line_text(&lines, &lines.at[0]))
                                         : (struct slice){0};
    if (!text.len || lines.at[0].heading != level || text.len > limits->at[LIMIT_VALUE])
        return 0;
    head->title = arena_copy(arena, text);
    return head->title.data ? 0 : -ENOMEM;
}

/* --- values ----------------------------------------------------------------------------------- */

/* What is read, and where facts go. */
struct preamble {
    struct arena *arena;
    const struct limits *limits;
    struct head *head;
    struct slice people, tags, authors; /* the views; empty: none */
    struct slice body;
    struct fact **next; /* where the next fact is put */
    uint32_t line;
    struct slice field;  /* the beginning of the last line that had a colon */
    struct slice behind; /* the text behind that line */
    bool wants_title, wants_date;
};

static int add_fact(struct preamble *p, struct slice view, struct slice value)
{
    struct fact *fact = ARENA_NEW(p->arena, struct fact, 1);
    struct slice kept = arena_copy(p->arena, value);
    if (!fact || !kept.data)
        return -ENOMEM;
    *fact = (struct fact){.view = view, .value = kept, .line = p->line, .column = 1};
    *p->next = fact;
    p->next = &fact->next;
    return 0;
}

static int add_tag(void *preamble, const struct yaml *at, struct slice value)
{
    struct preamble *p = preamble;
    (void)at;
    return value.len > p->limits->at[LIMIT_VALUE] ? 0 : add_fact(p, p->tags, value);
}

/* `Tags: lamps, ropes`, `**Tags:** #lamps #ropes`, `tags: [lamps, ropes]`. */
static int read_tags(struct preamble *p, struct slice value)
{
    if (slice_starts(value, SLICE("[")) && slice_ends(value, SLICE("]")) &&
        !slice_starts(value, SLICE("[[")))
        value = (struct slice){value.data + 1, value.len - 2};
    const struct yaml tags = {.kind = YAML_STRING, .key = SLICE("tags"), .text = value};
    const struct values_reader reader = {.context = p, .add = add_tag};
    return p->tags.len && utf8_is_valid(value) ? values_each(&tags, &reader) : 0;
}

/* --- who takes part --------------------------------------------------------------------------- */

/* `Host: Ana Lima` is a label if `Host:` begins another line too. */
static bool is_label(const struct preamble *p)
{
    return p->field.len && p->behind.len &&
           memmem(p->behind.data, p->behind.len, p->field.data, p->field.len);
}

/* `Author: Ana Lima`, unless `Author:` begins another line too. */
static int read_author(struct preamble *p, struct slice line, struct slice value,
                       struct slice behind)
{
    if (!p->authors.len || !value.len || value.len > p->limits->at[LIMIT_VALUE] ||
        !utf8_is_valid(value))
        return 0;
    struct slice field = slice_head(line, (size_t)(value.data - line.data));
    const char *first = memmem(p->body.data, p->body.len, field.data, field.len);
    bool is_repeated = first < line.data ||
                       (behind.len && memmem(behind.data, behind.len, field.data, field.len));
    return is_repeated ? 0 : add_fact(p, p->authors, value);
}

static int add_person(void *preamble, const struct attendee *attendee)
{
    struct preamble *p = preamble;
    return attendee->is_role && is_label(p) ? 0 : add_fact(p, p->people, attendee->name);
}

static int read_people(struct attendees *attendees, struct slice line, struct slice behind)
{
    struct preamble *p = attendees->context;
    const char *colon = line.len ? memchr(line.data, ':', line.len) : NULL;
    if (colon && colon - line.data < MOST_FIELD) {
        p->field = slice_head(line, (size_t)(colon - line.data) + 1);
        p->behind = behind;
    }
    return p->people.len && utf8_is_valid(line) ? attendees_read_line(attendees, line, false) : 0;
}

/* --- all lines -------------------------------------------------------------------------------- */

static bool is_in_list(const struct attendees *attendees, struct slice line)
{
    return line.len && ((attendees->is_listed && memchr("-*+|", line.data[0], 4)) ||
                        (attendees->in_table && line.data[0] == '|'));
}

static int read_line(struct preamble *p, struct slice line, struct slice behind)
{
    static const char *const tags[] = {"tags", "tag", "keywords", NULL};
    static const char *const authors[] = {"author", "authors", NULL};
    struct slice name = {0}, value = {0};
    struct date date;
    bool is_field = read_field(line, &name, &value), is_heading = slice_starts(line, SLICE("# "));
    bool is_title = is_field && slice_is_one_of(name, (const char *const[]){"title", NULL});
    int err = 0;
    if (p->wants_title && (is_heading || is_title)) {
        err = is_heading ? read_title(p->arena, line, 1, p->limits, p->head)
                         : read_title(p->arena, value, 0, p->limits, p->head);
        p->wants_title = false;
    }
    if (!err && is_field && slice_is_one_of(name, tags))
        err = read_tags(p, value);
    else if (!err && is_field && slice_is_one_of(name, authors))
        err = read_author(p, line, value, behind);
    if (p->wants_date && ((is_field && is_date_field(name, &value) && date_find(value, &date)) ||
                          read_date_line(line, &date))) {
        p->head->date = date;
        p->head->date_source = DATE_IN_BODY;
        p->wants_date = false;
    }
    return err;
}

int preamble_read(struct arena *arena, struct slice body, uint32_t first_line,
                  const struct config *config, const struct limits *limits, struct head *head,
                  struct fact **facts)
{
    const struct view_rule *people = config_view(config, SLICE("people")),
                           *tags = config_view(config, SLICE("tags")),
                           *authors = config_view(config, SLICE("author"));
    bool is_hidden = false; /* in code or a comment */
    struct preamble p = {.arena = arena,
                         .limits = limits,
                         .head = head,
                         .people = people ? people->view : SLICE(""),
                         .tags = tags ? tags->view : SLICE(""),
                         .authors = authors ? authors->view : SLICE(""),
                         .body = body,
                         .next = facts,
                         .line = first_line,
                         .wants_title = head->title.len == 0,
                         .wants_date = head->date_source == DATE_NOWHERE};
    struct attendees attendees = {.add = add_person, .context = &p};
    struct slice line;
    int err = 0;

    while (*p.next)
        p.next = &(*p.next)->next;
    for (unsigned count = 0; count < MOST_LINES && !err && slice_take(&body, '\n', &line);
         p.line++) {
        bool is_code = slice_starts(line, SLICE("    ")) || slice_starts(line, SLICE("\t"));
        line = slice_trim(line);
        count += line.len > 0 && !is_in_list(&attendees, line);
        is_hidden ^= slice_starts(line, SLICE("```")) || slice_starts(line, SLICE("~~~"));
        is_hidden |= slice_starts(line, SLICE("<!--"));
        if (is_hidden || is_code) {
            is_hidden &= !slice_ends(line, SLICE("-->"));
            continue;
        }
        err = read_line(&p, line, body);
        if (!err)
            err = read_people(&attendees, line, body);
    }
    return err;
}
