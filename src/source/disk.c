#include "source/disk.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "cues/source_form.h"

/* --- opening ------------------------------------------------------------------------------------
 */

/* For kernels without openat2() (before 5.6) and containers that block it: opens one part of the
 * path after the other. */
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
        int next = openat(at < 0 ? folder : at, name, rest.data ? DISK_OPEN_FOLDER : flags);
        if (next < 0)
            return -errno;
        if (at >= 0)
            close(at);
        at = next;
    }
    return steal_fd(&at);
}

static int open_below(int folder, const char *path, int flags, uint64_t more)
{
    struct open_how how = {
        .flags = (uint64_t)flags,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | more,
    };
    path = *path ? path : ".";
    for (int tries = 0;; tries++) {
        long fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (fd >= 0)
            return (int)fd;
        if (errno == ENOSYS || errno == EPERM)
            return open_by_steps(folder, path, flags);
        /* EAGAIN: a rename interfered with the walk along the path. */
        if (errno != EAGAIN || tries == 100)
            return -errno;
    }
}

int disk_open_here(int folder, const char *path, int flags)
{
    return open_below(folder, path, flags, RESOLVE_NO_XDEV);
}

int disk_open(int folder, const char *path, int flags)
{
    int fd = open_below(folder, path, flags, 0);
    return fd == -EXDEV ? -ELOOP : fd;
}

/* --- acting -------------------------------------------------------------------------------------
 */

/* After each step that may take long. */
static bool may_go_on(struct disk_act *act)
{
    __atomic_store_n(&act->stepped, time_after(0).tv_sec, __ATOMIC_RELAXED);
    return !__atomic_load_n(&act->is_given_up, __ATOMIC_RELAXED);
}

