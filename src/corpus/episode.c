#include "corpus/episode.h"

#include <strings.h>

/* Whether a path has this ending, or an equivalent one. */
static bool has_ending(struct slice path, const char *ending)
{
    static const char *const same[][2] = {
        {"md", "markdown"}, {"yaml", "yml"}, {"json", "json3"}, {"json", "jsonl"}};
    size_t len = strlen(ending);
    if (path.len > len + 1 && path.data[path.len - len - 1] == '.' &&
        strncasecmp(path.data + path.len - len, ending, len) == 0)
        return true;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        if (strcmp(ending, same[i][0]) == 0 && has_ending(path, same[i][1]))
            return true;
    }
    return false;
}

bool episode_source(const struct episode *episode, const char *ending, struct source *source)
{
    *source = (struct source){episode->path, &episode->id};
    if (has_ending(episode->path, ending))
        return true;
    for (uint32_t i = 0; i < episode->companions.count; i++) {
        const struct companion *companion = &episode->companions.at[i];
        bool is_info = companion->role == COMPANION_INFO;
        if (companion->role >= COMPANION_VARIANT || is_info != (strcmp(ending, "info.json") == 0) ||
            !has_ending(companion->path, ending))
            continue;
        *source = (struct source){companion->path, &companion->id};
        return true;
    }
    return false;
}

struct stamps episode_newest(const struct episode *episode)
{
    struct stamps newest = episode->id.stamps;
    for (uint32_t i = 0; i < episode->companions.count; i++) {
        const struct companion *companion = &episode->companions.at[i];
        if (companion->role != COMPANION_PRIVATE)
            newest = stamps_later(newest, companion->id.stamps);
    }
    return newest;
}

bool episode_is_linked(const struct episode *episode)
{
    bool is_linked = episode->id.links > 1;
    for (uint32_t i = 0; i < episode->companions.count; i++)
        is_linked |= episode->companions.at[i].id.links > 1;
    return is_linked;
}
