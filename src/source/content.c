#include "source/content.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "values/decode.h"

enum { MAX_CONFIG = 1024 * 1024 };

/* --- opening ---------------------------------------------------------------------------------- */

enum {
    OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC,
    STAT_FLAGS = O_PATH | O_NOFOLLOW | O_CLOEXEC
};

/* Where the kernel has no openat2() (before 5.6, and in containers that do not know it): one part
 * of the path after the other, none of which may be a link or lead up. */
static int open_by_steps(int folder, const char *path, int flags)
{
    cleanup_fd int at = -1;
    struct slice rest = slice_of(path), part;

    while (slice_take(&rest, '/', &part)) {
        char name[NAME_MAX + 1];
        if (part.len == 0 || part.len > NAME_MAX || slice_equal(part, SLICE("..")))
            return -ELOOP;
        memcpy(name, part.data, part.len);
        name[part.len] = '\0';
        int next = openat(at < 0 ? folder : at, name, rest.data ? OPEN_FLAGS | O_DIRECTORY : flags);
        if (next < 0)
            return -errno;
        if (at >= 0)
            close(at);
        at = next;
    }
    return steal_fd(&at);
}

/* Opens a path below the folder, and only there. A descriptor or a negative errno: -ELOOP where a
 * link, or a way up, is in it. */
static int open_below(int folder, const char *path, int flags)
{
    struct open_how how = {
        .flags = (uint64_t)flags,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    for (int tries = 0;; tries++) {
        long fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (fd >= 0)
            return (int)fd;
        if (errno == ENOSYS || errno == EPERM)
            return open_by_steps(folder, path, flags);
        /* EAGAIN: a rename went on while the path was walked. */
        if (errno != EAGAIN || tries == 100)
            return errno == EXDEV ? -ELOOP : -errno;
    }
}

struct file_id content_id_of(const struct stat *st)
{
    return (struct file_id){
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = st->st_size,
        .stamps = {instant_of(&st->st_mtim), instant_of(&st->st_ctim)},
        .access = {st->st_uid, st->st_gid, st->st_mode & 0555},
        .links = (uint32_t)st->st_nlink,
    };
}

int content_open_file(const struct content_folder *folder, const char *path, struct file_id *id)
{
    struct stat st;
    cleanup_fd int fd = open_below(folder->fd, path, OPEN_FLAGS);
    if (fd < 0)
        return fd == -ELOOP ? -EACCES : fd;
    if (fstat(fd, &st))
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EACCES;
    *id = content_id_of(&st);
    return steal_fd(&fd);
}

int content_stat(const struct content_folder *folder, const char *path, struct stat *st)
{
    cleanup_fd int fd = open_below(folder->fd, path, STAT_FLAGS);
    if (fd < 0)
        return fd == -ELOOP ? -ENOTDIR : fd; /* a link is no folder */
    return fstat(fd, st) ? -errno : 0;
}

int content_read_range(int fd, uint64_t offset, uint64_t len, struct buf *out)
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

static int read_same(const struct content_folder *folder, const struct source *source,
                     uint64_t offset, uint64_t len, struct buf *out)
{
    struct file_id id = {0};
    struct stat st;
    cleanup_fd int fd = content_open_file(folder, source->path.data, &id);
    if (fd < 0)
        return fd == -ENOENT ? -EAGAIN : fd;
    if (!file_id_equal(&id, source->id))
        return -EAGAIN;
    size_t before = out->len;
    int err = content_read_range(fd, offset, len, out);
    if (err)
        return err;
    if (fstat(fd, &st))
        return -errno;
    id = content_id_of(&st);
    if (!file_id_equal(&id, source->id) || out->len - before != len) {
        out->len = before;
        return -EAGAIN;
    }
    return 0;
}

static int read_source(const void *folder_, const struct source *source, uint64_t offset,
                       uint64_t len, struct buf *out)
{
    const struct content_folder *folder = folder_;
    int err = read_same(folder, source, offset, len, out);
    if (err == -EAGAIN && folder->changed)
        folder->changed(folder->context, source->path, false);
    return err;
}

/* One that cannot be examined now counts as the same. */
static bool is_same(const void *folder_, const struct source *source)
{
    const struct content_folder *folder = folder_;
    struct stat st;
    struct file_id id = {0};
    int err = content_stat(folder, source->path.data, &st);
    if (!err)
        id = content_id_of(&st);
    if (err ? err != -ENOENT : file_id_equal(&id, source->id))
        return true;
    if (folder->changed)
        folder->changed(folder->context, source->path, false);
    return false;
}

struct content content_reader(const struct content_folder *folder)
{
    return (struct content){
        .read = read_source,
        .is_same = is_same,
        .context = folder,
        .quarantine = folder->quarantine,
    };
}

int content_open_folder(const struct content_folder *folder, const char *path)
{
    int fd = open_below(folder->fd, *path ? path : ".", OPEN_FLAGS | O_DIRECTORY);
    return fd == -ELOOP ? -EACCES : fd;
}

int content_open(const char *path, const struct limits *limits, struct content_folder *folder)
{
    *folder = (struct content_folder){.fd = -1, .limits = limits};
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0)
        return -errno;
    folder->following = following_of(folder->fd);
    return config_defaults(&folder->arena, &folder->config);
}

