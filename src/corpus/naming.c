#include "corpus/naming.h"

#include <errno.h>

#include "base/buf.h"
#include "base/filename.h"
#include "base/map.h"
#include "base/path.h"
#include "base/utf8.h"

enum { SHORTEST_TITLE = 13 /* bytes of a truncated title, with its hash */ };

/* Copies a buffer to the arena, and frees it. */
static struct slice keep(struct arena *arena, struct buf *buf)
{
    struct slice kept = arena_copy_buf(arena, buf);
    buf_free(buf);
    return kept;
}

static int take(struct map *taken, struct slice name)
{
    struct map_slot *slot = map_put(taken, name);
    if (!slot)
        return -ENOMEM;
    slot->value = 0;
    return 0;
}

/* Whether no other node has this name, nor text/<name>.txt. */
static bool is_free(const struct map *taken, struct slice name)
{
    char with_ending[FILENAME_MAX_BYTES + 1];
    if (name.len + 4 > FILENAME_MAX_BYTES)
        return false;
    memcpy(with_ending, name.data, name.len);
    memcpy(with_ending + name.len, ".txt", 4);
    return map_get(taken, name) == UINT32_MAX &&
           map_get(taken, (struct slice){with_ending, name.len + 4}) == UINT32_MAX;
}

static struct slice without_extension(struct slice file)
{
    const char *dot = memrchr(file.data, '.', file.len);
    return dot ? slice_head(file, (size_t)(dot - file.data)) : file;
}

static int name_file(struct arena *arena, struct map *taken, struct naming *file)
{
    struct slice base = path_base(file->path);
    const struct slice candidates[] = {without_extension(base), base};

    for (size_t i = 0; i < 2; i++) {
        struct buf name = {0};
        filename_of_value(&name, candidates[i]);
        file->base = keep(arena, &name);
        if (!file->base.data)
            return -ENOMEM;
        if (is_free(taken, file->base))
            return take(taken, file->base);
    }
    struct slice full = file->base;
    for (unsigned round = 0;; round++) {
        struct buf name = {0};
        /* Four bytes less, for ".txt" behind it in text/. */
        filename_disambiguate(&name, full, FILENAME_MAX_BYTES - 4, file->path, round, 0);
        file->base = keep(arena, &name);
        if (!file->base.data)
            return -ENOMEM;
        if (is_free(taken, file->base))
            return take(taken, file->base);
    }
}

int naming_in_folder(struct arena *arena, const struct slice *folders, size_t folder_count,
                     struct naming *files, size_t file_count)
{
    struct map taken = {0};
    int err = 0;

    for (size_t i = 0; i < folder_count && !err; i++)
        err = take(&taken, folders[i]);
    /* Any `.md` gets its name before other files. */
    for (int plain = 1; plain >= 0; plain--) {
        for (size_t i = 0; i < file_count && !err; i++) {
            if (slice_ends(files[i].path, SLICE(".md")) == plain)
                err = name_file(arena, &taken, &files[i]);
        }
    }
    map_free(&taken);
    return err;
}

/* --- entries of views ------------------------------------------------------------------------- */

void naming_date(struct buf *out, const struct date *date)
{
    if (date->day)
        buf_printf(out, "%04u-%02u-%02u", date->year, date->month, date->day);
    else
        buf_printf(out, "%04u-%02u", date->year, date->month);
}

/* Replaces white space of any script by one underscore, and drops it at the ends. */
static void add_title(struct buf *out, struct slice title)
{
    size_t len;
    bool gap = false;
    size_t start = out->len;

    for (; title.len; title = slice_skip(title, len)) {
        int32_t code = utf8_decode(title, &len);
        if (utf8_is_space(code)) {
            gap = out->len > start;
            continue;
        }
        if (gap)
            buf_add_byte(out, '_');
        gap = false;
        buf_add(out, title.data, len);
    }
}

/* The name of an episode without generic parts: episodes/boz/transcript becomes boz. The rule looks
 * at this name alone, so that a new file does not rename another. */
static struct slice without_kind(struct slice name)
{
    static const char *const folders[] = {"episodes", "transcripts", "content", "posts", NULL};
    static const char *const files[] = {"transcript", "captions", "subtitles",
                                        "audio",      "index",    NULL};
    const char *slash = name.len ? memchr(name.data, '/', name.len) : NULL;
    if (slash && slice_is_one_of(slice_head(name, (size_t)(slash - name.data)), folders))
        name = slice_skip(name, (size_t)(slash - name.data) + 1);
    struct slice parent = path_parent(name);
    return parent.len && slice_is_one_of(path_base(name), files) ? parent : name;
}

void naming_entry(struct buf *out, const struct date *date, struct slice title, struct slice name)
{
    cleanup_buf struct buf head = {0}, middle = {0}, tail = {0}, spaced = {0};

    if (date->year) {
        naming_date(&head, date);
        buf_add_text(&head, "--");
    }
    add_title(&spaced, title);
    filename_escape(&middle, buf_slice(&spaced));
    if (middle.len)
        buf_add_text(&tail, "--");
    struct slice rest = without_kind(name), part;
    for (bool first = true; slice_take(&rest, '/', &part); first = false) {
        buf_add_text(&tail, first ? "" : "--");
        buf_add_slice(&tail, part);
    }
    out->failed |= head.failed || middle.failed || tail.failed || spaced.failed;

    cleanup_buf struct buf whole = {0};
    size_t room = FILENAME_MAX_BYTES - head.len - SHORTEST_TITLE;
    buf_add_slice(&whole, buf_slice(&head));
    if (tail.len <= room)
        filename_cut(&whole, buf_slice(&middle), FILENAME_MAX_BYTES - head.len - tail.len, title);
    else
        buf_add_slice(&whole, buf_slice(&middle));
    buf_add_slice(&whole, buf_slice(&tail));
    out->failed |= whole.failed;
    filename_cut(out, buf_slice(&whole), FILENAME_MAX_BYTES, buf_slice(&whole));
}
