#include "fuse/mountpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/path.h"

/* A path as one word of a shell command, without quotes where it needs none. */
static void add_quoted(struct buf *out, const char *path)
{
    if (path[strspn(path,
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%")] ==
        '\0') {
        buf_add_text(out, path);
        return;
    }
    path_add_quoted(out, slice_of(path));
}

/* stat() of a dead mount may succeed, because the kernel caches its root; statfs() asks the server.
 */
static int ask_folder(const char *path, struct stat *st)
{
    struct statfs fs;
    return stat(path, st) || statfs(path, &fs) ? -errno : 0;
}

static int check_folder(const char *what, const char *path, char **resolved, struct buf *why)
{
    struct stat st;

    int err = ask_folder(path, &st);
    if (err == -ENOTCONN) {
        cleanup_free char *real = realpath(path, NULL); /* fusermount3 follows no link */
        buf_printf(why,
                   "%s \"%s\" is a dead mount: its process has ended\n"
                   "To clear it: fusermount3 -uz ",
                   what, path);
        add_quoted(why, real ? real : path);
        buf_add_text(why, "\nor start with -o replace");
        return err;
    }
    if (err) {
        buf_printf(why, "%s \"%s\": %s", what, path, strerror(-err));
        return err;
    }
    if (!S_ISDIR(st.st_mode)) {
        buf_printf(why, "%s \"%s\" is no folder", what, path);
        return -ENOTDIR;
    }
    *resolved = realpath(path, NULL);
    return *resolved ? 0 : -errno;
}

/* Whether `path` is `folder` or stands below it. Both are resolved. */
static bool is_inside(const char *path, const char *folder)
{
    return strcmp(path, folder) == 0 ||
           path_is_below(slice_of(path), slice_of(strcmp(folder, "/") == 0 ? "" : folder));
}

/* Looks into the folder that was opened, and not at what the path leads to by now. */
static int check_empty(const char *path, int folder, struct buf *why)
{
    cleanup_fd int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_dir DIR *dir = again < 0 ? NULL : fdopendir(again);
    const struct dirent *entry;
    if (!dir) {
        int err = -errno;
        buf_printf(why, "mount point \"%s\": %s", path, strerror(-err));
        return err;
    }
    (void)steal_fd(&again); /* it is the stream's */
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            strcmp(entry->d_name, ".gitkeep") == 0)
            continue;
        buf_printf(why,
                   "mount point \"%s\" is not empty (\"%s\" is in it)\n"
                   "Choose an empty folder, or hide its files with -o nonempty",
                   path, entry->d_name);
        return -ENOTEMPTY;
    }
    return 0;
}

/* A line of mountinfo. */
struct mount_line {
    struct mounted mounted;
    unsigned parent;
    char place[4097];
};

/* proc(5): the number of the mount, that of the one it stands on, the device, and as the fifth
 * field the place; the type stands behind a dash. */
static bool read_mount_line(const char *line, struct mount_line *read)
{
    const char *behind = strstr(line, " - ");
    struct mounted *mounted = &read->mounted;
    /* sscanf() does not tell of a number that is too large; the kernel writes none.
     * NOLINTNEXTLINE(cert-err34-c) */
    if (!behind || sscanf(line, "%u %u %u:%u %*s %4096s", &mounted->id, &read->parent,
                          &mounted->major, &mounted->minor, read->place) != 5)
        return false;
    path_decode_octal(read->place);
    return sscanf(behind, " - %64s", mounted->type) == 1;
}

/* Calls `each` for every mount that this process sees. */
static void for_each_mount(void (*each)(void *context, const struct mount_line *line),
                           void *context)
{
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    cleanup_free char *text = NULL;
    size_t cap = 0;
    struct mount_line line;
    while (mounts && getline(&text, &cap, mounts) > 0) {
        if (read_mount_line(text, &line))
            each(context, &line);
    }
    if (mounts)
        fclose(mounts);
}

struct at_path {
    const char *path;
    struct mounted *found;
    bool is_there;
};

static void note_at_path(void *sought_, const struct mount_line *line)
{
    struct at_path *sought = sought_;
    if (strcmp(line->place, sought->path) != 0)
        return;
    *sought->found = line->mounted;
    sought->is_there = true;
}

bool mountpoint_find_mounted(const char *path, struct mounted *found)
{
    struct at_path sought = {.path = path, .found = found};
    for_each_mount(note_at_path, &sought);
    return sought.is_there;
}

struct own_place {
    const struct mounted *mounted;
    char *place;
    bool is_covered;
};

