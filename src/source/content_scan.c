#include "source/content_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "corpus/build.h"
#include "source/scan_heads.h"
#include "source/scan_stems.h"

/* Compares a known file here; a new one gets its fstat() when the scan reads it. */
static int add_name(struct scan_walk *w, struct slice folder, const struct disk_name *name)
{
    const struct stat by_type = {.st_mode = DTTOIF(name->type)};
    if (name->error == ENOENT)
        return 0;
    struct slice path = path_join(&w->scan->found, folder, slice_of(name->name));
    if (!path.data)
        return -ENOMEM;
    return name->error ? walk_add_unseen(w, path, name->error)
                       : walk_add_path(w, path, name->name, name->st ? name->st : &by_type);
}

/* Whether a name belongs to an episode of several files, which stem_add_episode() adds. */
static bool belongs_to_stem(const struct listing *listing, const struct disk_name *name)
{
    struct slice stem, base = slice_of(name->name);
    enum stem_kind kind = stem_of_file(base, &stem);
    if (name->type != DT_REG || kind == STEM_NOTHING || !listing->stems.has_captions)
        return false;
    uint32_t number = stems_find(&listing->stems, stem);
    return number != NO_STEM && slice_equal(listing->stems.at[number].files[kind], base);
}

static int add_names(struct scan_walk *w, const struct disk_act *list, struct slice path)
{
    struct listing listing = {.folder = path};
    struct slice stem;
    int err = 0;
    for (size_t i = 0; i < list->count && !err; i++) {
        const struct disk_name *name = &list->names[i];
        if (name->type == DT_REG && stem_of_file(slice_of(name->name), &stem) != STEM_NOTHING)
            err = stem_note_name(w, &listing, name->name);
    }
    for (size_t i = 0; i < list->count && !err; i++) {
        if (!belongs_to_stem(&listing, &list->names[i]))
            err = add_name(w, path, &list->names[i]);
    }
    for (uint32_t i = 0; listing.stems.has_captions && i < listing.stems.count && !err; i++)
        err = stem_add_episode(w, &listing, i);
    stems_free(&listing.stems);
    return err;
}

/* An unreadable folder does not end the scan. If a disk or a server fails, the known files below it
 * stay; if permission is missing, they go. */
static int add_unlisted(struct scan_walk *w, struct slice path, int error)
{
    bool may_not = error == -EACCES || error == -EPERM;
    cleanup_buf struct buf problem = {0};
    bool is_hung = error == -ETIMEDOUT;
    if ((error_passes(error) && !is_hung) || (path.len == 0 && (may_not || !w->old)))
        return error;
    if (error == -ENOENT && path.len)
        return 0; /* somebody deleted it meanwhile */
    if (is_hung)
        buf_add_text(&problem, "the folder does not answer");
    else
        buf_printf(&problem, "the folder cannot be read: %s", strerror(-error));
    int err = problem.failed ? -ENOMEM
              : may_not      ? scan_note_unread(w->scan, path)
                             : walk_keep_known(w, path, true, error);
    if (!err && path.len)
        err = walk_add_problem(w, path, problem.data,
                               may_not ? "it is left out" : "what was known in it stays");
    return err;
}

static int add_listed(struct scan_walk *w, struct slice path, const struct disk_act *list)
{
    int err = walk_add_access(w, path, &list->st);
    if (!err)
        err = add_names(w, list, path);
    if (err == -ETIMEDOUT)
        return add_unlisted(w, path, err);
    /* It was a stray and is none now. */
    return !err && walk_old_stray(w, path) ? walk_add_gone(w, path) : err;
}

static int list_folder(struct scan_walk *w, struct slice path)
{
    struct disk_act list;
    if (w->options->enter_folder)
        w->options->enter_folder(w->options->context, path);
    int err = content_list(w->folder, path.data, w->old != NULL, &list);
    if (err != -ENOENT && walk_note_folder(w, path))
        err = -ENOMEM;
    else if (err == -EXDEV) /* a scan of the mount would scan its own output, endlessly */
        err = walk_add_stray(w, path, "the folder is this mount itself");
    else
        err = err ? add_unlisted(w, path, err) : add_listed(w, path, &list);
    disk_act_free(&list);
    return err;
}

