#include "render/episode_metadata.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "base/utf8.h"
#include "corpus/naming.h"
#include "values/key.h"
#include "values/timestamp.h"
#include "values/values.h"

/* --- values of several spellings -------------------------------------------------------------- */

struct adding {
    void (*add)(void *context, struct slice text);
    void *context;
};

static int add_value(void *adding_, const struct yaml *at, struct slice text)
{
    const struct adding *adding = adding_;
    (void)at;
    adding->add(adding->context, text);
    return 0;
}

int episode_metadata_each(const struct yaml *value, void (*add)(void *context, struct slice text),
                          void *context)
{
    struct adding adding = {add, context};
    const struct values_reader reader = {.context = &adding, .add = add_value};
    return values_each(value, &reader);
}

/* The first text that passes. */
struct choice {
    bool (*passes)(struct slice text);
    struct slice chosen;
};

static void choose(void *choice_, struct slice text)
{
    struct choice *choice = choice_;
    if (!choice->chosen.len && choice->passes(text))
        choice->chosen = text;
}

/* A search for the first key with a value: the configuration's keys, then those of a
 * NULL-terminated table. */
struct wanted {
    const char *const *keys;
    bool (*passes)(struct slice text);
    struct slice own;         /* keys of the configuration (config.h) */
    size_t place;             /* the precedence of the key of `value` */
    const struct yaml *value; /* NULL: none so far */
    struct slice text;
};

/* Takes `item`, whose folded key this is, if its key has a higher precedence. */
static int consider(struct wanted *wanted, struct slice key, const struct yaml *item)
{
    struct choice choice = {wanted->passes, {0}};
    size_t own = own_key_place(wanted->own, SLICE("")), known = key_place(key, wanted->keys);
    size_t place = own_key_place(wanted->own, key);
    if (place == own)
        place += known;
    if ((place >= own && !wanted->keys[known]) || (wanted->value && place >= wanted->place))
        return 0;
    int err = episode_metadata_each(item, choose, &choice);
    if (!err && choice.chosen.len) {
        wanted->place = place;
        wanted->value = item;
        wanted->text = choice.chosen;
    }
    return err;
}

enum { MOST_URL = 2048, MOST_TITLE = 1000 /* bytes: they are repeated in every turn */ };

static bool is_url(struct slice text)
{
    size_t scheme = strncasecmp(text.data, "https://", 8) == 0  ? 8
                    : strncasecmp(text.data, "http://", 7) == 0 ? 7
                                                                : 0;
    if (!scheme || text.len == scheme || text.len > MOST_URL || strchr("/?#:", text.data[scheme]))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c == 0x7F || strchr("\"<>\\^`{|}", c))
            return false;
    }
    return true;
}

static bool is_language(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && (i < 2 || (c != '-' && (c < '0' || c > '9'))))
            return false;
    }
    return text.len >= 2 && text.len <= 35 && text.data[text.len - 1] != '-';
}

static bool is_text(struct slice text)
{
    return text.len > 0;
}

enum { VIDEO_BYTES = 11 /* of the id of a video on YouTube */ };

static bool is_video(struct slice text)
{
    bool has_other = false;
    for (size_t i = 0; i < text.len; i++)
        has_other |= !isalnum((unsigned char)text.data[i]) && !memchr("-_", text.data[i], 2);
    return text.len == VIDEO_BYTES && !has_other;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The recording takes precedence over a page about it. */
static const char *const url_keys[] = {
    "media",     "source",      "url",     "link",  "youtube_url", "video_url", "webpage_url",
    "audio_url", "episode_url", "youtube", "video", "audio",       "permalink", NULL,
};
static const char *const video_keys[] = {"video_id", "youtube_id", NULL};
static const char *const language_keys[] = {"language", "lang", NULL};
static const char *const creator_keys[] = {"author",   "authors", "speaker",
                                           "speakers", "channel", NULL};

static int read_date(const struct episode *episode, struct episode_metadata *metadata)
{
    cleanup_buf struct buf text = {0};
    if (episode->head.date.year)
        naming_date(&text, &episode->head.date);
    if (text.failed)
        return -ENOMEM;
    if (text.len > sizeof metadata->date_text)
        return 0;
    if (text.len)
        memcpy(metadata->date_text, text.data, text.len);
    metadata->date = (struct slice){metadata->date_text, text.len};
    return 0;
}

static void set_video(struct episode_metadata *metadata, struct slice video)
{
    if (video.len == 0)
        return;
    int len = snprintf(metadata->url_text, sizeof metadata->url_text,
                       "https://www.youtube.com/watch?v=%.*s", (int)video.len, video.data);
    metadata->url = (struct slice){metadata->url_text, (size_t)len};
}

/* The id of a video that yt-dlp writes at the end of a name: `A title [dQw4w9WgXcQ]`. */
static struct slice video_of_name(struct slice name)
{
    if (name.len < VIDEO_BYTES + 3 || !slice_ends(name, SLICE("]")) ||
        name.data[name.len - VIDEO_BYTES - 2] != '[')
        return (struct slice){0};
    struct slice video = {name.data + name.len - VIDEO_BYTES - 1, VIDEO_BYTES};
    return is_video(video) ? video : (struct slice){0};
}

static int read_map(const struct yaml *map, struct slice link_keys,
                    struct episode_metadata *metadata)
{
    struct wanted wanted[] = {
        {.keys = url_keys, .passes = is_url, .own = link_keys},
        {.keys = language_keys, .passes = is_language},
        {.keys = creator_keys, .passes = is_text},
        {.keys = video_keys, .passes = is_video},
    };
    cleanup_buf struct buf key = {0};
    int err = 0;

    for (const struct yaml *item = map->first; item && !err; item = item->next) {
        key.len = 0;
        key_fold(&key, item->key);
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !err; i++)
            err = consider(&wanted[i], buf_slice(&key), item);
    }
    metadata->url = wanted[0].text;
    metadata->language = wanted[1].text;
    metadata->creators = wanted[2].value;
    if (!metadata->url.len)
        set_video(metadata, wanted[3].text);
    return key.failed ? -ENOMEM : err;
}