static void note_own_place(void *own_, const struct mount_line *line)
{
    struct own_place *own = own_;
    own->is_covered |= line->parent == own->mounted->id;
    if (line->mounted.id == own->mounted->id && line->mounted.major == own->mounted->major &&
        line->mounted.minor == own->mounted->minor && !own->place)
        own->place = strdup(line->place);
}

char *mountpoint_place_of(const struct mounted *mounted, bool *is_covered)
{
    struct own_place own = {.mounted = mounted};
    for_each_mount(note_own_place, &own);
    *is_covered = own.is_covered;
    return own.place;
}

int mountpoint_open_abort(const struct mounted *mounted)
{
    char path[64];
    snprintf(path, sizeof path, "/sys/fs/fuse/connections/%u/abort", mounted->minor);
    return open(path, O_WRONLY | O_CLOEXEC);
}

/* autofs waits for us to mount there. */
static int check_unmounted(const char *path, struct buf *why)
{
    struct mounted mounted;
    if (!mountpoint_find_mounted(path, &mounted) || strcmp(mounted.type, "autofs") == 0)
        return 0;
    buf_printf(why,
               "mount point \"%s\" is in use: a file system of type %s is mounted there\n"
               "To unmount it: %s ",
               path, mounted.type,
               strncmp(mounted.type, "fuse", 4) == 0 ? "fusermount3 -u" : "umount");
    add_quoted(why, path);
    return -EBUSY;
}

static int open_folder(struct mountpoint *point, struct buf *why)
{
    struct stat st;
    point->claim = open(point->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (point->claim >= 0 ? fstat(point->claim, &st) : stat(point->path, &st)) {
        int err = -errno;
        buf_printf(why, "mount point \"%s\": %s", point->path, strerror(-err));
        return err;
    }
    point->device = st.st_dev;
    point->inode = st.st_ino;
    return 0;
}

/* Locks the folder, so that no other transcriptfs begins to mount there before we have. If the
 * folder cannot be locked, it claims nothing. */
static int claim_folder(const struct mountpoint *point, struct buf *why)
{
    if (point->claim < 0 || flock(point->claim, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return 0;
    buf_printf(why, "mount point \"%s\": another transcriptfs is about to mount there",
               point->path);
    return -EBUSY;
}

int mountpoint_enter(const struct mountpoint *point)
{
    struct stat st;
    cleanup_fd int fd = open(point->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st))
        return -errno;
    if (st.st_dev != point->device || st.st_ino != point->inode)
        return -ESTALE;
    return fchdir(fd) ? -errno : 0;
}

int mountpoint_check(const char *content, const char *mountpoint, bool nonempty,
                     char **content_path, struct mountpoint *point, struct buf *why)
{
    int err = check_folder("content folder", content, content_path, why);
    if (err || !mountpoint)
        return err;
    err = check_folder("mount point", mountpoint, &point->path, why);
    if (!err)
        err = open_folder(point, why);
    if (err)
        return err;
    /* The analyzer assumes that errno may be 0.
     * NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
    if (strcmp(*content_path, point->path) == 0) {
        buf_printf(why, "the content folder and the mount point are the same: \"%s\"", content);
        return -EINVAL;
    }
    if (is_inside(point->path, *content_path)) {
        buf_printf(why,
                   "mount point \"%s\" is inside the content folder \"%s\", which would then "
                   "contain itself\nChoose a folder outside of it",
                   mountpoint, content);
        return -EINVAL;
    }
    if (is_inside(*content_path, point->path)) {
        buf_printf(why,
                   "content folder \"%s\" is inside the mount point \"%s\", which would hide it\n"
                   "Choose another mount point",
                   content, mountpoint);
        return -EINVAL;
    }
    err = claim_folder(point, why);
    if (!err)
        err = check_unmounted(point->path, why);
    return err || nonempty ? err : check_empty(point->path, point->claim, why);
}

int mountpoint_unmount(const char *place, bool by_force)
{
    char *const arguments[] = {"fusermount3", "-u", "-z", "--", (char *)(uintptr_t)place, NULL};
    pid_t child;
    int status;

    if (umount2(place, MNT_DETACH | UMOUNT_NOFOLLOW | (by_force ? MNT_FORCE : 0)) == 0)
        return 0;
    if (geteuid() == 0)
        return -errno;
    int err = posix_spawnp(&child, arguments[0], NULL, NULL, arguments, environ);
    if (err)
        return -err;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPERM;
}

int mountpoint_clear_dead(const char *mountpoint)
{
    struct stat st;
    if (ask_folder(mountpoint, &st) != -ENOTCONN)
        return 0;
    cleanup_free char *real = realpath(mountpoint, NULL); /* an unmount follows no link */
    return mountpoint_unmount(real ? real : mountpoint, false);
}

/* --- refusals --------------------------------------------------------------------------------- */

/* Whether execvp() would find it. mount(8) starts its helpers without a PATH. */
static bool is_in_path(const char *program)
{
    const char *path = getenv("PATH");
    struct slice rest = slice_of(path ? path : "/bin:/usr/bin"), part;
    while (slice_take(&rest, ':', &part)) {
        cleanup_buf struct buf file = {0};
        buf_add_slice(&file, part);
        buf_printf(&file, "/%s", program);
        if (!file.failed && access(file.data, X_OK) == 0)
            return true;
    }
    return false;
}

/* Whether /etc/fuse.conf has the line, as fusermount3 reads it. */
static bool users_may_let_others_in(void)
{
    FILE *file = fopen("/etc/fuse.conf", "re");
    char line[256];
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file))
        found = slice_equal(slice_trim((struct slice){line, strcspn(line, "#")}),
                            SLICE("user_allow_other"));
    if (file)
        fclose(file);
    return found;
}

