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
#include "syntax/source_form.h"
#include "transcript/scan.h"

enum {
    FIRST_READ = 16 * 1024, /* holds the front matter of nearly every file */
    MAX_DEPTH = 64,
};

/* --- finding ---------------------------------------------------------------------------------- */

/* Paths and what was found at them. */
struct scan_walk {
    const struct content_folder *folder;
    const struct corpus *old; /* NULL: nothing */
    const struct content_scan_options *options;
    struct content_scan *scan;
    struct slice *folders; /* still to be listed */
    size_t folder_count, folder_cap;
    bool *is_seen;   /* by number of the episode: it is known and still there */
    bool is_written; /* read the target even if its times and size are the same */
};

static bool is_transcript(const char *name)
{
    return source_form_of(slice_of(name)) != SOURCE_NONE;
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

static const struct stray *old_stray(const struct scan_walk *w, struct slice path)
{
    return w->old ? corpus_find_stray(w->old, path) : NULL;
}

/* Reports a file that the user may miss in the mount, because it is no readable transcript. */
static int add_stray(struct scan_walk *w, struct slice path, const char *problem)
{
    struct diags diags = {.arena = &w->scan->found};
    const struct stray *old = old_stray(w, path);
    struct scanned *file;
    if (old && old->problems.count == 1 && slice_equal(old->problems.at[0].what, slice_of(problem)))
        return 0;
    int err = add_file(w, path, &file);
    if (err)
        return err;
    file->is_stray = true;
    file->id.access.mode = 0444; /* its problem reveals no more than a listing */
    diags_add(&diags, 0, 0, "it is left out", "%s", problem);
    file->problems = diags.first;
    return diags.failed ? -ENOMEM : 0;
}

static int add_gone(struct scan_walk *w, struct slice path)
{
    struct scanned *file;
    int err = add_file(w, path, &file);
    if (!err)
        file->is_gone = true;
    return err;
}

/* A transcript: it is read unless it is the same as in the last corpus. */
static int add_transcript(struct scan_walk *w, struct slice path, const struct stat *st)
{
    uint32_t number = w->old ? corpus_find_path(w->old, path) : NO_INDEX;
    struct scanned *file;
    if (number != NO_INDEX) {
        const struct file_id id = content_id_of(st);
        w->is_seen[number] = true;
        if (!w->is_written && file_id_equal(&w->old->episodes[number]->id, &id))
            return 0;
    }
    return add_file(w, path, &file);
}

/* The owner and mode of a folder, if they changed. */
static int add_access(struct scan_walk *w, struct slice path, const struct stat *st)
{
    const struct file_id id = content_id_of(st);
    uint32_t number = w->old ? corpus_find_folder_path(w->old, path) : NO_INDEX;
    struct scanned *folder;
    if (number != NO_INDEX && access_equal(&w->old->folders[number]->access, &id.access))
        return 0;
    int err = add_file(w, path, &folder);
    if (!err) {
        folder->is_folder = true;
        folder->id = id;
    }
    return err;
}

/* The same of the folders above it in which there was no episode yet: nobody listed them for it. */
static int add_accesses_above(struct scan_walk *w, struct slice path)
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
        cleanup_fd int fd = content_open_folder(w->folder, above.data);
        if (fd >= 0 && fstat(fd, &st) == 0)
            err = add_access(w, above, &st);
    }
    return err;
}

static int add_folder(struct scan_walk *w, struct slice path)
{
    size_t depth = 0;
    for (size_t i = 0; i < path.len; i++)
        depth += path.data[i] == '/';
    if (depth >= MAX_DEPTH)
        return add_stray(w, path, "a folder more than 64 deep");
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

/* A path that cannot be examined; the scan goes on. */
static int add_unseen(struct scan_walk *w, struct slice path, int error)
{
    return is_transcript(path.data) ? add_stray(w, path, strerror(error)) : 0;
}

/* Scans one path; `name` is its last part. */
static int add_path(struct scan_walk *w, struct slice path, const char *name, const struct stat *st)
{
    mode_t type = st->st_mode & S_IFMT;
    /* A link without an extension may be meant as a folder of transcripts: report it too. */
    bool may_be_folder = type == S_IFDIR || (type == S_IFLNK && !strchr(name, '.'));
    if ((!may_be_folder && !is_transcript(name)) ||
        config_excludes(&w->folder->config, path.data, type == S_IFDIR))
        return 0;
    if (type == S_IFDIR)
        return add_folder(w, path);
    return type == S_IFREG ? add_transcript(w, path, st) : add_stray(w, path, type_problem(type));
}

static int add_name(struct scan_walk *w, int dirfd, struct slice folder, const struct dirent *entry)
{
    const char *name = entry->d_name;
    struct stat st = {.st_mode = DTTOIF(entry->d_type)};
    int failed = 0;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    /* A known file is compared here; a new one gets its fstat() when it is read. */
    if (entry->d_type == DT_UNKNOWN || (w->old && entry->d_type == DT_REG && is_transcript(name))) {
        if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW)) {
            failed = errno;
            if (failed == ENOENT)
                return 0;
        }
    }
    struct slice path = path_join(&w->scan->found, folder, slice_of(name));
    if (!path.data)
        return -ENOMEM;
    return failed ? add_unseen(w, path, failed) : add_path(w, path, name, &st);
}

