#define FUSE_USE_VERSION 314

#include "fuse/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "fuse/mountpoint.h"

struct mount {
    struct fuse_session *session; /* it mounts only; the worker serves */
    char *place;
};

/* --- messages --------------------------------------------------------------------------------- */

static char last_message[512];

__attribute__((format(printf, 2, 0))) static void keep_message(enum fuse_log_level level,
                                                               const char *format, va_list args)
{
    if (level == FUSE_LOG_DEBUG)
        vfprintf(stderr, format, args);
    else
        vsnprintf(last_message, sizeof last_message, format, args);
}

void mount_keep_messages(void)
{
    fuse_set_log_func(keep_message);
}

const char *mount_last_message(void)
{
    last_message[strcspn(last_message, "\n")] = '\0';
    return last_message;
}

/* --- mounting --------------------------------------------------------------------------------- */

int mount_arguments(const struct mount_options *options, struct fuse_args *args)
{
    char *mount = NULL;
    cleanup_free char *name = NULL;
    int err = asprintf(&name, "fsname=%s", options->content) < 0;

    if (!err)
        err = fuse_opt_add_opt(&mount, "ro,nosuid,nodev,noexec,default_permissions,"
                                       "subtype=transcriptfs");
    if (!err)
        err = fuse_opt_add_opt_escaped(&mount, name);
    if (!err && options->allow_other)
        err = fuse_opt_add_opt(&mount, "allow_other");
    if (!err && options->allow_root)
        err = fuse_opt_add_opt(&mount, "allow_root");
    if (!err && options->debug)
        err = fuse_opt_add_opt(&mount, "debug");
    if (!err)
        err = fuse_opt_add_arg(args, "transcriptfs") || fuse_opt_add_arg(args, "-o") ||
              fuse_opt_add_arg(args, mount);
    free(mount);
    return err ? -ENOMEM : 0;
}

/* By the working folder, since the owner of a folder above could put another one, or a link, where
 * the path leads. */
static int mount_in_folder(struct mount *mount, const struct mountpoint *point)
{
    cleanup_fd int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int err = mountpoint_enter(point);
    if (!err && fuse_session_mount(mount->session, "."))
        err = -EIO;
    if (!err)
        mount->place = getcwd(NULL, 0);
    if ((before < 0 || fchdir(before)) && chdir("/") && !err)
        err = -errno;
    return err;
}

static void free_mount(struct mount *mount)
{
    if (mount && mount->session)
        fuse_session_destroy(mount->session);
    if (mount)
        free(mount->place);
    free(mount);
}

int mount_new(const struct mount_options *options, struct mount **made)
{
    static const struct fuse_lowlevel_ops none;
    struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
    struct mount *mount = calloc(1, sizeof *mount);

    *made = NULL;
    int err = mount ? mount_arguments(options, &args) : -ENOMEM;
    if (!err)
        mount->session = fuse_session_new(&args, &none, sizeof none, NULL);
    fuse_opt_free_args(&args);
    if (!err)
        err = mount->session ? mount_in_folder(mount, options->mountpoint) : -EIO;
    if (err) {
        free_mount(mount);
        return err;
    }
    *made = mount;
    return 0;
}

int mount_fd(const struct mount *mount)
{
    return fuse_session_fd(mount->session);
}

const char *mount_place(const struct mount *mount)
{
    return mount->place;
}

bool mount_is_alive(const struct mount *mount)
{
    struct pollfd fd = {.fd = mount_fd(mount)};
    return poll(&fd, 1, 0) == 0;
}

/* libfuse unmounts the topmost mount at the path, which may be another process's by now, but
 * nothing if its descriptor has an error, such as that of a pipe without a reader. */
static void cut_session_off(struct fuse_session *session)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return;
    close(ends[0]);
    dup3(ends[1], fuse_session_fd(session), O_CLOEXEC);
    close(ends[1]);
    fuse_session_unmount(session);
}

void mount_free(struct mount *mount)
{
    if (!mount)
        return;
    cut_session_off(mount->session);
    free_mount(mount);
}