/* AppArmor's profile of fusermount3, in Ubuntu since 25.04, lets it mount in a few places only. */
static void explain_profile_of_fusermount(const char *mountpoint, struct buf *why)
{
    buf_printf(why,
               "AppArmor may be the reason, as journalctl -k would tell: it lets fusermount3 mount "
               "below /home, /mnt, /media, /run/user and /tmp only\n"
               "Choose such a folder, or allow this one: put the lines\n"
               "  mount fstype=@{fuse_types} options=(nosuid,nodev,ro,noexec) -> \"%s/\",\n"
               "  umount \"%s/\",\n"
               "into /etc/apparmor.d/local/fusermount3, and run "
               "apparmor_parser -r /etc/apparmor.d/fusermount3",
               mountpoint, mountpoint);
}

/* A profile of a container is for all that runs in it: Docker's lets nobody mount, root neither. */
static void explain_container(struct buf *why)
{
    char label[256];
    cleanup_fd int fd = open("/proc/self/attr/apparmor/current", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, label, sizeof label) : 0;
    struct slice profile = slice_trim((struct slice){label, len > 0 ? (size_t)len : 0});
    bool is_confined = slice_ends(profile, SLICE("(enforce)"));
    if (is_confined)
        buf_printf(why, "AppArmor holds this program to the profile %.*s, which may forbid it\n",
                   (int)profile.len, profile.data);
    buf_printf(why,
               "if this is a container, start it with --device /dev/fuse --cap-add SYS_ADMIN%s",
               is_confined ? " --security-opt apparmor=unconfined" : "");
}

void mountpoint_explain_refusal(const char *mountpoint, bool lets_others_in, struct buf *why)
{
    bool is_user = geteuid() != 0;
    if (is_user && !is_in_path("fusermount3"))
        buf_add_text(why, "there is no fusermount3, with which users mount: install the package "
                          "fuse3");
    else if (is_user && access(mountpoint, W_OK))
        buf_add_text(why, "a user mounts on folders that she may write to: choose one of yours");
    else if (is_user && lets_others_in && !users_may_let_others_in())
        buf_add_text(why, "allow_other and allow_root need the line \"user_allow_other\" in "
                          "/etc/fuse.conf");
    else if (is_user && access("/etc/apparmor.d/fusermount3", F_OK) == 0)
        explain_profile_of_fusermount(mountpoint, why);
    else
        explain_container(why);
}

int mountpoint_check_fuse(struct buf *why)
{
    cleanup_fd int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (access("/proc/self/mountinfo", R_OK)) {
        buf_add_text(why, "there is no /proc, by which a mount is found again to unmount it\n"
                          "Mount it with 'mount -t proc proc /proc'\n"
                          "Without it, 'transcriptfs --check' and 'transcriptfs-dump' still work");
        return -ENOENT;
    }
    if (fd >= 0)
        return 0;
    int err = -errno;
    if (err == -ENOENT || err == -ENODEV || err == -ENXIO)
        buf_add_text(why, "there is no /dev/fuse: the kernel has no FUSE here\n"
                          "Load it with 'modprobe fuse'; in a container, start that with "
                          "--device /dev/fuse --cap-add SYS_ADMIN\n"
                          "Without it, 'transcriptfs --check' and 'transcriptfs-dump' still work");
    else
        buf_printf(why,
                   "/dev/fuse cannot be opened: %s\n"
                   "On most systems every user may: sudo chmod 666 /dev/fuse",
                   strerror(-err));
    return err;
}
