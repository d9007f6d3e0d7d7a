#include "edge/content.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/parallel.h"
#include "parse/body.h"

enum {
    FIRST_READ = 16 * 1024, /* holds the front matter of nearly every file */
    SHORT_BODY = 4 * 1024,
    MAX_CONFIG = 1024 * 1024,
    MAX_DEPTH = 64,
};

/* --- opening ---------------------------------------------------------------------------------- */

/* Opens a path below the folder, and only there. A descriptor or a negative errno. */
static int open_below(int folder, const char *path, int flags)
{
    struct open_how how = {
        .flags = (uint64_t)(flags | O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    for (int tries = 0;; tries++) {
        long fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (fd >= 0)
            return (int)fd;
        /* EAGAIN: a rename went on while the path was walked. */
        if (errno != EAGAIN || tries == 100)
            return errno == EXDEV || errno == ELOOP ? -EACCES : -errno;
    }
}

static struct file_id id_of(const struct stat *st)
{
    return (struct file_id){
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = st->st_size,
        .mtime = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
        .ctime = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
    };
}

static bool same_id(const struct file_id *a, const struct file_id *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime == b->mtime && a->ctime == b->ctime;
}

/* Opens a regular file and says which it is. A descriptor or a negative errno. */
static int open_file(int folder, const char *path, struct file_id *id)
{
    struct stat st;
    cleanup_fd int fd = open_below(folder, path, 0);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st))
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EACCES;
    *id = id_of(&st);
    return steal_fd(&fd);
}

/* Appends up to `len` bytes from `offset`; fewer where the file ends. */
static int read_range(int fd, uint64_t offset, uint64_t len, struct buf *out)
{
    if (!buf_reserve(out, len))
        return -ENOMEM;
    while (len) {
        ssize_t got = pread(fd, out->data + out->len, len, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        out->len += (size_t)got;
        offset += (uint64_t)got;
        len -= (uint64_t)got;
    }
    return 0;
}

static int read_episode(void *folder_, const struct episode *episode, uint64_t offset, uint64_t len,
                        struct buf *out)
{
    const struct content_folder *folder = folder_;
    struct file_id id;
    struct stat st;

    cleanup_fd int fd = open_file(folder->fd, episode->path.data, &id);
    if (fd < 0)
        return fd == -ENOENT ? -ESTALE : fd;
    if (!same_id(&id, &episode->id))
        return -ESTALE;
    size_t before = out->len;
    int err = read_range(fd, offset, len, out);
    if (err)
        return err;
    if (fstat(fd, &st))
        return -errno;
    id = id_of(&st);
    if (!same_id(&id, &episode->id) || out->len - before != len) {
        out->len = before;
        return -ESTALE;
    }
    return 0;
}

struct content content_reader(struct content_folder *folder)
{
    return (struct content){read_episode, folder};
}

int content_open(const char *path, struct content_folder *folder)
{
    *folder = (struct content_folder){.fd = -1};
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0)
        return -errno;
    return config_defaults(&folder->arena, &folder->config);
}

void content_close(struct content_folder *folder)
{
    if (folder->fd >= 0)
        close(folder->fd);
    folder->fd = -1;
    arena_free(&folder->arena);
}

int content_configure(struct content_folder *folder, struct diags *diags)
{
    struct file_id id;
    cleanup_buf struct buf text = {0};
    cleanup_fd int fd = open_file(folder->fd, ".transcriptfs.yaml", &id);

    diags->arena = &folder->arena;
    if (fd == -ENOENT)
        return 0;
    if (fd < 0)
        return fd;
    int err = read_range(fd, 0, MAX_CONFIG, &text);
    return err ? err : config_read(&folder->arena, buf_slice(&text), diags, &folder->config);
}

/* --- finding ---------------------------------------------------------------------------------- */

/* Paths and what was found at them. */
struct finding {
    const struct content_folder *folder;
    struct arena arena; /* of paths and of the problems found on the way */
    struct scanned *files;
    size_t count, cap;
    struct slice *folders; /* still to be listed */
    size_t folder_count, folder_cap;
};