static void close_dir(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

static int list_folder(struct scan_walk *w, struct slice path)
{
    if (w->options->enter_folder)
        w->options->enter_folder(w->options->context, path);
    cleanup_fd int fd = content_open_folder(w->folder, path.data);
    if (fd < 0) {
        cleanup_buf struct buf problem = {0};
        buf_printf(&problem, "the folder cannot be read: %s", strerror(-fd));
        if (fd == -ENOENT && path.len)
            return 0; /* it was deleted meanwhile */
        if (error_passes(fd))
            return fd;
        return path.len && !problem.failed ? add_stray(w, path, problem.data) : fd;
    }
    struct stat st;
    int err = fstat(fd, &st) ? -errno : add_access(w, path, &st);
    cleanup_(close_dir) DIR *dir = err ? NULL : fdopendir(fd);
    if (!dir)
        return err ? err : -errno;
    steal_fd(&fd); /* the stream has it */
    const struct dirent *entry;
    while (!err && (errno = 0, entry = readdir(dir)))
        err = add_name(w, dirfd(dir), path, entry);
    if (err || errno)
        return err ? err : -errno;
    /* It was a stray before and is none any more. */
    return old_stray(w, path) ? add_gone(w, path) : 0;
}

/* Reports as gone what the last corpus has below a folder and the scan did not see. */
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
            err = add_gone(w, old->episodes[number]->path);
        }
    }
    for (uint32_t i = 0; old && i < old->stray_count && !err; i++) {
        struct slice path = old->strays[i]->path;
        struct stat st;
        if (path_is_below(path, folder) && !slice_equal(path, SLICE(CONTENT_CONFIG)) &&
            content_stat(w->folder, path.data, &st))
            err = add_gone(w, path);
    }
    return err;
}

/* Reports a path as gone, with everything below it. */
static int scan_gone(struct scan_walk *w, struct slice path)
{
    uint32_t number = w->old ? corpus_find_path(w->old, path) : NO_INDEX;
    int err = 0;
    if ((number != NO_INDEX && !w->is_seen[number]) || old_stray(w, path)) {
        if (number != NO_INDEX)
            w->is_seen[number] = true;
        err = add_gone(w, path);
    }
    return err ? err : add_all_gone(w, path);
}

/* Whether the configuration excludes a folder on the way. */
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

static int scan_target(struct scan_walk *w, const struct target *target)
{
    struct slice path = target->path;
    struct stat st = {.st_mode = S_IFDIR};
    const char *slash = strrchr(path.data, '/');
    size_t before, folders = w->folder_count;

    w->is_written = target->is_written;
    if (slice_equal(path, SLICE(CONTENT_CONFIG)) || is_in_excluded(w, path))
        return 0;
    int err = path.len ? content_stat(w->folder, path.data, &st) : 0;
    if (err)
        return err == -ENOENT || err == -ENOTDIR ? scan_gone(w, path) : add_unseen(w, path, -err);
    /* Other files, such as pictures, do not concern the tree. */
    if (S_ISREG(st.st_mode) && !is_transcript(path.data) && !old_stray(w, path))
        return add_all_gone(w, path);
    err = add_accesses_above(w, path);
    before = w->scan->count;
    if (!err)
        err = path.len ? add_path(w, path, slash ? slash + 1 : path.data, &st)
                       : add_folder(w, path);
    bool is_folder = w->folder_count > folders;
    while (!err && w->folder_count)
        err = list_folder(w, w->folders[--w->folder_count]);
    uint32_t number = w->old ? corpus_find_path(w->old, path) : NO_INDEX;
    bool was_episode = number != NO_INDEX && !w->is_seen[number];
    if (!err && is_folder && was_episode) {
        w->is_seen[number] = true;
        err = add_gone(w, path);
    }
    /* It is no transcript any more, or the configuration excludes it now. */
    bool is_other = !is_folder && w->scan->count == before && (number == NO_INDEX || was_episode);
    if (!err && is_other)
        err = scan_gone(w, path);
    return err ? err : add_all_gone(w, path);
}

/* --- reading what each says about itself ------------------------------------------------------ */

