#include "process/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/path.h"
#include "process/mount_table.h"
#include "tree/tree.h"

enum {
    MOST_LINKS = 40, /* the limit of the kernel */
    MOST_LOOKS = 4,  /* repeated looks while the path changes */
    SETTLE = 50,     /* milliseconds from an event to a look: a replacement takes several steps */
    BLIND_POLL = 10  /* seconds between looks if a watch is missing */
};

/*
 * What a walk watches. While the folder is there, it watches each part of the path itself, because
 * a watch on a folder like /tmp would report every file in it. inotify reports no IN_DELETE_SELF
 * for a folder that a process holds open, and the place holds the last one open: the walk also
 * watches the name of the last part. While the folder is missing, it watches all names on the path.
 */
enum watching { WATCH_NOTHING, WATCH_PARTS, WATCH_NAMES };

enum {
    OF_FOLDER = IN_DELETE_SELF | IN_MOVE_SELF,
    OF_LINK = OF_FOLDER | IN_ATTRIB,
    OF_LAST_NAME = IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO,
    OF_NAME = OF_LAST_NAME | IN_CREATE | IN_ATTRIB
};

/* A watch: a folder, and the name in it that counts; "" is the folder or the link itself. */
struct step {
    int wd;
    char *name;
};

struct place {
    struct place_options options;
    int folder;         /* O_PATH */
    struct stat served; /* of `folder` */
    uid_t owner;        /* of the first folder; a folder of another owner is not followed */
    const char *state;  /* as of the last look, which logged it */
    int events;         /* of inotify; -1: there is none */
    bool is_blind;      /* a watch is missing */
    unsigned poll;      /* seconds between looks; 0: none, or BLIND_POLL while it is blind */
    struct step *steps;
    size_t count, cap;
    bool is_due;
    struct timespec due;
    struct mount_table mounts;
};

/* --- watching --------------------------------------------------------------------------------- */

static void forget_steps(struct place *place)
{
    if (place->events >= 0)
        close(place->events);
    place->events = -1;
    for (size_t i = 0; i < place->count; i++)
        free(place->steps[i].name);
    place->count = 0;
}

static void watch(struct place *place, int folder, const char *name, uint32_t mask)
{
    char by_number[64];
    snprintf(by_number, sizeof by_number, "/proc/self/fd/%d", folder);
    int wd = inotify_add_watch(place->events, by_number, mask | IN_MASK_ADD);
    char *kept = wd < 0 ? NULL : strdup(name);
    if (!kept || !array_reserve(&place->steps, place->count, &place->cap, sizeof *place->steps)) {
        free(kept);
        place->is_blind = true;
        return;
    }
    place->steps[place->count++] = (struct step){wd, kept};
}

static bool concerns(const struct place *place, const struct inotify_event *event)
{
    const char *name = event->len ? event->name : "";
    if (event->mask & IN_Q_OVERFLOW)
        return true;
    for (size_t i = 0; i < place->count; i++) {
        if (place->steps[i].wd == event->wd && strcmp(place->steps[i].name, name) == 0)
            return true;
    }
    return false;
}

static void make_due(struct place *place, unsigned milliseconds)
{
    place->is_due = true;
    place->due = time_after(milliseconds);
}

static void make_due_soon(struct place *place)
{
    const struct timespec soon = time_after(SETTLE);
    if (!place->is_due || timespec_is_before(&soon, &place->due))
        make_due(place, SETTLE);
}

void place_note_events(struct place *place)
{
    _Alignas(struct inotify_event) char buffer[16 * 1024];
    bool is_concerned = false;
    ssize_t got;
    while ((got = read(place->events, buffer, sizeof buffer)) > 0) {
        for (const char *at = buffer; at < buffer + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            is_concerned |= concerns(place, event);
            at += sizeof *event + event->len;
        }
    }
    if (is_concerned)
        make_due_soon(place);
}

/* A mount on the path or over the folder replaces the folder, so that a look is due too. */
bool place_note_mounts(struct place *place)
{
    make_due_soon(place);
    return mount_table_has_changed(&place->mounts, place->folder);
}

static void begin_watching(struct place *place)
{
    forget_steps(place);
    place->events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    place->is_blind = place->events < 0;
}

/* --- walking ---------------------------------------------------------------------------------- */

