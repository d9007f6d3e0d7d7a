#include "source/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "values/decode.h"

enum { MAX_CONFIG = 1024 * 1024 };

/* --- opening ---------------------------------------------------------------------------------- */

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

static int as_file(int err)
{
    return err == -ELOOP ? -EACCES : err;
}

static int open_file(const struct content_folder *folder, const char *path, struct file_id *id)
{
    struct stat st;
    cleanup_fd int fd = disk_open_here(folder->fd, path, DISK_OPEN);
    if (fd < 0)
        return as_file(fd);
    if (fstat(fd, &st))
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EACCES;
    *id = content_id_of(&st);
    return steal_fd(&fd);
}

int content_stat(const struct content_folder *folder, const char *path, struct stat *st)
{
    struct disk_act act = {.path = path, .flags = DISK_STAT};
    int err = disk_do(folder->disk, &act);
    *st = act.st;
    return err == -ELOOP ? -ENOTDIR : err; /* a link is no folder */
}

int content_stat_folder(const struct content_folder *folder, const char *path, struct stat *st)
{
    struct disk_act act = {.path = path, .flags = DISK_OPEN_FOLDER};
    int err = disk_do(folder->disk, &act);
    *st = act.st;
    return as_file(err);
}

int content_list(const struct content_folder *folder, const char *path, bool with_stats,
                 struct disk_act *list)
{
    *list = (struct disk_act){
        .path = path,
        .flags = DISK_OPEN_FOLDER,
        .lists = true,
        .with_stats = with_stats,
        .not_on = folder->own_device ? *folder->own_device : 0,
    };
    return as_file(disk_do(folder->disk, list));
}

/* --- reading in steps ------------------------------------------------------------------------- */

static int read_elsewhere(struct content_file *file, uint64_t offset, uint64_t len, struct buf *out)
{
    struct disk_act act = {
        .path = file->path, .flags = DISK_OPEN, .reads = true, .offset = offset, .len = len};
    int err = as_file(disk_do(file->folder->disk, &act));
    const struct file_id id = content_id_of(&act.st);
    bool is_other = file->id.inode && id.inode != file->id.inode;
    if (!err && !is_other)
        buf_add_slice(out, buf_slice(&act.bytes));
    if (!file->id.inode)
        file->id = id;
    disk_act_free(&act);
    return err ? err : is_other ? -EAGAIN : out->failed ? -ENOMEM : 0;
}

int content_open_file(const struct content_folder *folder, const char *path,
                      struct content_file *file)
{
    *file = (struct content_file){.folder = folder, .path = path};
    file->fd = open_file(folder, path, &file->id);
    if (file->fd == -EXDEV)
        return read_elsewhere(file, 0, CONTENT_FIRST_READ, &file->first);
    return file->fd < 0 ? file->fd : 0;
}

int content_read(struct content_file *file, uint64_t offset, uint64_t len, struct buf *out)
{
    if (file->fd >= 0)
        return disk_read(file->fd, offset, len, out, NULL);
    if (offset + len > CONTENT_FIRST_READ)
        return read_elsewhere(file, offset, len, out);
    buf_add_slice(out, slice_range(buf_slice(&file->first), offset, len));
    return out->failed ? -ENOMEM : 0;
}

void content_close_file(const struct content_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->first.data);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static struct buf steal_buf(struct buf *buf)
{
    struct buf stolen = *buf;
    *buf = (struct buf){0};
    return stolen;
}

/* Reads a file if it is still the one that was scanned; else -EAGAIN. */
static int read_same(const struct content_folder *folder, const struct source *source,
                     uint64_t offset, uint64_t len, struct buf *out)
{
    struct disk_act act = {
        .path = source->path.data, .flags = DISK_OPEN, .reads = true, .offset = offset, .len = len};
    int err = as_file(disk_do(folder->disk, &act));
    const struct file_id before = content_id_of(&act.st), after = content_id_of(&act.after);
    bool is_still = !err && act.bytes.len == len && file_id_equal(&before, source->id) &&
                    file_id_equal(&after, source->id);
    if (is_still && !out->data && !out->limit)
        *out = steal_buf(&act.bytes);
    else if (is_still)
        buf_add_slice(out, buf_slice(&act.bytes));
    disk_act_free(&act);
    return err == -ENOENT || (!err && !is_still) ? -EAGAIN : err ? err : out->failed ? -ENOMEM : 0;
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

/* A file that cannot be examined now counts as the same. */
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
    return as_file(disk_open(folder->fd, path, DISK_OPEN_FOLDER));
}

int content_open(const char *path, const struct limits *limits, struct content_folder *folder)
{
    *folder = (struct content_folder){.fd = -1, .limits = limits};
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0)
        return -errno;
    folder->disk = disk_new(folder->fd);
    if (!folder->disk)
        return -ENOMEM;
    folder->following = following_of(folder->fd);
    return config_defaults(&folder->arena, &folder->config);
}

void content_close(struct content_folder *folder)
{
    if (folder->fd >= 0)
        close(folder->fd);
    folder->fd = -1;
    disk_free(folder->disk);
    folder->disk = NULL;
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

/* Replaces the configuration in force. 0, -EINVAL after mistakes, or -ENOMEM. */
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
    cleanup_buf struct buf text = {0};
    cleanup_(content_close_file) struct content_file file;
    int err = content_open_file(folder, CONTENT_CONFIG, &file);
    const bool exists = err != -ENOENT; /* no file has no id */

    if (err && exists)
        return err;
    if (folder->is_configured && file_id_equal(&file.id, &folder->config_id))
        return 1;
    err = exists ? content_read(&file, 0, MAX_CONFIG + 1, &text) : 0;
    if (!err && text.len > MAX_CONFIG) {
        diags_add(diags, 0, 0, "", "more than 1 MiB");
        err = -EINVAL;
    }
    if (!err && folder->is_configured && file_id_equal(&folder->config_id, &folder->taken_id) &&
        slice_equal(buf_slice(&text), folder->config_text)) {
        folder->config_id = folder->taken_id = file.id; /* touched, and no more */
        return 1;
    }
    if (!err)
        err = take(folder, buf_slice(&text), &file.id, diags);
    /* After an error of reading, the next call tries again. */
    if (!err || err == -EINVAL) {
        folder->is_configured = true;
        folder->config_id = file.id;
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