struct head_readers {
    const struct content_folder *folder;
    struct content_scan *scan;
    const struct content_scan_progress *progress;
    size_t done; /* by all; only counted */
    int err;     /* -ENOMEM, where that ended it */
};

/* Reads ever more of the file until it has the whole front matter. */
static int read_head(int fd, struct scanned *file, struct arena *arena, struct diags *diags,
                     const struct content_folder *folder)
{
    cleanup_buf struct buf head = {0};
    size_t want = FIRST_READ;
    uint64_t size = (uint64_t)file->id.size;

    for (;; want *= 4) {
        int err = content_read_range(fd, head.len, want - head.len, &head);
        if (err)
            return err;
        bool is_all = head.len >= size || head.len < want;
        err = scan_head(arena, file->path, buf_slice(&head), is_all, &folder->config,
                        folder->limits, diags, &file->head, &file->facts);
        if (err != -EAGAIN)
            return err;
    }
}

static int read_front(int fd, struct scanned *file, struct arena *arena, struct diags *diags,
                      const struct content_folder *folder)
{
    cleanup_parse_guard struct parse_guard guard = parse_guard_begin(
        folder->quarantine, GUARDED_HEAD, file->path, &file->id);
    if (guard.is_quarantined) {
        parse_guard_report(&guard, diags);
        return 0;
    }
    int err = read_head(fd, file, arena, diags, folder);
    guard.has_passed = !err;
    return err;
}

static int read_one(struct head_readers *r, struct scanned *file, struct arena *arena)
{
    struct diags diags = {.arena = arena};
    struct stat st;
    const struct limits *limits = r->folder->limits;
    int err = 0;
    cleanup_fd int fd = content_open_file(r->folder, file->path.data, &file->id);

    if (fd < 0)
        err = fd;
    else if ((uint64_t)file->id.size > limits->at[LIMIT_FILE])
        limit_refuse(limits, LIMIT_FILE, 0, &diags);
    else
        err = read_front(fd, file, arena, &diags, r->folder);
    file->is_gone = file->head.is_no_transcript;
    if (error_passes(err))
        return err;
    if (err) {
        diags_add(&diags, 0, 0, "the source is there and cannot be read", "%s", strerror(-err));
        int now = content_stat(r->folder, file->path.data, &st);
        if (now == 0)
            file->id = content_id_of(&st);
        else if (now == -ENOENT || now == -ENOTDIR)
            file->is_gone = true; /* it went while the folder was read */
        else
            file->is_stray = true;
    }
    file->problems = diags.first;
    return diags.failed ? -ENOMEM : 0;
}

static void read_nth(void *readers, unsigned worker, size_t i)
{
    struct head_readers *r = readers;
    struct scanned *file = &r->scan->changes[i];

    bool is_read = !file->is_stray && !file->is_gone && !file->is_folder;
    int err = !is_read ? 0 : read_one(r, file, &r->scan->arenas[worker]);
    if (err)
        __atomic_store_n(&r->err, err, __ATOMIC_RELAXED);
    size_t done = __atomic_add_fetch(&r->done, 1, __ATOMIC_RELAXED);
    if (worker == 0 && r->progress)
        r->progress->step(r->progress->context, done, r->scan->count);
}

int content_scan(const struct content_folder *folder, const struct target *targets, size_t count,
                 const struct corpus *old, const struct content_scan_options *options,
                 struct content_scan *scan)
{
    struct scan_walk walk = {.folder = folder, .old = old, .options = options, .scan = scan};
    struct head_readers readers = {.folder = folder, .scan = scan, .progress = options->progress};

    *scan = (struct content_scan){0};
    walk.is_seen = calloc((old ? old->episode_cap : 0) + (size_t)1, sizeof(bool));
    int err = walk.is_seen ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && !err; i++)
        err = scan_target(&walk, &targets[i]);
    if (!err) {
        parallel_for(scan->count, options->threads, read_nth, &readers);
        err = readers.err;
    }
    free(walk.is_seen);
    free(walk.folders);
    return err;
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
    *scan = (struct content_scan){0};
}

int content_scan_first(const struct content_folder *folder, struct builder *builder,
                       const struct content_scan_progress *progress, struct corpus **corpus)
{
    const struct target all[] = {{.path = SLICE("")}};
    const struct content_scan_options options = {.threads = parallel_threads(),
                                                 .progress = progress};
    const struct configuration configuration = content_configuration(folder);
    struct content_scan scan;
    int err = builder_configure(builder, &configuration);
    if (err)
        return err;
    err = content_scan(folder, all, 1, NULL, &options, &scan);
    if (!err)
        err = corpus_next(builder, NULL, scan.changes, scan.count, corpus);
    content_scan_free(&scan);
    return err;
}
