#include "values/info_json.h"

#include <errno.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "values/json_scan.h"

enum { MOST_CHAPTERS = 10000 };

/* What is kept, in the order in which it is listed. Of two rows of one key the first that says
 * something counts. */
static const struct row {
    const char *name, *key;
    bool is_list, is_date;
} rows[] = {
    {"title", "title", false, false},
    {"release_date", "date", false, true},
    {"upload_date", "date", false, true},
    {"channel", "channel", false, false},
    {"uploader", "channel", false, false},
    {"series", "series", false, false},
    {"cast", "people", true, false},
    {"tags", "tags", true, false},
    {"categories", "categories", true, false},
    {"language", "language", false, false},
    {"webpage_url", "url", false, false},
    {"duration", "duration", false, false},
    {"description", "description", false, false},
};
enum { ROWS = sizeof rows / sizeof *rows };

struct reading {
    struct arena *arena;
    struct json_scan scan;
    struct info_json *info;
    struct yaml *values[ROWS];
    size_t chapter_cap;
    bool is_playlist;
    bool failed; /* memory ended */
};

/* What a string says, without what shows nothing at its ends. */
static struct slice take_text(struct reading *r, struct slice raw)
{
    cleanup_buf struct buf text = {0};
    json_add_string(&text, raw);
    struct slice trimmed = utf8_trim(buf_slice(&text));
    struct slice kept = trimmed.len ? arena_copy(r->arena, trimmed) : (struct slice){0};
    r->failed |= text.failed || (trimmed.len && !kept.data);
    return kept;
}

static struct yaml *new_value(struct reading *r, enum yaml_kind kind, struct slice text)
{
    struct yaml *value = ARENA_NEW(r->arena, struct yaml, 1);
    r->failed |= !value;
    if (value)
        *value = (struct yaml){.kind = kind, .line = 1, .key_line = 1, .text = text};
    return value;
}

/* 20241104, as front matter writes it. */
static struct slice date_of(struct reading *r, struct slice text)
{
    cleanup_buf struct buf date = {0};
    if (text.len != 8 || strspn(text.data, "0123456789") < 8)
        return text;
    buf_printf(&date, "%.4s-%.2s-%.2s", text.data, text.data + 4, text.data + 6);
    struct slice kept = arena_copy_buf(r->arena, &date);
    r->failed |= !kept.data;
    return kept;
}

/* A string or a number; NULL where it is another value or says nothing. The value is read either
 * way. */
static struct yaml *read_scalar(struct reading *r, bool is_date)
{
    struct slice raw, text;
    if (json_take_string(&r->scan, &raw)) {
        text = take_text(r, raw);
        if (is_date)
            text = date_of(r, text);
        return text.len ? new_value(r, YAML_STRING, text) : NULL;
    }
    if (json_take_number(&r->scan, &raw)) {
        text = take_text(r, raw); /* valid UTF-8, which what stands for a number may not be */
        return new_value(r, yaml_plain_kind(text), text);
    }
    json_skip(&r->scan);
    return NULL;
}

static void append(struct yaml *parent, struct yaml *value)
{
    struct diags unheard = {.count = DIAGS_MAX};
    yaml_append(parent, value, &unheard);
}

static struct yaml *read_list(struct reading *r)
{
    if (!json_enter(&r->scan, JSON_ARRAY)) {
        json_skip(&r->scan);
        return NULL;
    }
    struct yaml *list = new_value(r, YAML_LIST, (struct slice){0});
    while (json_next_item(&r->scan) && !r->failed) {
        struct yaml *item = read_scalar(r, false);
        if (item && list)
            append(list, item);
    }
    return list && list->count ? list : NULL;
}

/* --- chapters --------------------------------------------------------------------------------- */

static int64_t milliseconds(struct slice number)
{
    char text[32];
    if (number.len >= sizeof text)
        return -1;
    memcpy(text, number.data, number.len);
    text[number.len] = '\0';
    double seconds = strtod(text, NULL);
    return seconds >= 0 && seconds < 1e9 ? (int64_t)(seconds * 1000 + 0.5) : -1;
}