/* Reports as gone the files that the last corpus has below a folder and the scan did not see. */
static int add_all_gone(struct scan_walk *w, struct slice folder)
{
    const struct corpus *old = w->old;
    int err = 0;
    for (uint32_t i = old ? corpus_first_below(old, folder) : 0;
         old && i < old->episode_count && !err; i++) {
        uint32_t number = old->by_path[i];
        if (!path_is_below(old->episodes[number]->path, folder))
            break;
        if (!w->is_seen[number]) {
            w->is_seen[number] = true;
            err = walk_add_gone(w, old->episodes[number]->path);
        }
    }
    for (uint32_t i = old ? corpus_first_stray_below(old, folder) : 0;
         old && i < old->stray_count && !err; i++) {
        struct slice path = old->strays[i]->path;
        struct stat st;
        if (!path_is_below(path, folder))
            break;
        if (slice_equal(path, SLICE(CONTENT_CONFIG)))
            continue;
        int lost = content_stat(w->folder, path.data, &st);
        if (lost && lost != -ETIMEDOUT)
            err = walk_add_gone(w, path);
    }
    return err;
}

/* Reports as gone the known folders there, with episodes or without, that the scan did not see. The
 * times of the folder around them need not have changed: an unmount may have uncovered it. */
static int add_folders_gone(struct scan_walk *w, struct slice folder)
{
    const struct builder *builder = w->options->builder;
    struct slice path;
    struct access access;
    size_t cursor = 0;
    int err = 0;
    while (!err && builder && builder_next_folder(builder, folder, &cursor, &path, &access)) {
        if (map_get(&w->listed, path) == NO_INDEX)
            err = walk_add_folder_gone(w, path, &access);
    }
    return err;
}

/* Reports a path as gone, with everything below it. */
static int scan_gone(struct scan_walk *w, struct slice path)
{
    uint32_t number = w->old ? corpus_find_path(w->old, path) : NO_INDEX;
    int err = 0;
    if ((number != NO_INDEX && !w->is_seen[number]) || walk_old_stray(w, path)) {
        if (number != NO_INDEX)
            w->is_seen[number] = true;
        err = walk_add_gone(w, path);
    }
    return err ? err : add_all_gone(w, path);
}

/* Whether the configuration excludes a folder on the path. */
static bool is_in_excluded(const struct scan_walk *w, struct slice path)
{
    char upto[PATH_MAX];
    if (path.len >= sizeof upto)
        return true;
    for (size_t i = 1; i < path.len; i++) {
        if (path.data[i] != '/')
            continue;
        memcpy(upto, path.data, i);
        upto[i] = '\0';
        if (config_excludes(&w->folder->config, upto, true))
            return true;
    }
    return false;
}

/* Scans the episodes that a file may belong to; st: NULL if the file is gone. */
static int scan_stem(struct scan_walk *w, struct slice path, const struct stat *st)
{
    struct slice base = path_base(path), stem;
    struct listing *listing;
    enum stem_kind kind = stem_of_file(base, &stem);
    if (kind == STEM_NOTHING)
        return st ? walk_add_path(w, path, base.data, st) : 0;
    int err = stem_list(w, path_parent(path), &listing);
    if (err == -ETIMEDOUT || (err && !error_passes(err)))
        return walk_keep_known(w, arena_copy(&w->scan->found, path_parent(path)), false, err);
    if (err)
        return err;
    uint32_t number = listing->stems.count ? stems_find(&listing->stems, stem) : NO_STEM;
    bool is_of_stem = number != NO_STEM && slice_equal(listing->stems.at[number].files[kind], base);
    if (st && (stem_is_alone(listing, base) || !is_of_stem))
        err = walk_add_path(w, path, base.data, st);
    return err || stem_is_alone(listing, base) ? err : stem_add_episodes_of(w, listing, stem);
}

