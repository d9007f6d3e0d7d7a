#include "source/scan_walk.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"

enum {
    MAX_DEPTH = 64,
};

bool walk_takes(const struct scan_walk *w, struct slice path)
{
    return config_takes(&w->folder->config, path.data);
}

static int add_file(struct scan_walk *w, struct slice path, struct scanned **file)
{
    struct content_scan *scan = w->scan;
    if (!array_reserve(&scan->changes, scan->count, &scan->cap, sizeof *scan->changes))
        return -ENOMEM;
    *file = &scan->changes[scan->count++];
    **file = (struct scanned){.path = path};
    return 0;
}

const struct stray *walk_old_stray(const struct scan_walk *w, struct slice path)
{
    return w->old ? corpus_find_stray(w->old, path) : NULL;
}

int walk_add_stray(struct scan_walk *w, struct slice path, const char *problem)
{
    return walk_add_problem(w, path, problem, "it is left out");
}

int walk_add_problem(struct scan_walk *w, struct slice path, const char *problem,
                     const char *action)
{
    if (scan_may_be_other(path))
        return 0;
    struct diags diags = {.arena = &w->scan->found};
    const struct stray *old = walk_old_stray(w, path);
    struct scanned *file;
    if (old && old->problems.count == 1 && slice_equal(old->problems.at[0].what, slice_of(problem)))
        return 0;
    int err = add_file(w, path, &file);
    if (err)
        return err;
    file->is_stray = true;
    file->id.access.mode = 0444; /* the problem reveals no more than a listing */
    diags_add(&diags, 0, 0, action, "%s", problem);
    file->problems = diags.first;
    return diags.failed ? -ENOMEM : 0;
}

int walk_add_gone(struct scan_walk *w, struct slice path)
{
    struct scanned *file;
    int err = add_file(w, path, &file);
    if (!err)
        file->is_gone = true;
    return err;
}

bool companions_equal(const struct companions *old, const struct companions *now)
{
    if (old->count != now->count)
        return false;
    for (uint32_t i = 0; i < old->count; i++) {
        const struct companion *was = &old->at[i], *is = &now->at[i];
        if (!slice_equal(was->path, is->path) ||
            (was->role != COMPANION_VARIANT && !file_id_equal(&was->id, &is->id)))
            return false;
    }
    return true;
}

/* Whether the target says that one of the files was written. */
static bool is_written(const struct scan_walk *w, struct slice path,
                       const struct companions *companions)
{
    bool is_target = slice_equal(path, w->target->path) || path_is_below(path, w->target->path);
    for (uint32_t i = 0; i < companions->count && !is_target; i++)
        is_target = slice_equal(companions->at[i].path, w->target->path);
    return w->target->is_written && is_target;
}

/* Whether the file has crashed the parser since the scan that read it. It then gets a new version,
 * since clients may know the old one. */
static bool is_newly_guilty(const struct scan_walk *w, const struct episode *old)
{
    const struct quarantine *quarantine = w->folder->quarantine;
    bool is_guilty = old->head.has_body &&
                     quarantine_guilt(quarantine, GUARDED_BODY, old->path, &old->id);
    for (uint32_t i = 0; i < old->companions.count && !is_guilty; i++) {
        const struct companion *companion = &old->companions.at[i];
        is_guilty = companion->role == COMPANION_SPOKEN &&
                    quarantine_guilt(quarantine, GUARDED_BODY, companion->path, &companion->id);
    }
    return is_guilty;
}

int walk_add_transcript(struct scan_walk *w, struct slice path, const struct file_id *id,
                        const struct companions *companions)
{
    uint32_t number = w->old ? corpus_find_path(w->old, path) : NO_INDEX;
    struct scanned *file;
    if (number != NO_INDEX) {
        const struct episode *old = w->old->episodes[number];
        w->is_seen[number] = true;
        if (!is_written(w, path, companions) && !old->is_unread && file_id_equal(&old->id, id) &&
            companions_equal(&old->companions, companions) && !is_newly_guilty(w, old))
            return 0;
    }
    int err = add_file(w, path, &file);
    if (!err)
        file->companions = *companions;
    return err;
}

int walk_add_access(struct scan_walk *w, struct slice path, const struct stat *st)
{
    const struct file_id id = content_id_of(st);
    uint32_t number = w->old ? corpus_find_folder_path(w->old, path) : NO_INDEX;
    struct scanned *folder;
    const struct folder *old = number != NO_INDEX ? w->old->folders[number] : NULL;
    if (old && access_equal(&old->access, &id.access) && stamps_equal(&old->own, &id.stamps))
        return 0;
    int err = add_file(w, path, &folder);
    if (!err) {
        folder->is_folder = true;
        folder->id = id;
    }
    return err;
}

