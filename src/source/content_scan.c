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
#include "index/beside.h"
#include "source/stems.h"
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
    bool *is_seen; /* by number of the episode: it is known and still there */
    const struct target *target;
    struct listing *listings; /* of folders in which a target is a file */
    size_t listing_count, listing_cap;
    struct map added; /* what was added with its companions, by path */
};

/* What stands in a folder, by stems. */
struct listing {
    struct slice folder;
    struct stems stems;
};

/* Only what is in it says whether it is a transcript: nobody misses one that cannot be read. */
static bool may_be_other(struct slice path)
{
    return source_form_of(path) == SOURCE_JSON;
}

static bool is_transcript(const struct scan_walk *w, struct slice path)
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

static const struct stray *old_stray(const struct scan_walk *w, struct slice path)
{
    return w->old ? corpus_find_stray(w->old, path) : NULL;
}

static int note_unread(struct content_scan *scan, struct slice path)
{
    if (!array_reserve(&scan->unread, scan->unread_count, &scan->unread_cap, sizeof *scan->unread))
        return -ENOMEM;
    scan->unread[scan->unread_count++] = path;
    return 0;
}

/* Reports a file that the user may miss in the mount, because it is no readable transcript. */
static int add_stray(struct scan_walk *w, struct slice path, const char *problem)
{
    if (may_be_other(path))
        return 0;
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

/* Whether an episode has these files beside it. What they are to it follows from what they are. */
static bool has_companions(const struct companions *old, const struct companions *now)
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

/* Whether one of the files was written, whatever its times and size say. */
static bool is_written(const struct scan_walk *w, struct slice path,
                       const struct companions *companions)
{
    bool is_target = slice_equal(path, w->target->path) || path_is_below(path, w->target->path);
    for (uint32_t i = 0; i < companions->count && !is_target; i++)
        is_target = slice_equal(companions->at[i].path, w->target->path);
    return w->target->is_written && is_target;
}

/* A transcript: it is read unless it is the same as in the last corpus. */
static int add_transcript(struct scan_walk *w, struct slice path, const struct file_id *id,
                          const struct companions *companions)
{
    uint32_t number = w->old ? corpus_find_path(w->old, path) : NO_INDEX;
    struct scanned *file;
    if (number != NO_INDEX) {
        const struct episode *old = w->old->episodes[number];
        w->is_seen[number] = true;
        if (!is_written(w, path, companions) && !old->is_unread && file_id_equal(&old->id, id) &&
            has_companions(&old->companions, companions))
            return 0;
    }
    int err = add_file(w, path, &file);
    if (!err)
        file->companions = *companions;
    return err;
}

/* The owner, mode and times of a folder, if they changed. */
static int add_access(struct scan_walk *w, struct slice path, const struct stat *st)
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

/* The same of the folder in which a name came, went or changed. */
static int add_access_of_parent(struct scan_walk *w, struct slice path)
{
    struct stat st;
    struct slice parent = arena_copy(&w->scan->found, path_parent(path));
    if (!parent.data)
        return -ENOMEM;
    cleanup_fd int fd = content_open_folder(w->folder, parent.data);
    return fd >= 0 && fstat(fd, &st) == 0 ? add_access(w, parent, &st) : 0;
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
    int err = is_transcript(w, path) ? note_unread(w->scan, path) : 0;
    return err || !is_transcript(w, path) ? err : add_stray(w, path, strerror(error));
}

/* Scans one path; `name` is its last part. */
static int add_path(struct scan_walk *w, struct slice path, const char *name, const struct stat *st)
{
    mode_t type = st->st_mode & S_IFMT;
    /* A link without an extension may be meant as a folder of transcripts: report it too. */
    bool may_be_folder = type == S_IFDIR || (type == S_IFLNK && !strchr(name, '.'));
    if ((!may_be_folder && !is_transcript(w, path)) ||
        config_excludes(&w->folder->config, path.data, type == S_IFDIR))
        return 0;
    if (type == S_IFDIR)
        return add_folder(w, path);
    if (type != S_IFREG)
        return add_stray(w, path, type_problem(type));
    const struct file_id id = content_id_of(st);
    return add_transcript(w, path, &id, &(const struct companions){0});
}

static void close_dir(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

/* Notes a name, for its stem. It is kept. */
static int note_name(struct scan_walk *w, struct listing *listing, const char *name)
{
    struct slice kept = arena_copy(&w->scan->found, slice_of(name));
    return kept.data && stems_add(&listing->stems, kept) ? 0 : -ENOMEM;
}

/* --- what belongs together -------------------------------------------------------------------- */

/* A file of a stem. */
struct found {
    struct slice path;
    struct file_id id;
    bool is_there; /* … and is let in, and is a file */
};

static int find_file(struct scan_walk *w, struct slice folder, struct slice name,
                     struct found *found)
{
    struct stat st;
    *found = (struct found){0};
    if (!name.len)
        return 0;
    found->path = path_join(&w->scan->found, folder, name);
    if (!found->path.data)
        return -ENOMEM;
    found->is_there = content_stat(w->folder, found->path.data, &st) == 0 && S_ISREG(st.st_mode) &&
                      !config_excludes(&w->folder->config, found->path.data, false);
    if (found->is_there)
        found->id = content_id_of(&st);
    return 0;
}

/* The files of a stem, and which of them is the episode: STEM_NOTHING: none. */
struct found_stem {
    struct found files[STEM_KINDS];
    enum stem_kind primary;
    bool has_captions;
};

static int find_words(const struct content_folder *folder, const struct corpus *old,
                      struct slice path, const struct file_id *id, bool *has_words);

static int find_stem(struct scan_walk *w, const struct listing *listing, uint32_t number,
                     struct found_stem *stem)
{
    const struct stem *names = &listing->stems.at[number];
    int err = 0;
    *stem = (struct found_stem){.primary = STEM_NOTHING};
    for (enum stem_kind kind = 0; kind < STEM_KINDS && !err; kind++) {
        struct found *file = &stem->files[kind];
        err = find_file(w, listing->folder, names->files[kind], file);
        bool is_source = !err && file->is_there && kind < STEM_YAML && is_transcript(w, file->path);
        stem->has_captions |= is_source && kind != STEM_MARKDOWN;
        /* JSON that is no transcript hides none behind it. */
        bool has_words = true;
        if (is_source && stem->primary == STEM_JSON)
            err = find_words(w->folder, w->old, stem->files[STEM_JSON].path,
                             &stem->files[STEM_JSON].id, &has_words);
        if (is_source && (stem->primary == STEM_NOTHING || !has_words))
            stem->primary = kind;
    }
    /* What else stands beside Markdown is often no captions. */
    if (stem->primary == STEM_MARKDOWN)
        stem->has_captions = stem->files[STEM_WEBVTT].is_there || stem->files[STEM_SUBRIP].is_there;
    return err;
}

/* Markdown without words describes the captions beside it, and is no episode. */
static int find_description(struct scan_walk *w, struct found_stem *stem, bool *is_description)
{
    const struct found *markdown = &stem->files[STEM_MARKDOWN];
    bool has_words = true;
    int err = 0;
    if (markdown->is_there)
        err = find_words(w->folder, w->old, markdown->path, &markdown->id, &has_words);
    *is_description = !has_words;
    for (enum stem_kind kind = STEM_WEBVTT; !has_words && stem->primary == STEM_MARKDOWN; kind++) {
        if (kind == STEM_YAML)
            stem->primary = STEM_NOTHING;
        else if (stem->files[kind].is_there && is_transcript(w, stem->files[kind].path))
            stem->primary = kind;
    }
    return err;
}

static int add_companion(struct scan_walk *w, struct companions *companions, size_t *cap,
                         enum companion_role role, const struct found *file)
{
    if (!file->is_there)
        return 0;
    if (companions->count == *cap) {
        size_t more = *cap ? *cap * 2 : 8;
        struct companion *at = ARENA_NEW(&w->scan->found, struct companion, more);
        if (!at)
            return -ENOMEM;
        if (companions->count)
            memcpy(at, companions->at, companions->count * sizeof *at);
        companions->at = at;
        *cap = more;
    }
    companions->at[companions->count++] = (struct companion){file->path, file->id, (uint8_t)role};
    return 0;
}

static const struct found *first_of(const struct found *one, const struct found *other)
{
    return one->is_there ? one : other;
}

/* The other captions of its stem, in whatever languages. */
static int add_variants(struct scan_walk *w, const struct listing *listing, uint32_t number,
                        struct companions *companions, size_t *cap)
{
    const struct stems *stems = &listing->stems;
    uint32_t base = stems->at[number].base;
    int err = 0;
    if (base == number)
        return 0;
    for (uint32_t i = stems->at[base].first_variant; i != NO_STEM && !err;
         i = stems->at[i].next_variant) {
        struct found_stem variant;
        err = i == number ? 0 : find_stem(w, listing, i, &variant);
        if (!err && i != number && variant.primary != STEM_NOTHING && variant.has_captions)
            err = add_companion(w, companions, cap, COMPANION_VARIANT,
                                &variant.files[variant.primary]);
    }
    return err;
}

/* Reports as gone what was an episode and is a companion now. */
static int add_no_episode(struct scan_walk *w, const struct found *file)
{
    uint32_t number = w->old && file->path.len ? corpus_find_path(w->old, file->path) : NO_INDEX;
    if (number == NO_INDEX || w->is_seen[number])
        return 0;
    w->is_seen[number] = true;
    return add_gone(w, file->path);
}

/* Adds the episode of a stem, with all that belongs to it. */
static int add_stem(struct scan_walk *w, const struct listing *listing, uint32_t number)
{
    const struct stem *names = &listing->stems.at[number];
    struct found_stem stem, base = {.primary = STEM_NOTHING};
    struct companions companions = {0};
    size_t cap = 0;
    bool is_described = false, is_base_described = false;
    bool has_variants = names->base != number || names->first_variant != NO_STEM;
    int err = find_stem(w, listing, number, &stem);
    if (!err && names->base != number)
        err = find_stem(w, listing, names->base, &base);
    if (!err && (stem.has_captions || (has_variants && listing->stems.has_captions)))
        err = find_description(w, &stem, &is_described);
    if (!err && base.files[STEM_MARKDOWN].is_there)
        err = find_description(w, &base, &is_base_described);
    if (err)
        return err;
    for (enum stem_kind kind = 0; kind < STEM_YAML && !err; kind++) {
        if (kind != stem.primary)
            err = add_no_episode(w, &stem.files[kind]);
    }
    if (err || stem.primary == STEM_NOTHING)
        return err;
    struct found *primary = &stem.files[stem.primary];
    struct map_slot *slot = map_put(&w->added, primary->path);
    if (!slot || slot->value != UINT32_MAX)
        return slot ? 0 : -ENOMEM;
    slot->value = 0;
    for (enum stem_kind kind = 0; stem.has_captions && kind < STEM_YAML && !err; kind++) {
        if (kind != stem.primary && !(kind == STEM_MARKDOWN && is_described))
            err = add_companion(w, &companions, &cap, COMPANION_SOURCE, &stem.files[kind]);
    }
    const struct found none = {0};
    const struct {
        enum companion_role role;
        const struct found *file;
    } sidecars[] = {
        {COMPANION_YAML, first_of(&stem.files[STEM_YAML], &base.files[STEM_YAML])},
        {COMPANION_FRONT, is_described        ? &stem.files[STEM_MARKDOWN]
                          : is_base_described ? &base.files[STEM_MARKDOWN]
                                              : &none},
        {COMPANION_INFO, first_of(&stem.files[STEM_INFO], &base.files[STEM_INFO])},
    };
    for (size_t i = 0; stem.has_captions && i < sizeof sidecars / sizeof *sidecars && !err; i++)
        err = add_companion(w, &companions, &cap, sidecars[i].role, sidecars[i].file);
    if (!err && stem.has_captions)
        err = add_variants(w, listing, number, &companions, &cap);
    return err ? err : add_transcript(w, primary->path, &primary->id, &companions);
}

static int add_variants_of(struct scan_walk *w, const struct listing *listing, uint32_t base)
{
    int err = 0;
    for (uint32_t i = listing->stems.at[base].first_variant; i != NO_STEM && !err;
         i = listing->stems.at[i].next_variant)
        err = add_stem(w, listing, i);
    return err;
}

/* Adds all episodes that a file of this stem may belong to. */
static int add_stems_of(struct scan_walk *w, const struct listing *listing, struct slice name)
{
    if (listing->stems.count == 0)
        return 0;
    uint32_t number = stems_find(&listing->stems, name);
    uint32_t base = stems_find(&listing->stems, file_name_of_stem(name).stem);
    int err = number == NO_STEM ? 0 : add_stem(w, listing, number);
    if (!err && number != NO_STEM)
        err = add_variants_of(w, listing, number);
    if (!err && base != NO_STEM && base != number)
        err = add_stem(w, listing, base);
    if (!err && base != NO_STEM && base != number)
        err = add_variants_of(w, listing, base);
    return err;
}

/* The stems of the folder in which a target is a file. */
static int list_stems(struct scan_walk *w, struct slice folder, struct listing **listing)
{
    for (size_t i = 0; i < w->listing_count; i++) {
        *listing = &w->listings[i];
        if (slice_equal((*listing)->folder, folder))
            return 0;
    }
    if (!array_reserve(&w->listings, w->listing_count, &w->listing_cap, sizeof *w->listings))
        return -ENOMEM;
    *listing = &w->listings[w->listing_count++];
    **listing = (struct listing){.folder = arena_copy(&w->scan->found, folder)};
    if (!(*listing)->folder.data)
        return -ENOMEM;
    cleanup_fd int fd = content_open_folder(w->folder, (*listing)->folder.data);
    cleanup_(close_dir) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return fd == -ENOENT || fd == -ENOTDIR || fd >= 0 ? 0 : fd;
    steal_fd(&fd); /* the stream has it */
    const struct dirent *entry;
    int err = 0;
    while (!err && (errno = 0, entry = readdir(dir)))
        err = note_name(w, *listing, entry->d_name);
    return err ? err : -errno;
}

/* Whether a file can be an episode alone, as far as the listing of its folder goes. */
static bool is_alone(const struct listing *listing, struct slice name)
{
    struct slice stem;
    return stem_of_file(name, &stem) == STEM_MARKDOWN && !listing->stems.has_captions;
}

static int add_name(struct scan_walk *w, int dirfd, struct slice folder, const char *name,
                    unsigned char type)
{
    struct stat st = {.st_mode = DTTOIF(type)};
    int failed = 0;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    /* A known file is compared here; a new one gets its fstat() when it is read. */
    if (type == DT_UNKNOWN ||
        (w->old && type == DT_REG && source_form_of(slice_of(name)) != SOURCE_NONE)) {
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

/* Adds all that a folder has. */
static int list_names(struct scan_walk *w, DIR *dir, struct slice path)
{
    struct listing listing = {.folder = path};
    cleanup_buf struct buf single = {0}; /* names of files, each with a NUL byte behind it */
    const struct dirent *entry;
    struct slice stem;
    int err = 0;
    while (!err && (errno = 0, entry = readdir(dir))) {
        if (entry->d_type != DT_REG || stem_of_file(slice_of(entry->d_name), &stem) == STEM_NOTHING)
            err = add_name(w, dirfd(dir), path, entry->d_name, entry->d_type);
        else
            buf_add(&single, entry->d_name, strlen(entry->d_name) + 1);
        err = err ? err : -errno;
    }
    if (!err && (errno || single.failed))
        err = errno ? -errno : -ENOMEM;
    for (struct slice rest = buf_slice(&single), name;
         !err && slice_take(&rest, '\0', &name) && name.len;)
        err = note_name(w, &listing, name.data);
    for (struct slice rest = buf_slice(&single), name;
         !err && slice_take(&rest, '\0', &name) && name.len;) {
        enum stem_kind kind = stem_of_file(name, &stem);
        uint32_t number = stems_find(&listing.stems, stem);
        bool is_of_stem = number != NO_STEM && listing.stems.has_captions &&
                          slice_equal(listing.stems.at[number].files[kind], name);
        if (!is_of_stem)
            err = add_name(w, dirfd(dir), path, name.data, DT_REG);
    }
    for (uint32_t i = 0; listing.stems.has_captions && i < listing.stems.count && !err; i++)
        err = add_stem(w, &listing, i);
    stems_free(&listing.stems);
    return err;
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
        if (note_unread(w->scan, path))
            return -ENOMEM;
        return path.len && !problem.failed ? add_stray(w, path, problem.data) : fd;
    }
    struct stat st;
    int err = fstat(fd, &st) ? -errno : add_access(w, path, &st);
    cleanup_(close_dir) DIR *dir = err ? NULL : fdopendir(fd);
    if (!dir)
        return err ? err : -errno;
    steal_fd(&fd); /* the stream has it */
    err = list_names(w, dir, path);
    if (err)
        return err;
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

/* Scans what a file of the folder, which is there or not, may belong to. */
static int scan_stem(struct scan_walk *w, struct slice path, const struct stat *st)
{
    struct slice base = path_base(path), stem;
    struct listing *listing;
    if (stem_of_file(base, &stem) == STEM_NOTHING)
        return st ? add_path(w, path, base.data, st) : 0;
    int err = list_stems(w, path_parent(path), &listing);
    if (err)
        return err;
    uint32_t number = listing->stems.count ? stems_find(&listing->stems, stem) : NO_STEM;
    enum stem_kind kind = stem_of_file(base, &stem);
    bool is_of_stem = number != NO_STEM && slice_equal(listing->stems.at[number].files[kind], base);
    if (st && (is_alone(listing, base) || !is_of_stem))
        err = add_path(w, path, base.data, st);
    return err || is_alone(listing, base) ? err : add_stems_of(w, listing, stem);
}

static int scan_target(struct scan_walk *w, const struct target *target)
{
    struct slice path = target->path;
    struct stat st = {.st_mode = S_IFDIR};
    size_t before, folders = w->folder_count;

    w->target = target;
    if (is_in_excluded(w, path))
        return 0;
    int err = path.len ? add_access_of_parent(w, path) : 0;
    if (err || slice_equal(path, SLICE(CONTENT_CONFIG)))
        return err;
    err = path.len ? content_stat(w->folder, path.data, &st) : 0;
    if (err && err != -ENOENT && err != -ENOTDIR)
        return add_unseen(w, path, -err);
    if (err) {
        err = scan_gone(w, path);
        return err ? err : scan_stem(w, path, NULL);
    }
    /* Other files, such as pictures, do not concern the tree. */
    struct slice stem;
    bool is_file = S_ISREG(st.st_mode);
    if (is_file && stem_of_file(path_base(path), &stem) == STEM_NOTHING && !old_stray(w, path))
        return add_all_gone(w, path);
    err = add_accesses_above(w, path);
    before = w->scan->count;
    if (!err)
        err = is_file    ? scan_stem(w, path, &st)
              : path.len ? add_path(w, path, path_base(path).data, &st)
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

/* Reads ever more of the file, up to as much as is read of any, until it says what it is. */
static int read_head(int fd, struct scanned *file, struct arena *arena, struct diags *diags,
                     const struct content_folder *folder, struct sidecars *beside)
{
    cleanup_buf struct buf head = {0};
    uint64_t size = (uint64_t)file->id.size, most = folder->limits->at[LIMIT_FILE];

    for (size_t want = FIRST_READ;; want *= 4) {
        want = want < most ? want : (size_t)most;
        int err = content_read_range(fd, head.len, want - head.len, &head);
        if (err)
            return err;
        bool is_all = head.len >= size || head.len < want || want == most;
        err = scan_head(arena, file->path, buf_slice(&head), is_all, &folder->config,
                        folder->limits, beside, diags, &file->head, &file->facts);
        if (err != -EAGAIN)
            return err;
    }
}

static int read_front(int fd, struct scanned *file, struct arena *arena, struct diags *diags,
                      const struct content_folder *folder, struct sidecars *beside)
{
    cleanup_parse_guard struct parse_guard guard = parse_guard_begin(
        folder->quarantine, GUARDED_HEAD, file->path, &file->id);
    if (guard.is_quarantined) {
        parse_guard_report(&guard, diags);
        return 0;
    }
    int err = read_head(fd, file, arena, diags, folder, beside);
    guard.has_passed = !err;
    return err;
}

static int find_words(const struct content_folder *folder, const struct corpus *old,
                      struct slice path, const struct file_id *id, bool *has_words)
{
    uint32_t number = old ? corpus_find_path(old, path) : NO_INDEX;
    struct arena arena = {0};
    struct diags unheard = {.arena = &arena, .count = DIAGS_MAX};
    struct scanned file = {.path = path};
    if (number != NO_INDEX && file_id_equal(&old->episodes[number]->id, id)) {
        *has_words = old->episodes[number]->head.has_body;
        return 0;
    }
    cleanup_fd int fd = content_open_file(folder, path.data, &file.id);
    struct sidecars none = sidecars_begin(&arena);
    int err = fd < 0 ? fd : read_front(fd, &file, &arena, &unheard, folder, &none);
    *has_words = err || file.head.has_body;
    arena_free(&arena);
    return error_passes(err) ? err : 0;
}

/* A companion that fewer may read than the file itself would give something away. */
static void hide_private(struct scanned *file, struct diags *diags)
{
    const struct access_rule by_source = {.follows_source = true};
    for (uint32_t i = 0; i < file->companions.count; i++) {
        struct companion *companion = &file->companions.at[i];
        struct slice name = path_base(companion->path);
        bool is_private = access_is_less(&by_source, &companion->id.access, &file->id.access);
        if (!is_private)
            continue;
        if (companion->role != COMPANION_VARIANT)
            diags_add(diags, 0, 0, "it is left out", "%.*s: fewer may read it than the transcript",
                      (int)name.len, name.data);
        companion->role = COMPANION_PRIVATE;
    }
}

/* Reads what stands beside a file, and finds the track that was spoken. */
static int read_beside(const struct content_folder *folder, struct scanned *file,
                       struct diags *diags, struct sidecars *beside)
{
    const struct content content = content_reader(folder);
    hide_private(file, diags);
    int err = beside_describe(&content, file->path, &file->companions, folder->limits, diags,
                              beside);
    beside_find_spoken(file->path, beside, folder->config.original, &file->companions);
    return err == -EAGAIN ? 0 : err; /* it changed just now, which is told */
}

static int read_one(struct head_readers *r, struct scanned *file, struct arena *arena)
{
    struct diags diags = {.arena = arena};
    struct stat st;
    const struct limits *limits = r->folder->limits;
    struct sidecars beside = sidecars_begin(arena);
    cleanup_fd int fd = content_open_file(r->folder, file->path.data, &file->id);
    bool is_too_large = fd >= 0 && (uint64_t)file->id.size > limits->at[LIMIT_FILE];
    int err = fd < 0 ? fd : 0;

    if (!err && (!is_too_large || may_be_other(file->path)))
        err = read_beside(r->folder, file, &diags, &beside);
    if (!err && (!is_too_large || may_be_other(file->path)))
        err = read_front(fd, file, arena, &diags, r->folder, &beside);
    for (uint32_t i = 0; i < file->companions.count; i++)
        file->head.has_originals |= file->companions.at[i].role == COMPANION_SPOKEN;
    if (error_passes(err))
        return err;
    file->is_gone = file->head.is_no_transcript || (err && may_be_other(file->path));
    if (file->is_gone)
        return 0;
    if (is_too_large) {
        file->head.has_body = false;
        limit_refuse(limits, LIMIT_FILE, 0, &diags);
    }
    if (err) {
        diags_add(&diags, 0, 0, "the source is there and cannot be read", "%s", strerror(-err));
        file->is_unread = true;
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

/* Whether a file could not be read before either, and nothing else is new of it. */
static bool is_still_unread(const struct scanned *file, const struct corpus *old)
{
    if (!old || !file->is_unread || file->is_gone)
        return false;
    if (file->is_stray)
        return corpus_find_stray(old, file->path);
    uint32_t number = corpus_find_path(old, file->path);
    const struct episode *was = number == NO_INDEX ? NULL : old->episodes[number];
    return was && was->is_unread && file_id_equal(&was->id, &file->id) &&
           has_companions(&was->companions, &file->companions);
}

static int note_all_unread(struct content_scan *scan)
{
    int err = 0;
    for (size_t i = 0; i < scan->count && !err; i++) {
        if (scan->changes[i].is_unread && !scan->changes[i].is_gone)
            err = note_unread(scan, scan->changes[i].path);
    }
    return err;
}

/* What is no transcript, and was none, is no change; nor is what still cannot be read. */
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
    if (!err)
        err = note_all_unread(scan);
    for (size_t i = 0; i < walk.listing_count; i++)
        stems_free(&walk.listings[i].stems);
    free(walk.listings);
    map_free(&walk.added);
    forget_others(scan, old);
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
    free(scan->unread);
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