static int scan_target(struct scan_walk *w, const struct target *target)
{
    struct slice path = target->path;
    struct stat st = {.st_mode = S_IFDIR};
    size_t before, folders = w->folder_count;

    w->target = target;
    if (is_in_excluded(w, path))
        return 0;
    int err = path.len ? walk_add_access_of_parent(w, path) : 0;
    if (err || slice_equal(path, SLICE(CONTENT_CONFIG)))
        return err;
    err = path.len ? content_stat(w->folder, path.data, &st) : 0;
    if (err && err != -ENOENT && err != -ENOTDIR)
        return walk_add_unseen(w, path, -err);
    if (err) {
        err = scan_gone(w, path);
        if (!err)
            err = add_folders_gone(w, path);
        return err ? err : scan_stem(w, path, NULL);
    }
    /* Other files, such as pictures, do not concern the tree. */
    struct slice stem;
    bool is_file = S_ISREG(st.st_mode);
    if (is_file && stem_of_file(path_base(path), &stem) == STEM_NOTHING && !walk_old_stray(w, path))
        return add_all_gone(w, path);
    err = walk_add_accesses_above(w, path);
    before = w->scan->count;
    if (!err)
        err = is_file    ? scan_stem(w, path, &st)
              : path.len ? walk_add_path(w, path, path_base(path).data, &st)
                         : walk_add_folder(w, path);
    bool is_folder = w->folder_count > folders;
    while (!err && w->folder_count)
        err = list_folder(w, w->folders[--w->folder_count]);
    uint32_t number = w->old ? corpus_find_path(w->old, path) : NO_INDEX;
    bool was_episode = number != NO_INDEX && !w->is_seen[number];
    if (!err && is_folder && was_episode) {
        w->is_seen[number] = true;
        err = walk_add_gone(w, path);
    }
    /* No transcript now, or the configuration excludes it now. */
    bool is_other = !is_folder && w->scan->count == before && (number == NO_INDEX || was_episode);
    if (!err && is_other)
        err = scan_gone(w, path);
    if (!err)
        err = add_folders_gone(w, path);
    return err ? err : add_all_gone(w, path);
}

/* Whether a file was unreadable before too, and is otherwise unchanged. */
static bool is_still_unread(const struct scanned *file, const struct corpus *old)
{
    if (file->is_hung)
        return true;
    if (!old || !file->is_unread || file->is_gone)
        return false;
    if (file->is_stray)
        return corpus_find_stray(old, file->path);
    uint32_t number = corpus_find_path(old, file->path);
    const struct episode *was = number == NO_INDEX ? NULL : old->episodes[number];
    return was && was->is_unread && file_id_equal(&was->id, &file->id) &&
           companions_equal(&was->companions, &file->companions);
}

static int note_all_unread(struct content_scan *scan)
{
    int err = 0;
    for (size_t i = 0; i < scan->count && !err; i++) {
        if (scan->changes[i].is_unread && !scan->changes[i].is_gone)
            err = scan_note_unread(scan, scan->changes[i].path);
    }
    return err;
}

/* Drops files that neither are nor were transcripts, and files that are still unreadable. */
static void forget_others(struct content_scan *scan, const struct corpus *old)
{
    size_t kept = 0;
    for (size_t i = 0; i < scan->count; i++) {
        const struct scanned *file = &scan->changes[i];
        bool is_other = file->is_gone && !file->is_folder && !file->is_stray;
        if (is_still_unread(file, old))
            continue;
        if (!is_other || (old && (corpus_find_path(old, file->path) != NO_INDEX ||
                                  corpus_find_stray(old, file->path))))
            scan->changes[kept++] = *file;
    }
    scan->count = kept;
}

/* Finds what is new, changed or gone, and reads none of it. */
static int find_changes(struct scan_walk *walk, const struct target *targets, size_t count)
{
    walk->is_seen = calloc((walk->old ? walk->old->episode_cap : 0) + (size_t)1, sizeof(bool));
    int err = walk->is_seen ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && !err; i++)
        err = scan_target(walk, &targets[i]);
    for (size_t i = 0; i < walk->listing_count; i++)
        stems_free(&walk->listings[i].stems);
    free(walk->listings);
    map_free(&walk->added);
    map_free(&walk->listed);
    free(walk->is_seen);
    free(walk->folders);
    return err;
}