struct walk {
    struct place *place;
    enum watching watching;
    uint64_t *trail;     /* a hash of the inodes on the way */
    int at;              /* the folder that it has reached: O_PATH */
    struct buf resolved; /* the path of `at` without links; "" is the root */
    struct buf rest;     /* the parts that remain */
    unsigned links;
};

/* Opens a part of the path, a folder or a link. O_DIRECTORY comes first, as it triggers an
 * automount. A descriptor or a negative errno. */
static int open_part(int folder, const char *name)
{
    int part = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (part < 0 && errno == ENOTDIR)
        part = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    return part < 0 ? -errno : part;
}

/* Takes ownership of the descriptor, or passes the negative errno on. */
static int go_to(struct walk *w, int folder)
{
    if (folder < 0)
        return folder;
    if (w->at >= 0)
        close(w->at);
    w->at = folder;
    return 0;
}

static int go_to_root(struct walk *w)
{
    w->resolved.len = 0;
    return go_to(w, open_part(AT_FDCWD, "/"));
}

static int go_up(struct walk *w)
{
    w->resolved.len = path_parent(buf_slice(&w->resolved)).len;
    return go_to(w, open_part(w->at, ".."));
}

/* Puts the target of a link before the rest. */
static int follow_link(struct walk *w, struct slice target)
{
    cleanup_buf struct buf rest = {0};
    buf_add_slice(&rest, target);
    buf_add_byte(&rest, '/');
    buf_add_slice(&rest, buf_slice(&w->rest));
    if (rest.failed)
        return -ENOMEM;
    struct buf before = w->rest;
    w->rest = rest;
    rest = before;
    if (++w->links > MOST_LINKS)
        return -ELOOP;
    return target.data[0] == '/' ? go_to_root(w) : 0;
}

static int read_link(struct walk *w, int link)
{
    char target[PATH_MAX];
    ssize_t len = readlinkat(link, "", target, sizeof target);
    if (len < 0)
        return -errno;
    w->resolved.len = path_parent(buf_slice(&w->resolved)).len;
    return len == 0 || len == sizeof target ? -ENAMETOOLONG
                                            : follow_link(w, (struct slice){target, (size_t)len});
}

/* Compares paths, since a stat() of the mount would hang if its server does not answer. */
static bool is_mount(const struct walk *w)
{
    return slice_equal(buf_slice(&w->resolved), slice_of(w->place->options.mount_path));
}

/* Whether no name follows. */
static bool is_at_end(const struct walk *w)
{
    struct slice rest = buf_slice(&w->rest), part;
    while (slice_take(&rest, '/', &part)) {
        if (part.len && !slice_equal(part, SLICE(".")))
            return false;
    }
    return true;
}

static void watch_part(const struct walk *w, int part, const char *name, bool is_link)
{
    if (w->watching != WATCH_PARTS)
        return;
    watch(w->place, part, "", is_link ? OF_LINK : OF_FOLDER);
    if (!is_link && is_at_end(w))
        watch(w->place, w->at, name, OF_LAST_NAME);
}

static int go_down(struct walk *w, const char *name)
{
    struct stat st;
    if (w->watching == WATCH_NAMES)
        watch(w->place, w->at, name, OF_NAME);
    buf_printf(&w->resolved, "/%s", name);
    if (w->resolved.failed)
        return -ENOMEM;
    if (is_mount(w))
        return -EXDEV;
    cleanup_fd int part = open_part(w->at, name);
    if (part < 0)
        return part;
    if (fstat(part, &st))
        return -errno;
    const uint64_t met[] = {*w->trail, st.st_dev, st.st_ino};
    *w->trail = hash64((struct slice){(const char *)met, sizeof met}, 0);
    watch_part(w, part, name, S_ISLNK(st.st_mode));
    if (S_ISLNK(st.st_mode))
        return read_link(w, part);
    return S_ISDIR(st.st_mode) ? go_to(w, steal_fd(&part)) : -ENOTDIR;
}