int episode_metadata_read(const struct material *material, struct episode_metadata *metadata)
{
    const struct episode *episode = material->episode;
    const struct yaml *map = material->front;

    *metadata = (struct episode_metadata){
        .title = utf8_cut(episode->head.title.len ? episode->head.title : episode->name,
                          MOST_TITLE)};
    int err = read_date(episode, metadata);
    if (!err && map)
        err = read_map(map, episode->own ? episode->own->link_keys : SLICE(""), metadata);
    if (!err && !metadata->url.len)
        set_video(metadata, video_of_name(episode->name));
    return err;
}

/* --- links ------------------------------------------------------------------------------------ */

static bool is_youtube(struct slice url)
{
    static const char *const hosts[] = {"youtube.com",   "www.youtube.com",
                                        "m.youtube.com", "music.youtube.com",
                                        "youtu.be",      "www.youtube-nocookie.com"};
    const char *at = memmem(url.data, url.len, "://", 3);
    struct slice host = slice_skip(url, (size_t)(at - url.data) + 3);
    size_t len = 0;
    while (len < host.len && !strchr("/?#:", host.data[len]))
        len++;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        if (strlen(hosts[i]) == len && strncasecmp(hosts[i], host.data, len) == 0)
            return true;
    }
    return false;
}

static bool is_time(struct slice parameter)
{
    return slice_starts(parameter, SLICE("t=")) || slice_starts(parameter, SLICE("start=")) ||
           slice_starts(parameter, SLICE("time_continue="));
}

/* Replaces the time that the link already has. */
static void add_youtube_link(struct slice url, int64_t start, struct buf *out)
{
    const char *mark = memchr(url.data, '?', url.len);
    struct slice query = mark ? slice_skip(url, (size_t)(mark - url.data) + 1) : (struct slice){0};
    struct slice parameter;
    char joint = '?';

    buf_add_slice(out, mark ? slice_head(url, (size_t)(mark - url.data)) : url);
    while (slice_take(&query, '&', &parameter)) {
        if (parameter.len == 0 || is_time(parameter))
            continue;
        buf_add_byte(out, joint);
        buf_add_slice(out, parameter);
        joint = '&';
    }
    buf_printf(out, "%ct=%llds", joint, (long long)(start / 1000));
}

/* The link to a time in the recording, in milliseconds; NO_TIME: to the whole. A link to YouTube
 * gets its parameter for seconds, any other a media fragment (W3C Media Fragments, 4.2.1). A link
 * that already has a fragment stays as it is. `url` is not empty. */
static void add_link(struct slice url, int64_t start, struct buf *out)
{
    if (start == NO_TIME || memchr(url.data, '#', url.len)) {
        buf_add_slice(out, url);
    } else if (is_youtube(url)) {
        add_youtube_link(url, start, out);
    } else {
        buf_add_slice(out, url);
        buf_printf(out, "#t=%lld", (long long)(start / 1000));
    }
}

bool episode_metadata_has_link(const struct episode_metadata *metadata, const struct turn *turn)
{
    return metadata->url.len || turn->address.len;
}

void episode_metadata_add_turn_link(const struct episode_metadata *metadata,
                                    const struct body *body, const struct turn *turn,
                                    struct buf *out)
{
    if (turn->address.len)
        buf_add_slice(out, turn_address(body, turn));
    else if (metadata->url.len)
        add_link(metadata->url, turn->reached, out);
}

void episode_metadata_add_lines(const struct episode *episode, const struct turn *turn,
                                struct buf *out)
{
    uint32_t first = turn->first_line, last = turn->last_line;
    if (turn->original.len && turn->original_first_line < first)
        first = turn->original_first_line;
    if (turn->original.len && turn->original_last_line > last)
        last = turn->original_last_line;
    utf8_repair(out, episode->path);
    buf_add_byte(out, ':');
    buf_add_number(out, first);
    buf_add_byte(out, '-');
    buf_add_number(out, last);
}
