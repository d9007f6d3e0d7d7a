/*
 * Mounting and unmounting: what the supervisor does. Whoever serves the mount has its descriptor
 * and can do neither.
 */
#ifndef FUSE_MOUNT_H
#define FUSE_MOUNT_H

#include <stdbool.h>

struct fuse_args;
struct mount; /* owned by who made it */

struct mount_options {
    const char *mountpoint;
    const char *content; /* named as the source of the mount */
    bool allow_other;
    bool allow_root;
    bool debug; /* libfuse logs every request to standard error */
};

/* The options as libfuse takes them, for a session; to be freed with fuse_opt_free_args(). 0 or
 * -ENOMEM. */
int mount_arguments(const struct mount_options *options, struct fuse_args *args);

/* Mounts. The kernel waits with its first request for whoever reads the descriptor. 0; -ENOMEM;
 * -EIO where libfuse could not (see mount_last_message()). */
int mount_new(const struct mount_options *options, struct mount **mount);

/* Owned by the mount. */
int mount_fd(const struct mount *mount);

/* Takes the mount away, also while it is in use: then it is gone for whoever comes. NULL is none.
 */
void mount_free(struct mount *mount);

/* Has libfuse's messages kept instead of printed, but for those of debugging. */
void mount_keep_messages(void);

/* What libfuse had to say when it failed; empty when it said nothing. */
const char *mount_last_message(void);

#endif