static int take_name(struct walk *w, char name[NAME_MAX + 1])
{
    const char *slash = memchr(w->rest.data, '/', w->rest.len);
    size_t len = slash ? (size_t)(slash - w->rest.data) : w->rest.len;
    if (len > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(name, w->rest.data, len);
    name[len] = '\0';
    size_t taken = len + (slash != NULL);
    memmove(w->rest.data, w->rest.data + taken, w->rest.len - taken);
    w->rest.len -= taken;
    return 0;
}

static int walk_on(struct walk *w)
{
    char name[NAME_MAX + 1];
    int err = take_name(w, name);
    if (err || *name == '\0' || strcmp(name, ".") == 0)
        return err;
    return strcmp(name, "..") == 0 ? go_up(w) : go_down(w, name);
}

static bool is_around_mount(const struct walk *w)
{
    return path_is_below(slice_of(w->place->options.mount_path), buf_slice(&w->resolved));
}

/* Opens the folder that the path leads to: a descriptor, which the caller closes, or a negative
 * errno; -EXDEV if the folder is in or around the mount. */
static int walk_along(struct place *place, enum watching watching, uint64_t *trail)
{
    struct walk w = {.place = place, .watching = watching, .trail = trail, .at = -1};
    *trail = 0;
    if (watching != WATCH_NOTHING)
        begin_watching(place);
    buf_add_text(&w.rest, place->options.path);
    int err = w.rest.failed ? -ENOMEM : go_to_root(&w);
    while (!err && w.rest.len)
        err = walk_on(&w);
    if (!err && is_around_mount(&w))
        err = -EXDEV;
    buf_free(&w.resolved);
    buf_free(&w.rest);
    if (err && w.at >= 0)
        close(w.at);
    return err ? err : w.at;
}

/* --- looking ---------------------------------------------------------------------------------- */

/* The result of a look. */
struct found {
    int folder; /* -1: there is none, or it is not to be followed */
    struct stat st;
    const char *state;
    int err;
    uint64_t trail;
};

static const char there[] = "there", deleted[] = "deleted", moved_away[] = "moved away",
                  foreign[] = "of another owner", around_mount[] = "in or around the mount",
                  unreadable[] = "not readable";

static bool is_deleted(const struct place *place)
{
    struct stat st;
    return fstat(place->folder, &st) == 0 && st.st_nlink == 0;
}

static const char *state_without(const struct place *place, int err)
{
    if (err == -EXDEV)
        return around_mount;
    if (err != -ENOENT && err != -ENOTDIR)
        return unreadable;
    return is_deleted(place) ? deleted : moved_away;
}

/* Whether a worker could open it; a negative errno if not. */
static int try_to_open(int folder)
{
    cleanup_fd int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : 0;
}

static bool is_served(const struct place *place, const struct stat *st)
{
    return st->st_dev == place->served.st_dev && st->st_ino == place->served.st_ino;
}

static struct found look_once(struct place *place, enum watching watching)
{
    struct found found = {.state = there};
    cleanup_fd int folder = walk_along(place, watching, &found.trail);
    found.err = folder < 0 ? folder : fstat(folder, &found.st) ? -errno : 0;
    if (!found.err && !is_served(place, &found.st)) {
        found.err = try_to_open(folder);
        if (!found.err && found.st.st_uid != place->owner)
            found.state = foreign;
    }
    if (found.err)
        found.state = state_without(place, found.err);
    found.folder = found.state == there ? steal_fd(&folder) : -1;
    return found;
}

static void drop(const struct found *found)
{
    if (found->folder >= 0)
        close(found->folder);
}

/* Looks a second time after it set the watches, since a part may have changed in between. Starts
 * over if one did, or if the state calls for the other kind of watches. */
static struct found look(struct place *place)
{
    bool is_there = place->state == there;
    for (int tries = 0;; tries++) {
        struct found before = look_once(place, is_there ? WATCH_PARTS : WATCH_NAMES);
        struct found found = look_once(place, WATCH_NOTHING);
        bool is_same = found.trail == before.trail && found.err == before.err;
        drop(&before);
        if (is_same && (found.state == there) == is_there)
            return found;
        if (tries == MOST_LOOKS) {
            make_due(place, SETTLE);
            return found;
        }
        is_there = found.state == there;
        drop(&found);
    }
}

static void tell(const struct place *place, const struct found *found, bool is_other)
{
    void (*log)(const char *format, ...) = place->options.log;
    const char *path = place->options.path;
    if (is_other)
        log("another content folder stands at \"%s\"; following that one", path);
    else if (found->state == place->state)
        return;
    else if (found->state == there)
        log("content folder \"%s\" is back", path);
    else if (found->state == deleted)
        log("content folder \"%s\" was deleted; the mount is empty", path);
    else if (found->state == moved_away)
        log("content folder \"%s\" was moved away; still serving it", path);
    else if (found->state == foreign)
        log("content folder \"%s\" belongs to user %u now; not following it", path,
            (unsigned)found->st.st_uid);
    else if (found->state == around_mount)
        log("content folder \"%s\" is in or around the mount now; not following it", path);
    else
        log("content folder \"%s\": %s; still serving the old one", path, strerror(-found->err));
}

bool place_look(struct place *place)
{
    struct content_place *told = place->options.state;
    place->is_due = false;
    struct found found = look(place);
    bool is_other = found.folder >= 0 && !is_served(place, &found.st);
    unsigned poll = place->poll ? place->poll : place->is_blind ? BLIND_POLL : 0;
    if (poll && !place->is_due)
        make_due(place, poll * 1000);
    tell(place, &found, is_other);
    place->state = found.state;
    __atomic_store_n(&told->state, found.state, __ATOMIC_RELAXED);
    if (is_other) {
        close(place->folder);
        place->folder = found.folder;
        place->served = found.st;
        (void)mount_table_has_changed(&place->mounts, place->folder);
        __atomic_add_fetch(&told->replaced, 1, __ATOMIC_RELAXED);
    } else if (found.folder >= 0) {
        close(found.folder);
    }
    return is_other;
}

int place_due(const struct place *place)
{
    const struct timespec now = time_after(0);
    if (!place || !place->is_due)
        return -1;
    if (!timespec_is_before(&now, &place->due))
        return 0;
    return (int)((place->due.tv_sec - now.tv_sec) * 1000 +
                 (place->due.tv_nsec - now.tv_nsec) / 1000000 + 1);
}

void place_make_due(struct place *place)
{
    if (place)
        make_due(place, 0);
}

/* --- beginning and ending --------------------------------------------------------------------- */

char *place_absolute(const char *path)
{
    cleanup_buf struct buf whole = {0};
    cleanup_free char *here = *path == '/' ? NULL : getcwd(NULL, 0);
    size_t len;
    if (*path != '/' && !here)
        return NULL;
    struct slice rest = slice_of(path), part;
    if (here && strcmp(here, "/") != 0)
        buf_add_text(&whole, here);
    while (slice_take(&rest, '/', &part)) {
        if (part.len == 0 || slice_equal(part, SLICE(".")))
            continue;
        buf_add_byte(&whole, '/');
        buf_add_slice(&whole, part);
    }
    if (whole.len == 0)
        buf_add_byte(&whole, '/');
    return whole.failed ? NULL : buf_take(&whole, &len);
}

int place_open(const struct place_options *options, struct place **place_)
{
    struct place *place = calloc(1, sizeof *place);
    *place_ = NULL;
    if (!place)
        return -ENOMEM;
    *place = (struct place){
        .options = *options, .state = there, .events = -1, .mounts = {.fd = -1}};
    uint64_t trail;
    place->folder = walk_along(place, WATCH_PARTS, &trail);
    int err = place->folder < 0 ? place->folder : 0;
    if (!err && fstat(place->folder, &place->served))
        err = -errno;
    if (err) {
        place_close(place);
        return err;
    }
    place->owner = place->served.st_uid;
    place->mounts = mount_table_open(place->folder);
    options->state->state = there;
    make_due(place, 0); /* a part may have changed before its watch was set */
    *place_ = place;
    return 0;
}

void place_close(struct place *place)
{
    if (!place)
        return;
    place_stop_watching(place);
    free(place->steps);
    if (place->folder >= 0)
        close(place->folder);
    free(place);
}

void place_stop_watching(struct place *place)
{
    if (!place)
        return;
    forget_steps(place);
    mount_table_close(&place->mounts);
}

void place_poll(struct place *place, unsigned seconds)
{
    place->poll = seconds;
}

int place_folder(const struct place *place)
{
    return place->folder;
}

int place_mounts(const struct place *place)
{
    return place ? place->mounts.fd : -1;
}

int place_events(const struct place *place)
{
    return place ? place->events : -1;
}