int disk_read(int fd, uint64_t offset, uint64_t len, struct buf *out, struct disk_act *act)
{
    if (!buf_reserve(out, len))
        return -ENOMEM;
    while (len && (!act || may_go_on(act))) {
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

static int read_range(struct disk_act *act, int fd)
{
    if (!S_ISREG(act->st.st_mode))
        return -EACCES;
    int err = disk_read(fd, act->offset, act->len, &act->bytes, act);
    return err ? err : fstat(fd, &act->after) ? -errno : 0;
}

static int stat_name(struct disk_act *act, int folder, struct disk_name *name)
{
    struct stat *st = ARENA_NEW(&act->arena, struct stat, 1);
    if (!st)
        return -ENOMEM;
    if (fstatat(folder, name->name, st, AT_SYMLINK_NOFOLLOW))
        name->error = errno;
    else
        name->st = st;
    return 0;
}

static int add_name(struct disk_act *act, int folder, const struct dirent *entry)
{
    struct slice name = slice_of(entry->d_name);
    if (slice_equal(name, SLICE(".")) || slice_equal(name, SLICE("..")))
        return 0;
    struct slice kept = arena_copy(&act->arena, name);
    if (!kept.data || !array_reserve(&act->names, act->count, &act->cap, sizeof *act->names))
        return -ENOMEM;
    struct disk_name *added = &act->names[act->count++];
    *added = (struct disk_name){.name = kept.data, .type = entry->d_type};
    bool is_source = entry->d_type == DT_REG && source_form_of(name) != SOURCE_NONE;
    return entry->d_type == DT_UNKNOWN || (act->with_stats && is_source)
               ? stat_name(act, folder, added)
               : 0;
}

static int list(struct disk_act *act, int *fd)
{
    if (act->not_on && act->st.st_dev == act->not_on)
        return -EXDEV;
    cleanup_dir DIR *dir = fdopendir(*fd);
    if (!dir)
        return -errno;
    int folder = steal_fd(fd); /* the stream owns it */
    const struct dirent *entry;
    int err = 0;
    while (!err && may_go_on(act) && (errno = 0, entry = readdir(dir)))
        err = add_name(act, folder, entry);
    return err ? err : -errno;
}

static int act_on(struct disk_act *act, int opened)
{
    cleanup_fd int fd = opened;
    if (fd < 0)
        return fd;
    may_go_on(act);
    if (fstat(fd, &act->st))
        return -errno;
    return act->lists ? list(act, &fd) : act->reads ? read_range(act, fd) : 0;
}

void disk_act_free(struct disk_act *act)
{
    buf_free(&act->bytes);
    arena_free(&act->arena);
    free(act->names);
    act->names = NULL;
}

/* --- hung file systems --------------------------------------------------------------------------
 */

/* A file system that is mounted in the folder, and was hung once. */
struct mounted {
    char *path;
    uint32_t waiting; /* threads in acts that were given up; 0: it is not hung */
};

struct disk {
    int folder;
    pthread_mutex_t lock; /* of what follows */
    struct mounted *mounted;
    size_t count, cap;
    uint32_t waiting; /* in all of them */
    bool is_left;     /* after disk_free(): the last waiting thread frees it */
    void (*tell)(void *context, struct slice path, bool is_hung);
    void *context;
};

struct disk *disk_new(int folder)
{
    struct disk *disk = calloc(1, sizeof *disk);
    if (disk) {
        disk->folder = folder;
        pthread_mutex_init(&disk->lock, NULL);
    }
    return disk;
}

static void free_all(struct disk *disk)
{
    for (size_t i = 0; i < disk->count; i++)
        free(disk->mounted[i].path);
    free(disk->mounted);
    pthread_mutex_destroy(&disk->lock);
    free(disk);
}

void disk_free(struct disk *disk)
{
    if (!disk)
        return;
    pthread_mutex_lock(&disk->lock);
    disk->tell = NULL;
    disk->is_left = disk->waiting;
    bool is_left = disk->is_left;
    pthread_mutex_unlock(&disk->lock);
    if (!is_left)
        free_all(disk);
}

void disk_tell(struct disk *disk, void (*tell)(void *context, struct slice path, bool is_hung),
               void *context)
{
    pthread_mutex_lock(&disk->lock);
    disk->tell = tell;
    disk->context = context;
    for (size_t i = 0; i < disk->count; i++) {
        if (tell && disk->mounted[i].waiting)
            tell(context, slice_of(disk->mounted[i].path), true);
    }
    pthread_mutex_unlock(&disk->lock);
}

/* With the lock held. Finds or adds the file system at `path`; NULL if memory runs out. */
static struct mounted *find(struct disk *disk, const char *path)
{
    for (size_t i = 0; i < disk->count; i++) {
        if (strcmp(disk->mounted[i].path, path) == 0)
            return &disk->mounted[i];
    }
    char *copy = strdup(path);
    if (!copy || !array_reserve(&disk->mounted, disk->count, &disk->cap, sizeof *disk->mounted)) {
        free(copy);
        return NULL;
    }
    disk->mounted[disk->count] = (struct mounted){.path = copy};
    return &disk->mounted[disk->count++];
}

/* With the lock held. `by` is 1 or -1. */
static void count_waiting(struct disk *disk, const char *path, int by)
{
    struct mounted *mounted = find(disk, path);
    if (!mounted)
        return;
    bool was_hung = mounted->waiting;
    mounted->waiting += (uint32_t)by;
    disk->waiting += (uint32_t)by;
    if (disk->tell && was_hung != (mounted->waiting > 0))
        disk->tell(disk->context, slice_of(path), !was_hung);
}

/* --- acting elsewhere ---------------------------------------------------------------------------
 */

/* An act in a thread of its own. The caller takes the result, or gives the act up; then the thread
 * frees the errand. */
struct errand {
    struct disk *disk;
    struct disk_act act;
    char *path;       /* of the act */
    char *mounted_at; /* the file system, below the folder */
    pthread_cond_t changed;
    bool is_done;
    int err;
};

static void free_errand(struct errand *errand)
{
    disk_act_free(&errand->act);
    pthread_cond_destroy(&errand->changed);
    free(errand->path);
    free(errand->mounted_at);
    free(errand);
}

/* Cuts a path behind the first part on which another file system is mounted. */
static void cut_behind_mount(int folder, char *path)
{
    for (char *end = strchr(path, '/'); end; end = strchr(end + 1, '/')) {
        *end = '\0';
        cleanup_fd int fd = disk_open_here(folder, path, DISK_STAT);
        if (fd == -EXDEV)
            return;
        *end = '/';
    }
}

static struct errand *new_errand(struct disk *disk, const struct disk_act *act)
{
    struct errand *errand = calloc(1, sizeof *errand);
    if (!errand)
        return NULL;
    errand->disk = disk;
    errand->act = *act;
    errand->path = strdup(act->path);
    errand->mounted_at = strdup(act->path);
    errand->act.path = errand->path;
    cond_init_timed(&errand->changed);
    if (errand->path && errand->mounted_at) {
        cut_behind_mount(disk->folder, errand->mounted_at);
        return errand;
    }
    free_errand(errand);
    return NULL;
}

/* Unshares the descriptors: when the process dies, a thread that cannot die then keeps none of them
 * open, such as that of the mount, but the folder. */
static void keep_only(int folder)
{
    if (unshare(CLONE_FILES))
        return;
    if (folder > 0)
        close_range(0, (unsigned)folder - 1, 0);
    close_range((unsigned)folder + 1, UINT_MAX, 0);
}

static void *go(void *errand_)
{
    struct errand *errand = errand_;
    struct disk *disk = errand->disk;
    keep_only(disk->folder);
    int fd = disk_open(disk->folder, errand->path, errand->act.flags);
    int err = act_on(&errand->act, fd);
    pthread_mutex_lock(&disk->lock);
    errand->err = err;
    errand->is_done = true;
    pthread_cond_signal(&errand->changed);
    bool is_given_up = errand->act.is_given_up;
    if (is_given_up)
        count_waiting(disk, errand->mounted_at, -1);
    bool is_last = disk->is_left && disk->waiting == 0;
    pthread_mutex_unlock(&disk->lock);
    if (is_given_up)
        free_errand(errand);
    if (is_last)
        free_all(disk);
    return NULL;
}

static int start(struct errand *errand)
{
    enum { STACK = 256 * 1024 };
    errand->act.stepped = time_after(0).tv_sec;
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int err = pthread_create(&thread, &attributes, go, errand);
    pthread_attr_destroy(&attributes);
    return -err;
}

/* With the lock held. False if a step takes too long. */
static bool wait_for(struct errand *errand)
{
    time_t *stepped = &errand->act.stepped, last;
    do {
        last = __atomic_load_n(stepped, __ATOMIC_RELAXED);
        const struct timespec end = {.tv_sec = last + 1 + DISK_PATIENCE};
        int err = 0;
        while (!errand->is_done && err != ETIMEDOUT)
            err = pthread_cond_timedwait(&errand->changed, &errand->disk->lock, &end);
    } while (!errand->is_done && __atomic_load_n(stepped, __ATOMIC_RELAXED) != last);
    return errand->is_done;
}

static int send_for(struct errand *errand, struct disk_act *act)
{
    struct disk *disk = errand->disk;
    const struct mounted *mounted = find(disk, errand->mounted_at);
    int err = !mounted ? -ENOMEM : mounted->waiting ? -ETIMEDOUT : start(errand);
    if (err) {
        free_errand(errand);
        return err;
    }
    if (!wait_for(errand)) {
        __atomic_store_n(&errand->act.is_given_up, true, __ATOMIC_RELAXED);
        count_waiting(disk, errand->mounted_at, 1);
        return -ETIMEDOUT;
    }
    const char *path = act->path;
    err = errand->err;
    *act = errand->act;
    act->path = path;
    errand->act = (struct disk_act){0};
    free_errand(errand);
    return err;
}

int disk_do(struct disk *disk, struct disk_act *act)
{
    int fd = disk_open_here(disk->folder, act->path, act->flags);
    if (fd != -EXDEV)
        return act_on(act, fd);
    struct errand *errand = new_errand(disk, act);
    if (!errand)
        return -ENOMEM;
    pthread_mutex_lock(&disk->lock);
    int err = send_for(errand, act);
    pthread_mutex_unlock(&disk->lock);
    return err;
}
