/*
 * Checks of the content folder and the mount point, with messages that say what to do if they fail.
 */
#ifndef FUSE_MOUNTPOINT_H
#define FUSE_MOUNTPOINT_H

#include "base/buf.h"

/*
 * Checks the content folder, and the mount point unless it is NULL. 0, and both resolved in
 * content_path and mount_path (owned by the caller); or a negative errno, and in `why` the reason
 * and what to do.
 */
int mountpoint_check(const char *content, const char *mountpoint, bool nonempty,
                     char **content_path, char **mount_path, struct buf *why);

/* A mount in the mount table. */
struct mounted {
    unsigned minor; /* of its device: the name of its FUSE connection in sysfs */
    char type[65];
};

/* Finds the topmost mount at a resolved path; false if there is none. Reads mountinfo only, so a
 * dead mount cannot block it. */
bool mountpoint_find_mounted(const char *path, struct mounted *mounted);

/* Aborts the FUSE connection of a mount, if we have the permission: every waiting request fails. */
void mountpoint_abort_connection(const struct mounted *mounted);

/* Unmounts a dead FUSE mount at this path, if there is one. 0 or a negative errno. */
int mountpoint_clear_dead(const char *mountpoint);

/* Appends a likely reason why fusermount3 refused to mount there, and what to do. */
void mountpoint_explain_refusal(const char *mountpoint, bool lets_others_in, struct buf *why);

/* Checks that the kernel offers FUSE. 0, or a negative errno and in `why` how to get it. */
int mountpoint_check_fuse(struct buf *why);

#endif
