#include "render/about.h"

#include <errno.h>
#include <strings.h>

#include "base/utf8.h"
#include "corpus/naming.h"
#include "syntax/timestamp.h"

/* --- values of several spellings -------------------------------------------------------------- */

void about_each(const struct yaml *value, void (*add)(void *context, struct slice text),
                void *context)
{
    const struct yaml *item = value && value->kind == YAML_LIST ? value->first : value;
    for (; item; item = value->kind == YAML_LIST ? item->next : NULL) {
        struct slice text = slice_trim(item->text);
        if (yaml_is_scalar(item) && item->kind != YAML_NULL && text.len)
            add(context, text);
    }
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

static struct slice first_of(const struct yaml *map, const char *const *keys,
                             bool (*passes)(struct slice text))
{
    struct choice choice = {passes, {0}};
    for (; *keys; keys++)
        about_each(yaml_get(map, slice_of(*keys)), choose, &choice);
    return choice.chosen;
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

/* --- reading ---------------------------------------------------------------------------------- */

/* The recording before a page about it. */
static const char *const url_keys[] = {"media", "source", "url", "link", NULL};
static const char *const language_keys[] = {"language", "lang", NULL};
static const char *const creator_keys[] = {"author", "authors", "speaker", "speakers", "channel"};

static int read_date(const struct episode *episode, struct about *about)
{
    cleanup_buf struct buf text = {0};
    if (episode->head.date.year)
        naming_date(&text, &episode->head.date);
    if (text.failed)
        return -ENOMEM;
    if (text.len > sizeof about->date_text)
        return 0;
    if (text.len)
        memcpy(about->date_text, text.data, text.len);
    about->date = (struct slice){about->date_text, text.len};
    return 0;
}

static void note_text(void *has_text, struct slice text)
{
    (void)text;
    *(bool *)has_text = true;
}

int about_read(const struct material *material, struct about *about)
{
    const struct episode *episode = material->episode;
    const struct yaml *map = material->front;

    *about = (struct about){
        .title = utf8_cut(episode->head.title.len ? episode->head.title : episode->name,
                          MOST_TITLE)};
    int err = read_date(episode, about);
    if (err || !map)
        return err;
    about->url = first_of(map, url_keys, is_url);
    about->language = first_of(map, language_keys, is_language);
    for (size_t i = 0; i < sizeof creator_keys / sizeof *creator_keys && !about->creators; i++) {
        const struct yaml *value = yaml_get(map, slice_of(creator_keys[i]));
        bool has_text = false;
        about_each(value, note_text, &has_text);
        if (has_text)
            about->creators = value;
    }
    return 0;
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

/* With the time in place of one that it has already. */
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

void about_add_link(const struct about *about, int64_t start, struct buf *out)
{
    struct slice url = about->url;
    if (start == NO_TIME || memchr(url.data, '#', url.len)) {
        buf_add_slice(out, url);
    } else if (is_youtube(url)) {
        add_youtube_link(url, start, out);
    } else {
        buf_add_slice(out, url);
        buf_printf(out, "#t=%lld", (long long)(start / 1000));
    }
}

void about_add_lines(const struct episode *episode, const struct turn *turn, struct buf *out)
{
    uint32_t last = turn->last_line;
    if (turn->original.len && turn->original_last_line > last)
        last = turn->original_last_line;
    utf8_repair(out, episode->path);
    buf_printf(out, ":%u-%u", (unsigned)turn->first_line, (unsigned)last);
}
