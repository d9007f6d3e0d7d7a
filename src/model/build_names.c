/* The names of folders and episodes, and of episodes in the views. */
#include "model/builder.h"

#include <errno.h>

#include "model/names.h"

/* --- folders and names -------------------------------------------------------------------------
 */

/* "12/name": a name in the folder of that number. */
static int taken_slot(struct builder *b, uint32_t folder, struct slice name, const char *suffix,
                      struct map_slot **slot)
{
    struct buf key = {0};
    struct slice kept;

    buf_printf(&key, "%u/", (unsigned)folder);
    buf_add_slice(&key, name);
    buf_add_text(&key, suffix);
    int err = keep_text(&b->scratch, &key, &kept);
    if (err)
        return err;
    *slot = map_put(&b->taken, kept);
    return *slot ? 0 : -ENOMEM;
}

static int is_taken(struct builder *b, uint32_t folder, struct slice name, const char *suffix,
                    bool *taken)
{
    struct buf key = {0};

    buf_printf(&key, "%u/", (unsigned)folder);
    buf_add_slice(&key, name);
    buf_add_text(&key, suffix);
    *taken = !key.failed && map_get(&b->taken, buf_slice(&key)) != NO_INDEX;
    int err = key.failed ? -ENOMEM : 0;
    buf_free(&key);
    return err;
}

static int take_name(struct builder *b, uint32_t folder, struct slice name)
{
    struct map_slot *slot;
    int err = taken_slot(b, folder, name, "", &slot);
    if (!err)
        slot->value = 0;
    return err;
}

static struct slice last_part(struct slice path)
{
    const char *slash = path.len ? memrchr(path.data, '/', path.len) : NULL;
    return slash ? slice_skip(path, (size_t)(slash - path.data) + 1) : path;
}

static struct slice parent_path(struct slice path)
{
    size_t base = last_part(path).len;
    return slice_head(path, path.len > base ? path.len - base - 1 : 0);
}

/* "folder/base", or "base" in the root. */
static int join_name(struct arena *arena, struct slice folder, struct slice base,
                     struct slice *name)
{
    struct buf joined = {0};
    buf_add_slice(&joined, folder);
    if (folder.len)
        buf_add_byte(&joined, '/');
    buf_add_slice(&joined, base);
    return keep_text(arena, &joined, name);
}

static int add_folder(struct builder *b, struct slice path, uint32_t parent, uint32_t *number)
{
    struct corpus *corpus = b->corpus;
    int err = 0;
    if (!array_reserve(&corpus->folders, corpus->folder_count, &b->folder_cap,
                       sizeof *corpus->folders))
        return -ENOMEM;

    struct folder folder = {.parent = parent};
    folder.path = arena_copy(&corpus->arena, path);
    if (!folder.path.data)
        return -ENOMEM;
    if (path.len) {
        struct buf base = {0};
        const struct folder *above = &corpus->folders[parent];
        name_of_value(&base, last_part(path));
        err = keep_text(&corpus->arena, &base, &folder.base);
        if (!err)
            err = join_name(&corpus->arena, above->name, folder.base, &folder.name);
        if (!err)
            err = take_name(b, parent, folder.base);
        if (err)
            return err;
        folder.depth = above->depth + 1;
    }
    folder.hash = hash64(folder.path, 1);
    struct map_slot *slot = path.len ? map_put(&b->paths, folder.path) : NULL;
    if (path.len && !slot)
        return -ENOMEM;
    if (slot)
        slot->value = corpus->folder_count;
    *number = corpus->folder_count;
    corpus->folders[corpus->folder_count++] = folder;
    return 0;
}

/* The folder at `path`, made with those above it where it is new. Not by recursion: a path has as
 * many parts as somebody likes. */
