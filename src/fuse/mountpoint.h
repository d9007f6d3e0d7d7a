/*
 * The two folders of a mount: whether they can be used, and what to do where they cannot.
 */
#ifndef FUSE_MOUNTPOINT_H
#define FUSE_MOUNTPOINT_H

#include "base/buf.h"

/*
 * Checks the content folder, and the mount point where it is not NULL, before anything is done.
 * 0, with both resolved in content_path and mount_path (owned by the caller); otherwise a negative
 * errno and, in `why`, what is wrong and the way out.
 */
int mountpoint_check(const char *content, const char *mountpoint, bool nonempty,
                     char **content_path, char **mount_path, struct buf *why);

/* What is mounted somewhere. */
struct mounted {
    unsigned minor; /* of its device, by which the kernel's connections go */
    char type[65];
};

/* What was mounted last at a resolved path. False where nothing is. Asks no file system. */
bool mountpoint_find_mounted(const char *path, struct mounted *mounted);

/* Has the kernel answer all that waits for a mount with an error, as far as we may. */
void mountpoint_abort_connection(const struct mounted *mounted);

/* Clears away a mount at this path that nobody serves any more, where there is one. 0 or a negative
 * errno. */
int mountpoint_clear_dead(const char *mountpoint);

/* Why fusermount3 may have refused to mount there, and the way out, as far as can be told. */
void mountpoint_explain_refusal(const char *mountpoint, bool lets_others_in, struct buf *why);

/* Whether the kernel offers FUSE; otherwise, in `why`, how to get it. 0 or a negative errno. */
int mountpoint_check_fuse(struct buf *why);

#endif
