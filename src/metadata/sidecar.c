#include "metadata/sidecar.h"

#include <ctype.h>
#include <errno.h>

#include "base/path.h"
#include "metadata/facts.h"
#include "values/file_name.h"
#include "metadata/front.h"
#include "values/decode.h"
#include "values/values.h"

struct sidecars sidecars_begin(struct arena *arena)
{
    return (struct sidecars){.arena = arena};
}

/* --- values ----------------------------------------------------------------------------------- */

static char key_byte(char c)
{
    return (char)(memchr("- ", c, 2) ? '_' : tolower((unsigned char)c));
}

static bool is_same_key(struct slice a, struct slice b)
{
    for (size_t i = 0; a.len == b.len && i < a.len; i++) {
        if (key_byte(a.data[i]) != key_byte(b.data[i]))
            return false;
    }
    return a.len == b.len;
}

static struct yaml *find(const struct yaml *map, struct slice key)
{
    struct yaml *item = map ? map->first : NULL;
    while (item && !is_same_key(item->key, key))
        item = item->next;
    return item;
}

static bool has_date(const struct yaml *map)
{
    for (const struct yaml *item = map ? map->first : NULL; item; item = item->next) {
        if (facts_is_date(item->key) && yaml_is_scalar(item) && item->kind != YAML_BOOL)
            return true;
    }
    return false;
}

/* Adds the keys that are missing; a date has several. The items of `more` move. */
static void merge(struct sidecars *all, struct yaml *more)
{
    bool is_dated = has_date(all->map);
    struct diags discarded = {.count = DIAGS_MAX};
    if (!all->map) {
        all->map = more;
        return;
    }
    for (struct yaml *item = more->first, *next; item; item = next) {
        struct yaml *said = find(all->map, item->key);
        next = item->next;
        item->next = NULL;
        if (said && yaml_is_empty(said) && !yaml_is_empty(item)) {
            struct yaml *behind = said->next;
            *said = *item;
            said->next = behind;
        } else if (!said && !(is_dated && facts_is_date(item->key))) {
            yaml_append(all->map, item, &discarded);
        }
    }
}

void sidecars_put_front(struct sidecars *all, struct yaml *front)
{
    struct yaml *read = all->map;
    if (!front)
        return;
    all->map = front;
    if (read)
        merge(all, read);
}

static int add_text(struct sidecars *all, const char *key, struct slice text)
{
    if (text.len == 0)
        return 0;
    struct yaml *map = yaml_of_text(all->arena, key, text);
    if (!map)
        return -ENOMEM;
    merge(all, map);
    return 0;
}

/* --- files ------------------------------------------------------------------------------------ */

/* Reports the mistakes of a sidecar as its captions', without a line. */
static void report_all(struct diags *diags, struct slice name, const struct diags *of)
{
    for (const struct diag *diag = of->first; diag; diag = diag->next) {
        cleanup_buf struct buf at = {0};
        buf_add_slice(&at, name);
        if (diag->line)
            buf_printf(&at, ", line %u", (unsigned)diag->line);
        diags->failed |= at.failed;
        if (!at.failed)
            diags_add(diags, 0, 0, diag->action.data, "%s: %s", at.data, diag->problem.data);
    }
    diags->failed |= of->failed;
}

static int read_values(struct sidecars *all, enum sidecar_form form, struct slice text,
                       const struct limits *limits, struct diags *diags, struct yaml **map)
{
    static const char left_out[] = "its keys are left out";
    struct info_json info;
    struct front front;
    const char *problem;
    int err;

    *map = NULL;
    switch (form) {
    case SIDECAR_INFO:
        err = info_json_read(all->arena, text, &info, &problem);
        if (err == -EINVAL)
            diags_add(diags, 0, 0, left_out, "%s", problem);
        if (err)
            return err == -EINVAL ? 0 : err;
        *map = info.map;
        all->spoken = all->spoken.len ? all->spoken : info.language;
        all->chapters = info.chapters;
        all->chapter_count = info.chapter_count;
        return 0;
    case SIDECAR_FRONT:
        err = front_read(all->arena, text, true, limits, diags, &front);
        *map = err ? NULL : front.map;
        return err;
    default:
        err = yaml_read(all->arena, text, 1, limits, diags, map);
        if (*map && (*map)->kind != YAML_MAP && (*map)->kind != YAML_NULL)
            diags_add(diags, (*map)->line, 0, left_out, "%s and no mapping of keys to values",
                      yaml_kind_name((*map)->kind));
        return err == -EINVAL ? 0 : err;
    }
}

int sidecars_read(struct sidecars *all, enum sidecar_form form, struct slice name,
                  struct slice bytes, const struct limits *limits, struct diags *diags)
{
    cleanup_decoded struct decoded decoded = {0};
    struct diags heard = {.arena = diags->arena};
    struct yaml *map = NULL;
    int err = decode(bytes, true, &decoded);
    if (!err)
        err = read_values(all, form, decoded.text, limits, &heard, &map);
    report_all(diags, name, &heard);
    if (err || !map || map->kind != YAML_MAP)
        return err;
    const struct yaml *original = form == SIDECAR_INFO ? NULL : find(map, SLICE("original"));
    if (original && !all->original.len)
        values_single(original, &all->original);
    merge(all, map);
    return 0;
}

/* --- names ------------------------------------------------------------------------------------ */

int sidecars_add_name(struct sidecars *all, struct slice path)
{
    struct file_name name = file_name_read(path);
    struct slice language = arena_copy(all->arena, name.language);
    struct slice video = file_name_video(name.stem);
    cleanup_buf struct buf url = {0};
    int err = language.data ? 0 : -ENOMEM;

    if (!err && language.len) {
        /* info.json has the language of the recording; the name has that of these captions. */
        struct yaml *said = find(all->map, SLICE("language"));
        if (said && slice_equal(said->text, all->spoken))
            said->text = language;
        err = add_text(all, "language", language);
    }
    if (!err && !find(all->map, SLICE("title"))) {
        struct slice title = file_name_title(all->arena, name.stem);
        /* A title that is just the file name adds nothing. */
        bool tells = !slice_equal(title, path_base(name.stem));
        err = !title.data ? -ENOMEM : tells ? add_text(all, "title", title) : 0;
    }
    if (!err && video.len && !find(all->map, SLICE("url"))) {
        buf_add_text(&url, "https://www.youtube.com/watch?v=");
        buf_add_slice(&url, video);
        struct slice kept = arena_copy_buf(all->arena, &url);
        err = kept.data ? add_text(all, "url", kept) : -ENOMEM;
    }
    return err;
}
