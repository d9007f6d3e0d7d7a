#include "syntax/meet_text.h"

#include <errno.h>

#include "base/utf8.h"
#include "values/date.h"
#include "values/timestamp.h"

enum {
    MOST_HEAD = 8,        /* lines with words above the transcript */
    MOST_BYTES = 8 << 10, /* … and their length */
};

struct meet {
    struct slice title, people; /* empty: none */
    struct date date;           /* year 0: none */
    struct slice body;
};

/* The next line with words; empty at the end. */
static struct slice take_line(struct slice *text)
{
    struct slice line = {0};
    while (!line.len && slice_take(text, '\n', &line))
        line = utf8_trim(line);
    return line;
}

static bool is_date(struct slice line, struct date *date)
{
    return date_take(&line, date) && !slice_trim(line).len;
}

/* Takes the date from the end of `Weekly meeting (2024-03-05 at 06:00 GMT-8)`. */
static void take_title(struct meet *meet, struct slice title)
{
    const char *bracket = title.len ? memrchr(title.data, '(', title.len) : NULL;
    size_t before = bracket ? (size_t)(bracket - title.data) : 0;
    struct slice behind = slice_skip(title, before + 1);
    if (before && slice_ends(title, SLICE(")")) && date_take(&behind, &meet->date))
        title = utf8_trim(slice_head(title, before));
    meet->title = title;
}

/* Reads the lines above the words. False if the text is no transcript of Meet. */
static bool read_head(struct slice *text, struct meet *meet)
{
    static const struct slice heading = SLICE("Transcript"), ending = SLICE(" - Transcript"),
                              attendees = SLICE("Attendees");
    bool are_attendees = false;
    int64_t time;
    for (int count = 0; count < MOST_HEAD; count++) {
        struct slice line = take_line(text), next = *text;
        if (!line.len)
            return false;
        if (slice_equal(line, heading))
            return meet->people.len > 0;
        if (slice_ends(line, ending)) {
            take_title(meet, slice_head(line, line.len - ending.len));
            next = take_line(&next);
            if (!slice_equal(next, attendees))
                return timestamp_take(&next, &time) && !next.len;
            continue;
        }
        if (slice_equal(line, attendees))
            are_attendees = true;
        else if (are_attendees && !meet->people.len && !slice_ends(line, SLICE(".")))
            meet->people = line;
        else if (is_date(line, &meet->date) || slice_equal(line, SLICE("Meeting title")))
            continue;
        else if (meet->title.len || are_attendees)
            return false;
        else
            take_title(meet, line);
    }
    return false;
}

/* Cuts what stands below the words: when the meeting ended. */
static struct slice without_end(struct slice text)
{
    static const struct slice ends[] = {SLICE("\nMeeting ended after "),
                                        SLICE("\nTranscription ended after ")};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t from = text.len > MOST_BYTES ? text.len - MOST_BYTES : 0;
        struct slice tail = slice_skip(text, from);
        const char *end = tail.len ? memmem(tail.data, tail.len, ends[i].data, ends[i].len) : NULL;
        if (end)
            return slice_head(text, (size_t)(end - text.data) + 1);
    }
    return text;
}

static bool read_meet(struct slice text, struct meet *meet)
{
    struct slice head = slice_head(text, MOST_BYTES), rest = head;
    *meet = (struct meet){.body = text};
    if (!read_head(&rest, meet) || !utf8_is_valid(meet->title) || !utf8_is_valid(meet->people))
        return false;
    struct slice behind = rest, line = take_line(&behind);
    if (slice_starts(line, SLICE("This editable transcript was computer generated")))
        rest = behind;
    meet->body = without_end(slice_skip(text, head.len - rest.len));
    return true;
}

struct slice meet_text_body(struct slice text)
{
    struct meet meet;
    return read_meet(text, &meet) ? meet.body : text;
}

/* --- front matter ----------------------------------------------------------------------------- */

static bool add_value(struct arena *arena, struct yaml *parent, const char *key, struct slice text)
{
    struct diags unheard = {.count = DIAGS_MAX};
    struct slice kept = arena_copy(arena, text);
    struct yaml *map = kept.data ? yaml_of_text(arena, key, kept) : NULL;
    if (map)
        yaml_append(parent, map->first, &unheard);
    return map;
}

static bool add_people(struct arena *arena, struct yaml *map, struct slice people)
{
    struct slice name;
    if (!add_value(arena, map, "people", SLICE("-")))
        return false;
    map->last->kind = YAML_LIST;
    map->last->text = (struct slice){0};
    while (slice_take(&people, ',', &name)) {
        name = utf8_trim(name);
        if (name.len && !add_value(arena, map->last, "", name))
            return false;
    }
    return true;
}

int meet_text_front(struct arena *arena, struct slice text, struct yaml **front)
{
    struct meet meet;
    *front = NULL;
    if (!read_meet(text, &meet))
        return 0;
    struct yaml *map = ARENA_NEW(arena, struct yaml, 1);
    if (!map)
        return -ENOMEM;
    *map = (struct yaml){.kind = YAML_MAP, .line = 1};
    *front = map;
    cleanup_buf struct buf date = {0};
    buf_printf(&date, "%04u-%02u", meet.date.year, meet.date.month);
    if (meet.date.day)
        buf_printf(&date, "-%02u", meet.date.day);
    bool is_kept = !date.failed &&
                   (!meet.title.len || add_value(arena, map, "title", meet.title)) &&
                   (!meet.date.year || add_value(arena, map, "date", buf_slice(&date))) &&
                   (!meet.people.len || add_people(arena, map, meet.people));
    return is_kept ? 0 : -ENOMEM;
}