static int read_changes(const struct scan_walk *walk)
{
    int err = scan_read_heads(walk->folder, walk->options, walk->scan);
    if (!err)
        err = note_all_unread(walk->scan);
    forget_others(walk->scan, walk->old);
    return err;
}

int content_scan(const struct content_folder *folder, const struct target *targets, size_t count,
                 const struct corpus *old, const struct content_scan_options *options,
                 struct content_scan *scan)
{
    struct scan_walk walk = {.folder = folder, .old = old, .options = options, .scan = scan};

    *scan = (struct content_scan){0};
    int err = find_changes(&walk, targets, count);
    return err ? err : read_changes(&walk);
}

int content_scan_add_config(struct content_scan *scan, const struct content_folder *folder,
                            const struct diags *diags)
{
    if (!array_reserve(&scan->changes, scan->count, &scan->cap, sizeof *scan->changes))
        return -ENOMEM;
    scan->changes[scan->count++] = (struct scanned){.path = SLICE(CONTENT_CONFIG),
                                                    .id = folder->config_id,
                                                    .is_stray = true,
                                                    .is_gone = !diags->first,
                                                    .problems = diags->first};
    return 0;
}

void content_scan_free(struct content_scan *scan)
{
    for (size_t i = 0; i < sizeof scan->arenas / sizeof *scan->arenas; i++)
        arena_free(&scan->arenas[i]);
    arena_free(&scan->found);
    free(scan->changes);
    free(scan->unread);
    *scan = (struct content_scan){0};
}

/* --- the first corpus ------------------------------------------------------------------------- */

/* Until it is built a file takes several times what stays of it: this many are built at a time. */
enum { FIRST_STEP = 8192 };

struct first_scan {
    const struct content_scan_progress *progress; /* or NULL */
    size_t before, all;
};

static void step_first(void *first_, size_t done, size_t all)
{
    const struct first_scan *first = first_;
    (void)all;
    first->progress->step(first->progress->context, first->before + done, first->all);
}

/* Reads a part of the changes, and adds them to the corpus. */
static int build_part(struct scan_walk *walk, struct builder *builder, struct corpus **corpus)
{
    struct corpus *next = NULL;
    int err = read_changes(walk);
    if (!err)
        err = corpus_next(builder, *corpus, walk->scan->changes, walk->scan->count, &next);
    if (next) {
        corpus_release(*corpus);
        *corpus = next;
    }
    for (size_t i = 0; i < sizeof walk->scan->arenas / sizeof *walk->scan->arenas; i++)
        arena_free(&walk->scan->arenas[i]);
    return err;
}

static int build_first(struct scan_walk *walk, struct builder *builder, struct first_scan *first,
                       struct corpus **corpus)
{
    struct content_scan *scan = walk->scan, whole = *scan;
    int err = corpus_order(whole.changes, &whole.count);
    first->all = whole.count;
    do {
        size_t left = whole.count - first->before;
        scan->changes = whole.changes + first->before;
        scan->count = left < FIRST_STEP ? left : FIRST_STEP;
        err = err ? err : build_part(walk, builder, corpus);
        first->before += left < FIRST_STEP ? left : FIRST_STEP;
    } while (!err && first->before < whole.count);
    scan->changes = whole.changes;
    if (err) {
        corpus_free_last(*corpus);
        *corpus = NULL;
    }
    return err;
}

int content_scan_first(const struct content_folder *folder, struct builder *builder,
                       const struct content_scan_progress *progress, struct corpus **corpus)
{
    const struct target all[] = {{.path = SLICE("")}};
    struct first_scan first = {.progress = progress};
    const struct content_scan_progress of_part = {step_first, &first,
                                                  progress ? progress->leave_out : NULL};
    const struct content_scan_options options = {.threads = parallel_threads(),
                                                 .progress = progress ? &of_part : NULL};
    const struct configuration configuration = content_configuration(folder);
    struct content_scan scan = {0};
    struct scan_walk walk = {.folder = folder, .options = &options, .scan = &scan};
    *corpus = NULL;
    int err = builder_configure(builder, &configuration);
    if (!err)
        err = find_changes(&walk, all, 1);
    if (!err)
        err = build_first(&walk, builder, &first, corpus);
    content_scan_free(&scan);
    return err;
}