void content_close(struct content_folder *folder)
{
    if (folder->fd >= 0)
        close(folder->fd);
    folder->fd = -1;
    arena_free(&folder->arena);
}

/* --- the configuration ------------------------------------------------------------------------ */

static int read_config(struct arena *arena, struct slice bytes, const struct limits *limits,
                       struct diags *diags, struct config *config)
{
    cleanup_decoded struct decoded decoded;
    int err = decode(bytes, true, &decoded);
    if (!err && decoded.encoding == ENCODING_UTF32) {
        diags_add(diags, 0, 0, "", "UTF-32, which is not read");
        err = -EINVAL;
    }
    return err ? err : config_read(arena, decoded.text, limits, diags, config);
}

/* Has a configuration hold, in place of the one before. -EINVAL after mistakes, or -ENOMEM. */
static int take(struct content_folder *folder, struct slice text, const struct file_id *id,
                struct diags *diags)
{
    struct arena arena = {0};
    struct config config = {0};
    struct slice kept = arena_copy(&arena, text);
    int err = kept.data ? config_defaults(&arena, &config) : -ENOMEM;
    if (!err)
        err = read_config(&arena, kept, folder->limits, diags, &config);
    if (err) {
        arena_free(&arena);
        return err;
    }
    arena_free(&folder->arena);
    folder->arena = arena;
    folder->config = config;
    folder->config.forms = folder->forms;
    folder->config_text = kept;
    folder->taken_id = *id;
    return 0;
}

int content_configure(struct content_folder *folder, struct diags *diags)
{
    struct file_id id = {0};
    cleanup_buf struct buf text = {0};
    cleanup_fd int fd = content_open_file(folder, CONTENT_CONFIG, &id);

    if (fd < 0 && fd != -ENOENT)
        return fd;
    if (folder->is_configured && file_id_equal(&id, &folder->config_id))
        return 1;
    int err = fd >= 0 ? content_read_range(fd, 0, MAX_CONFIG + 1, &text) : 0;
    if (!err && text.len > MAX_CONFIG) {
        diags_add(diags, 0, 0, "", "more than 1 MiB");
        err = -EINVAL;
    }
    if (!err)
        err = take(folder, buf_slice(&text), &id, diags);
    /* One that could not be read is tried again. */
    if (!err || err == -EINVAL) {
        folder->is_configured = true;
        folder->config_id = id;
    }
    return err;
}

int content_take_configuration(struct content_folder *folder,
                               const struct configuration *configuration)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    int err = take(folder, configuration->text, &configuration->id, &diags);
    arena_free(&arena);
    folder->is_configured = !err;
    folder->config_id = configuration->id;
    return err;
}

struct configuration content_configuration(const struct content_folder *folder)
{
    const struct view_rule *rule = config_view(&folder->config, SLICE("date"));
    return (struct configuration){
        .id = folder->taken_id,
        .text = folder->config_text,
        .date_view = rule ? rule->view : SLICE(""),
        .own = folder->config.own,
    };
}
