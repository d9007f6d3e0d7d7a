/*
 * Mounting and unmounting, which only the supervisor does. The worker has the descriptor of the
 * mount and can do neither.
 */
#ifndef FUSE_MOUNT_H
#define FUSE_MOUNT_H

#include <stdbool.h>

struct fuse_args;
struct mountpoint;
struct mount; /* owned by its creator */

struct mount_options {
    const struct mountpoint *mountpoint; /* borrowed */
    const char *content;                 /* the source in /proc/self/mountinfo */
    bool allow_other;
    bool allow_root;
    bool debug; /* libfuse logs every request to standard error */
};

/* The options as arguments of libfuse; the caller frees them with fuse_opt_free_args(). 0 or
 * -ENOMEM. */
int mount_arguments(const struct mount_options *options, struct fuse_args *args);

/* Mounts. The kernel queues requests until a worker reads the descriptor. 0; -ENOMEM; -EIO if
 * libfuse could not mount (see mount_last_message()); -ESTALE or another error if the folder is not
 * there any more (mountpoint_enter()). */
int mount_new(const struct mount_options *options, struct mount **mount);

/* Owned by the mount. */
int mount_fd(const struct mount *mount);

/* Where it stood when it was mounted: somebody may have moved the folder. NULL: not known. */
const char *mount_place(const struct mount *mount);

/* Whether the kernel still has the connection: no other mount has its numbers then. */
bool mount_is_alive(const struct mount *mount);

/* Closes it, and unmounts nothing. NULL is none. */
void mount_free(struct mount *mount);

/* Keeps the messages of libfuse instead of printing them, except debug messages. */
void mount_keep_messages(void);

/* The last message of libfuse, or "". */
const char *mount_last_message(void);

#endif