static bool is_transcript(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name && (strcasecmp(dot, ".md") == 0 || strcasecmp(dot, ".markdown") == 0);
}

static int add_file(struct finding *f, struct slice path, struct scanned **file)
{
    if (!array_reserve(&f->files, f->count, &f->cap, sizeof *f->files))
        return -ENOMEM;
    *file = &f->files[f->count++];
    **file = (struct scanned){.path = path};
    return 0;
}

/* Something that is no transcript and that somebody may look for: it is told, and left out. */
static int add_stray(struct finding *f, struct slice path, const char *problem)
{
    struct diags diags = {.arena = &f->arena};
    struct scanned *file;
    int err = add_file(f, path, &file);
    if (err)
        return err;
    file->is_stray = true;
    diags_add(&diags, 0, 0, "it is left out", "%s", problem);
    file->problems = diags.first;
    return 0;
}

static int add_folder(struct finding *f, struct slice path)
{
    size_t depth = 0;
    for (size_t i = 0; i < path.len; i++)
        depth += path.data[i] == '/';
    if (depth >= MAX_DEPTH)
        return add_stray(f, path, "a folder more than 64 deep");
    if (!array_reserve(&f->folders, f->folder_count, &f->folder_cap, sizeof *f->folders))
        return -ENOMEM;
    f->folders[f->folder_count++] = path;
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

static int join(struct arena *arena, struct slice folder, const char *name, struct slice *path)
{
    cleanup_buf struct buf joined = {0};
    buf_add_slice(&joined, folder);
    if (folder.len)
        buf_add_byte(&joined, '/');
    buf_add_text(&joined, name);
    *path = joined.failed ? (struct slice){0} : arena_copy(arena, buf_slice(&joined));
    return path->data ? 0 : -ENOMEM;
}

static int add_name(struct finding *f, int dirfd, struct slice folder, const struct dirent *entry)
{
    const char *name = entry->d_name;
    mode_t type = DTTOIF(entry->d_type);
    struct slice path;
    struct scanned *file;
    struct stat st;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    if (entry->d_type == DT_UNKNOWN) {
        if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
            return errno == ENOENT ? 0 : -errno;
        type = st.st_mode & S_IFMT;
    }
    /* A link without an ending may be meant as a folder of transcripts: that is told too. */
    bool may_be_folder = type == S_IFDIR || (type == S_IFLNK && !strchr(name, '.'));
    if (!may_be_folder && !is_transcript(name))
        return 0;
    int err = join(&f->arena, folder, name, &path);
    if (err || config_excludes(&f->folder->config, path.data, type == S_IFDIR))
        return err;
    if (type == S_IFDIR)
        return add_folder(f, path);
    return type == S_IFREG ? add_file(f, path, &file) : add_stray(f, path, type_problem(type));
}

static void close_dir(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

static int list_folder(struct finding *f, struct slice path)
{
    cleanup_fd int fd = open_below(f->folder->fd, path.len ? path.data : ".", O_DIRECTORY);
    if (fd < 0) {
        cleanup_buf struct buf problem = {0};
        buf_printf(&problem, "the folder cannot be read: %s", strerror(-fd));
        return path.len && !problem.failed ? add_stray(f, path, problem.data) : fd;
    }
    cleanup_(close_dir) DIR *dir = fdopendir(fd);
    if (!dir)
        return -errno;
    steal_fd(&fd); /* the stream has it */
    int err = 0;
    const struct dirent *entry;
    while (!err && (errno = 0, entry = readdir(dir)))
        err = add_name(f, dirfd(dir), path, entry);
    return err ? err : -errno;
}

static int find_files(struct finding *f)
{
    int err = list_folder(f, SLICE(""));
    while (!err && f->folder_count)
        err = list_folder(f, f->folders[--f->folder_count]);
    return err;
}

/* --- reading what each says about itself ------------------------------------------------------ */

struct reading {
    struct finding *found;
    const struct config *config;
    struct arena arenas[PARALLEL_MAX_THREADS]; /* one a worker */
    const struct content_progress *progress;
    size_t done; /* by all; only counted */
    int err;     /* -ENOMEM, where that ended it */
};

/* Whether there are words behind the front matter. A short body is read to know it; a long one
 * is taken to have some, so that this costs no reading. */
static int find_words(struct slice head, uint64_t size, struct scanned *file, bool *has_words)
{
    struct slice text = slice_skip(head, file->body);
    struct arena arena = {0};
    struct diags unheard = {.arena = &arena, .count = DIAGS_MAX};
    struct body body;

    *has_words = true;
    if (head.len < size || text.len > SHORT_BODY)
        return 0;
    int err = body_read(text, file->body_line, NULL, &unheard, &body);
    *has_words = body.count > 0;
    body_free(&body);
    arena_free(&arena);
    return err;
}

/* The front matter is looked for in ever more of the file. */
static int read_front(int fd, struct scanned *file, struct arena *arena, struct diags *diags,
                      const struct config *config)
{
    cleanup_buf struct buf head = {0};
    struct front front;
    size_t want = FIRST_READ;
    uint64_t size = (uint64_t)file->id.size;
    int err;

    for (;; want *= 4) {
        err = read_range(fd, head.len, want - head.len, &head);
        if (err)
            return err;
        err = front_read(arena, buf_slice(&head), head.len >= size || head.len < want, diags,
                         &front);
        if (err != -EAGAIN)
            break;
    }
    if (err)
        return err;
    file->body = front.body;
    file->body_line = front.body_line;
    file->has_front = front.map && front.map->count;
    file->has_values = front.map && !yaml_is_empty(front.map);
    file->has_originals = body_may_have_originals(buf_slice(&head));
    err = find_words(buf_slice(&head), size, file, &file->has_body);
    return err ? err : facts_read(arena, config, front.map, diags, file);
}

static int read_one(struct reading *r, struct scanned *file, struct arena *arena)
{
    struct diags diags = {.arena = arena};
    struct stat st;
    int err = 0;
    int dir = r->found->folder->fd;
    cleanup_fd int fd = open_file(dir, file->path.data, &file->id);

    if (fd < 0)
        err = fd;
    else if (file->id.size > CONTENT_MAX_FILE)
        diags_add(&diags, 0, 0, "only source.md is served", "a file of more than 64 MiB");
    else
        err = read_front(fd, file, arena, &diags, r->config);
    if (err == -ENOMEM)
        return err;
    if (err) {
        diags_add(&diags, 0, 0, "source.md is there and cannot be read", "%s", strerror(-err));
        if (fstatat(dir, file->path.data, &st, AT_SYMLINK_NOFOLLOW) == 0)
            file->id = id_of(&st);
        else
            file->is_stray = true; /* it went while the folder was read */
    }
    file->problems = diags.first;
    return 0;
}

static void read_nth(void *reading, unsigned worker, size_t i)
{
    struct reading *r = reading;
    struct scanned *file = &r->found->files[i];

    int err = file->is_stray ? 0 : read_one(r, file, &r->arenas[worker]);
    if (err)
        __atomic_store_n(&r->err, err, __ATOMIC_RELAXED);
    size_t done = __atomic_add_fetch(&r->done, 1, __ATOMIC_RELAXED);
    if (worker == 0 && r->progress)
        r->progress->step(r->progress->context, done, r->found->count);
}

int content_scan(const struct content_folder *folder, unsigned threads,
                 const struct content_progress *progress, const struct corpus_options *options,
                 struct corpus **corpus)
{
    struct finding found = {.folder = folder};
    struct reading reading = {.found = &found, .config = &folder->config, .progress = progress};

    *corpus = NULL;
    int err = find_files(&found);
    if (!err) {
        parallel_for(found.count, threads, read_nth, &reading);
        err = reading.err;
    }
    if (!err)
        err = corpus_build(found.files, found.count, &folder->config, options, corpus);
    for (int i = 0; i < PARALLEL_MAX_THREADS; i++)
        arena_free(&reading.arenas[i]);
    arena_free(&found.arena);
    free(found.files);
    free(found.folders);
    return err;
}