static int find_folder(struct builder *b, struct slice path, uint32_t *number)
{
    uint32_t parent = 0;
    struct slice rest = path, part;

    *number = path.len ? map_get(&b->paths, path) : 0;
    if (*number != NO_INDEX)
        return 0;
    while (slice_take(&rest, '/', &part)) {
        struct slice upto = {path.data, (size_t)(part.data - path.data) + part.len};
        *number = map_get(&b->paths, upto);
        int err = *number == NO_INDEX ? add_folder(b, upto, parent, number) : 0;
        if (err)
            return err;
        parent = *number;
    }
    return 0;
}

/* Whether an episode may have this name: nothing else has it, and text/<name>.txt is free too. */
static int is_free(struct builder *b, uint32_t folder, struct slice name, bool *is_free_name)
{
    bool taken = false, text_taken = false;
    int err = is_taken(b, folder, name, "", &taken);
    if (!err)
        err = is_taken(b, folder, name, ".txt", &text_taken);
    *is_free_name = !taken && !text_taken && name.len + 4 <= NAME_MAX_BYTES;
    return err;
}

static struct slice without_extension(struct slice file)
{
    const char *dot = memrchr(file.data, '.', file.len);
    return dot ? slice_head(file, (size_t)(dot - file.data)) : file;
}

/* The name without the extension; where that is taken, with it; where that is too, with a hash. */
static int name_episode(struct builder *b, struct episode *episode)
{
    struct slice file = last_part(episode->path);
    const struct slice candidates[] = {without_extension(file), file};
    bool found = false;
    int err = 0;

    for (size_t i = 0; i < 2 && !found && !err; i++) {
        struct buf name = {0};
        name_of_value(&name, candidates[i]);
        err = keep_text(&b->corpus->arena, &name, &episode->base);
        if (!err)
            err = is_free(b, episode->folder, episode->base, &found);
    }
    if (!err && !found) {
        cleanup_buf struct buf escaped = {0};
        struct buf name = {0};
        name_of_value(&escaped, file);
        /* Four bytes less: ".txt" has to fit behind it in text/. */
        name_tell_apart(&name, slice_head(buf_slice(&escaped), NAME_MAX_BYTES - 13), episode->path);
        err = escaped.failed ? -ENOMEM : keep_text(&b->corpus->arena, &name, &episode->base);
    }
    if (!err)
        err = take_name(b, episode->folder, episode->base);
    return err ? err
               : join_name(&b->corpus->arena, b->corpus->folders[episode->folder].name,
                           episode->base, &episode->name);
}

static bool has_plain_extension(const struct episode *episode)
{
    return slice_ends(episode->path, SLICE(".md"));
}

static int find_folders(struct builder *b)
{
    struct corpus *corpus = b->corpus;
    uint32_t root;
    int err = add_folder(b, SLICE(""), 0, &root);

    for (uint32_t i = 0; i < corpus->episode_count && !err; i++) {
        struct episode *episode = &corpus->episodes[i];
        err = find_folder(b, parent_path(episode->path), &episode->folder);
    }
    /* A plain `.md` has the first choice of name, whatever order the files come in. */
    for (int plain = 1; plain >= 0; plain--) {
        for (uint32_t i = 0; i < corpus->episode_count && !err; i++) {
            if (has_plain_extension(&corpus->episodes[i]) == plain)
                err = name_episode(b, &corpus->episodes[i]);
        }
    }
    return err;
}

static int by_base(const void *a, const void *b, void *corpus_)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->episodes[*(const uint32_t *)a].base,
                         corpus->episodes[*(const uint32_t *)b].base);
}

static int by_folder_base(const void *a, const void *b, void *corpus_)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->folders[*(const uint32_t *)a].base,
                         corpus->folders[*(const uint32_t *)b].base);
}

static void note_time(struct corpus *corpus, uint32_t folder, int64_t mtime)
{
    for (;; folder = corpus->folders[folder].parent) {
        if (corpus->folders[folder].mtime < mtime)
            corpus->folders[folder].mtime = mtime;
        if (folder == 0)
            return;
    }
}

