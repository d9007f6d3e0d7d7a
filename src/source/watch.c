#include "source/watch.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/inotify.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/path.h"

/* One watched folder. */
struct watched {
    int wd; /* the watch descriptor */
    char *path;
};

struct watch {
    const struct content_folder *folder;
    int fd;
    pthread_mutex_t lock; /* of the folders */
    struct watched *folders;
    size_t count, cap;
};

static const uint32_t mask = IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO |
                             IN_DELETE | IN_ATTRIB | IN_ONLYDIR | IN_EXCL_UNLINK;

int watch_new(const struct content_folder *folder, struct watch **watch)
{
    struct watch *made = calloc(1, sizeof *made);
    *watch = NULL;
    if (!made)
        return -ENOMEM;
    made->folder = folder;
    pthread_mutex_init(&made->lock, NULL);
    made->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    int err = made->fd < 0 ? -errno : 0;
    if (err)
        watch_free(made);
    else
        *watch = made;
    return err;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    if (watch->fd >= 0)
        close(watch->fd);
    for (size_t i = 0; i < watch->count; i++)
        free(watch->folders[i].path);
    free(watch->folders);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

int watch_fd(const struct watch *watch)
{
    return watch->fd;
}

/* --- the watched folders ---------------------------------------------------------------------- */

/* With the lock held. A folder that moved keeps its watch descriptor. The kernel counts descriptors
 * up, so the list is in their order. */
static struct watched *find(struct watch *watch, int wd)
{
    size_t low = 0, high = watch->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (watch->folders[middle].wd < wd)
            low = middle + 1;
        else
            high = middle;
    }
    return low < watch->count && watch->folders[low].wd == wd ? &watch->folders[low] : NULL;
}

/* With the lock held. */
static int remember(struct watch *watch, int wd, struct slice path)
{
    struct watched *known = find(watch, wd);
    char *copy = strndup(path.data, path.len);
    if (!copy)
        return -ENOMEM;
    if (known) {
        free(known->path);
        known->path = copy;
        return 0;
    }
    if (!array_reserve(&watch->folders, watch->count, &watch->cap, sizeof *watch->folders)) {
        free(copy);
        return -ENOMEM;
    }
    size_t at = watch->count++;
    for (; at > 0 && watch->folders[at - 1].wd > wd; at--)
        watch->folders[at] = watch->folders[at - 1];
    watch->folders[at] = (struct watched){wd, copy};
    return 0;
}

int watch_folder(struct watch *watch, struct slice path)
{
    struct stat st;
    /* Unlike content_open_folder(), this does not block if the file system is hung. */
    int err = content_stat_folder(watch->folder, path.data, &st);
    cleanup_fd int fd = err ? err : content_open_folder(watch->folder, path.data);
    if (fd < 0)
        return fd;
    pthread_mutex_lock(&watch->lock);
    /* inotify takes no descriptor, a path could lead through a link that an attacker just made, and
     * a confined worker has no /proc. Nothing else in the worker uses the working folder. */
    int wd = fchdir(fd) ? -1 : inotify_add_watch(watch->fd, ".", mask);
    err = wd < 0 ? -errno : remember(watch, wd, path);
    /* A working folder keeps its file system from being unmounted. */
    if (fchdir(watch->folder->fd) && !err)
        err = -errno;
    pthread_mutex_unlock(&watch->lock);
    return err;
}

/* With the lock held. Drops the watches of a folder that moved away; if it moved within the
 * content, the scan of its new path watches it again. */
static void forget_below(struct watch *watch, struct slice folder)
{
    for (size_t i = 0; i < watch->count; i++) {
        struct slice path = slice_of(watch->folders[i].path);
        if (slice_equal(path, folder) || path_is_below(path, folder))
            inotify_rm_watch(watch->fd, watch->folders[i].wd);
    }
}

/* With the lock held. After IN_IGNORED. */
static void forget(struct watch *watch, int wd)
{
    struct watched *known = find(watch, wd);
    if (!known)
        return;
    free(known->path);
    size_t at = (size_t)(known - watch->folders);
    memmove(known, known + 1, (watch->count - at - 1) * sizeof *known);
    watch->count--;
}

/* --- events ----------------------------------------------------------------------------------- */

struct draining {
    struct watch *watch;
    void (*changed)(void *context, struct slice path, bool is_written);
    void *context;
};

/* With the lock held. False if events were lost. */
static bool take_event(const struct draining *d, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW)
        return false;
    if (event->mask & IN_IGNORED) {
        forget(d->watch, event->wd);
        return true;
    }
    const struct watched *folder = find(d->watch, event->wd);
    /* An unmount uncovers the folder below. */
    if (folder && event->mask & IN_UNMOUNT)
        d->changed(d->context, slice_of(folder->path), false);
    /* The content folder has no watched parent that could report it. */
    if (folder && event->len == 0 && !*folder->path && event->mask & IN_ATTRIB)
        d->changed(d->context, SLICE(""), false);
    if (!folder || event->len == 0)
        return true;
    cleanup_buf struct buf path = {0};
    buf_add_text(&path, folder->path);
    if (path.len)
        buf_add_byte(&path, '/');
    buf_add_text(&path, event->name);
    if (path.failed)
        return false;
    if ((event->mask & (IN_MOVED_FROM | IN_ISDIR)) == (IN_MOVED_FROM | IN_ISDIR))
        forget_below(d->watch, buf_slice(&path));
    d->changed(d->context, buf_slice(&path),
               event->mask & (IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE));
    return true;
}

bool watch_drain(struct watch *watch,
                 void (*changed)(void *context, struct slice path, bool is_written), void *context)
{
    const struct draining draining = {watch, changed, context};
    _Alignas(struct inotify_event) char buffer[64 * 1024];
    bool is_whole = true;
    ssize_t got;

    while ((got = read(watch->fd, buffer, sizeof buffer)) > 0) {
        pthread_mutex_lock(&watch->lock);
        for (const char *at = buffer; at < buffer + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            is_whole &= take_event(&draining, event);
            at += sizeof *event + event->len;
        }
        pthread_mutex_unlock(&watch->lock);
    }
    return is_whole;
}