static void read_chapter(struct reading *r)
{
    struct chapter chapter = {.start = -1};
    struct slice key, value;
    while (json_next_key(&r->scan, &key)) {
        if (slice_equal(key, SLICE("start_time")) && json_take_number(&r->scan, &value))
            chapter.start = milliseconds(value);
        else if (slice_equal(key, SLICE("title")) && json_take_string(&r->scan, &value))
            chapter.title = take_text(r, value);
        else
            json_skip(&r->scan);
    }
    struct info_json *info = r->info;
    const struct chapter *last = info->chapter_count ? &info->chapters[info->chapter_count - 1]
                                                     : NULL;
    if (chapter.start < 0 || !chapter.title.len || (last && chapter.start <= last->start) ||
        info->chapter_count == MOST_CHAPTERS || r->failed)
        return;
    if (info->chapter_count == r->chapter_cap) {
        size_t cap = r->chapter_cap ? r->chapter_cap * 2 : 16;
        struct chapter *more = ARENA_NEW(r->arena, struct chapter, cap);
        r->failed |= !more;
        if (!more)
            return;
        if (info->chapter_count)
            memcpy(more, info->chapters, info->chapter_count * sizeof *more);
        info->chapters = more;
        r->chapter_cap = cap;
    }
    info->chapters[info->chapter_count++] = chapter;
}

static void read_chapters(struct reading *r)
{
    if (!json_enter(&r->scan, JSON_ARRAY)) {
        json_skip(&r->scan);
        return;
    }
    while (json_next_item(&r->scan)) {
        if (json_enter(&r->scan, JSON_OBJECT))
            read_chapter(r);
        else
            json_skip(&r->scan);
    }
}

/* --- all of it -------------------------------------------------------------------------------- */

static void read_key(struct reading *r, struct slice key)
{
    struct slice type;
    for (size_t i = 0; i < ROWS; i++) {
        if (!slice_equal(key, slice_of(rows[i].name)))
            continue;
        struct yaml *value = rows[i].is_list ? read_list(r) : read_scalar(r, rows[i].is_date);
        if (!r->values[i])
            r->values[i] = value;
        return;
    }
    if (slice_equal(key, SLICE("chapters")))
        read_chapters(r);
    else if (slice_equal(key, SLICE("_type")) && json_take_string(&r->scan, &type))
        r->is_playlist |= !slice_equal(type, SLICE("video"));
    else
        json_skip(&r->scan);
}

int info_json_read(struct arena *arena, struct slice text, struct info_json *info,
                   const char **problem)
{
    struct reading r = {.arena = arena, .scan = {.rest = text}, .info = info};
    struct slice key;

    *info = (struct info_json){.map = new_value(&r, YAML_MAP, (struct slice){0})};
    *problem = NULL;
    if (json_enter(&r.scan, JSON_OBJECT)) {
        while (!r.failed && json_next_key(&r.scan, &key))
            read_key(&r, key);
    } else {
        r.scan.is_broken = true;
    }
    if (r.failed)
        return -ENOMEM;
    if (!json_is_done(&r.scan))
        *problem = "it is no whole object of JSON";
    else if (r.is_playlist)
        *problem = "it is a playlist's, and no video's";
    for (size_t i = 0; i < ROWS && !*problem; i++) {
        const struct yaml *last = info->map->last;
        if (!r.values[i] || (last && slice_equal(last->key, slice_of(rows[i].key))))
            continue;
        r.values[i]->key = slice_of(rows[i].key);
        append(info->map, r.values[i]);
        if (slice_equal(r.values[i]->key, SLICE("language")))
            info->language = r.values[i]->text;
    }
    if (*problem)
        info->chapter_count = 0;
    return *problem ? -EINVAL : 0;
}