int walk_add_folder_gone(struct scan_walk *w, struct slice path, const struct access *access)
{
    struct scanned *folder;
    int err = add_file(w, path, &folder);
    if (!err) {
        folder->is_folder = true;
        folder->id = (struct file_id){.access = *access, .stamps = stamps_none()};
    }
    return err;
}

int walk_add_accesses_above(struct scan_walk *w, struct slice path)
{
    int err = 0;
    for (size_t i = 1; i < path.len && !err; i++) {
        if (path.data[i] != '/')
            continue;
        struct stat st;
        struct slice above = arena_copy(&w->scan->found, slice_head(path, i));
        if (!above.data)
            return -ENOMEM;
        if (w->old && corpus_find_folder_path(w->old, above) != NO_INDEX)
            continue;
        if (content_stat_folder(w->folder, above.data, &st) == 0)
            err = walk_add_access(w, above, &st);
    }
    return err;
}

int walk_add_access_of_parent(struct scan_walk *w, struct slice path)
{
    struct stat st;
    struct slice parent = arena_copy(&w->scan->found, path_parent(path));
    if (!parent.data)
        return -ENOMEM;
    int err = content_stat_folder(w->folder, parent.data, &st);
    return err ? 0 : walk_add_access(w, parent, &st);
}

int walk_add_folder(struct scan_walk *w, struct slice path)
{
    size_t depth = 0;
    for (size_t i = 0; i < path.len; i++)
        depth += path.data[i] == '/';
    if (depth >= MAX_DEPTH)
        return walk_add_stray(w, path, "a folder more than 64 deep");
    if (!array_reserve(&w->folders, w->folder_count, &w->folder_cap, sizeof *w->folders))
        return -ENOMEM;
    w->folders[w->folder_count++] = path;
    return 0;
}

static const char *type_problem(mode_t type)
{
    switch (type) {
    case S_IFLNK:
        return "a symbolic link: links are not followed";
    case S_IFIFO:
        return "a FIFO and no file";
    case S_IFSOCK:
        return "a socket and no file";
    default:
        return "a device and no file";
    }
}

int walk_note_folder(struct scan_walk *w, struct slice path)
{
    struct map_slot *slot = path.len ? map_put(&w->listed, path) : NULL;
    if (slot)
        slot->value = 0;
    return slot || path.len == 0 ? 0 : -ENOMEM;
}

/* Marks all known folders below a folder as existing. */
static int keep_folders(struct scan_walk *w, struct slice folder)
{
    const struct builder *builder = w->options->builder;
    struct slice path;
    struct access access;
    size_t cursor = 0;
    while (builder && builder_next_folder(builder, folder, &cursor, &path, &access)) {
        if (walk_note_folder(w, path))
            return -ENOMEM;
    }
    return 0;
}

int walk_keep_known(struct scan_walk *w, struct slice folder, bool below, int error)
{
    const struct corpus *old = w->old;
    if (below && keep_folders(w, folder))
        return -ENOMEM;
    for (uint32_t i = old ? corpus_first_below(old, folder) : 0; old && i < old->episode_count;
         i++) {
        struct slice path = old->episodes[old->by_path[i]]->path;
        if (!path_is_below(path, folder))
            break;
        if (below || slice_equal(path_parent(path), folder))
            w->is_seen[old->by_path[i]] = true;
    }
    if (folder.len)
        return scan_note_unread(w->scan, folder);
    w->scan->unlisted = error;
    return 0;
}

int walk_add_unseen(struct scan_walk *w, struct slice path, int error)
{
    int err = walk_takes(w, path) ? scan_note_unread(w->scan, path) : 0;
    return err || !walk_takes(w, path) ? err : walk_add_stray(w, path, strerror(error));
}

int walk_add_path(struct scan_walk *w, struct slice path, const char *name, const struct stat *st)
{
    mode_t type = st->st_mode & S_IFMT;
    /* The user may mean a link without an extension as a folder of transcripts: report it too. */
    bool may_be_folder = type == S_IFDIR || (type == S_IFLNK && !strchr(name, '.'));
    if ((!may_be_folder && !walk_takes(w, path)) ||
        config_excludes(&w->folder->config, path.data, type == S_IFDIR))
        return 0;
    if (type == S_IFDIR)
        return walk_add_folder(w, path);
    if (type != S_IFREG)
        return walk_add_stray(w, path, type_problem(type));
    const struct file_id id = content_id_of(st);
    return walk_add_transcript(w, path, &id, &(const struct companions){0});
}