static int fill_folders(struct corpus *corpus)
{
    for (uint32_t i = 1; i < corpus->folder_count; i++)
        corpus->folders[corpus->folders[i].parent].folder_count++;
    for (uint32_t i = 0; i < corpus->episode_count; i++)
        corpus->folders[corpus->episodes[i].folder].episode_count++;
    for (uint32_t i = 0; i < corpus->folder_count; i++) {
        struct folder *folder = &corpus->folders[i];
        folder->folders = ARENA_NEW(&corpus->arena, uint32_t, folder->folder_count);
        folder->episodes = ARENA_NEW(&corpus->arena, uint32_t, folder->episode_count);
        if (!folder->folders || !folder->episodes)
            return -ENOMEM;
        folder->folder_count = folder->episode_count = 0;
    }
    for (uint32_t i = 1; i < corpus->folder_count; i++) {
        struct folder *parent = &corpus->folders[corpus->folders[i].parent];
        parent->folders[parent->folder_count++] = i;
    }
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        struct folder *parent = &corpus->folders[corpus->episodes[i].folder];
        parent->episodes[parent->episode_count++] = i;
        note_time(corpus, corpus->episodes[i].folder, corpus->episodes[i].id.mtime);
    }
    for (uint32_t i = 0; i < corpus->folder_count; i++) {
        struct folder *folder = &corpus->folders[i];
        qsort_r(folder->folders, folder->folder_count, sizeof(uint32_t), by_folder_base, corpus);
        qsort_r(folder->episodes, folder->episode_count, sizeof(uint32_t), by_base, corpus);
    }
    return 0;
}

int build_folders(struct builder *b)
{
    int err = find_folders(b);
    return err ? err : fill_folders(b->corpus);
}

/* --- entries ------------------------------------------------------------------------------------
 */

static int by_entry(const void *a, const void *b, void *corpus_)
{
    const struct corpus *corpus = corpus_;
    const struct episode *x = &corpus->episodes[*(const uint32_t *)a];
    const struct episode *y = &corpus->episodes[*(const uint32_t *)b];
    int order = slice_compare(x->entry, y->entry);
    return order ? order : slice_compare(x->path, y->path);
}

static int tell_entry_apart(struct corpus *corpus, struct episode *episode)
{
    struct buf entry = {0};
    name_tell_apart(&entry, episode->entry, episode->path);
    return keep_text(&corpus->arena, &entry, &episode->entry);
}

int build_entries(struct builder *b, const struct corpus_options *options)
{
    struct corpus *corpus = b->corpus;
    int err = 0;

    corpus->by_entry = ARENA_NEW(&corpus->arena, uint32_t, corpus->episode_count);
    if (!corpus->by_entry)
        return -ENOMEM;
    for (uint32_t i = 0; i < corpus->episode_count && !err; i++) {
        struct episode *episode = &corpus->episodes[i];
        const struct date none = {0};
        struct buf entry = {0};
        name_of_entry(&entry, options->bare_entries ? &none : &episode->date,
                      options->bare_entries ? SLICE("") : episode->title, episode->name);
        err = keep_text(&corpus->arena, &entry, &episode->entry);
        corpus->by_entry[i] = i;
    }
    /* a/b--c and a--b/c join to one name: both get a hash of their path, until all differ. */
    for (bool all_differ = false; !all_differ && !err;) {
        all_differ = true;
        qsort_r(corpus->by_entry, corpus->episode_count, sizeof(uint32_t), by_entry, corpus);
        for (uint32_t i = 1; i < corpus->episode_count && !err; i++) {
            struct episode *one = &corpus->episodes[corpus->by_entry[i - 1]];
            struct episode *two = &corpus->episodes[corpus->by_entry[i]];
            if (!slice_equal(one->entry, two->entry))
                continue;
            all_differ = false;
            err = tell_entry_apart(corpus, two);
        }
    }
    return err;
}
