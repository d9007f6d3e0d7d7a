/*
 * Checks of the content folder and the mount point, with messages that say what to do if they fail.
 */
#ifndef FUSE_MOUNTPOINT_H
#define FUSE_MOUNTPOINT_H

#include <sys/types.h>

#include "base/buf.h"

/* The folder to mount on. */
struct mountpoint {
    char *path; /* resolved; owned by the caller of mountpoint_check() */
    /* A lock against other processes, until this process and all children close it; -1: none. */
    int claim;
    /* What the path led to when it was checked: whoever owns a folder above can change that. */
    dev_t device;
    ino_t inode;
};

/*
 * Checks the content folder, and the mount point unless it is NULL. 0, and both resolved in
 * content_path (owned by the caller) and `point`; or a negative errno, and in `why` the reason and
 * what to do.
 */
int mountpoint_check(const char *content, const char *mountpoint, bool nonempty,
                     char **content_path, struct mountpoint *point, struct buf *why);

/* Makes the folder that was checked the working folder. 0; -ESTALE if the path leads to another
 * one; or another negative errno. */
int mountpoint_enter(const struct mountpoint *point);

/* A mount in the mount table. Another mount may get its numbers once it is gone. */
struct mounted {
    unsigned id; /* 0: not known */
    unsigned major,
        minor; /* of its device; the minor is the name of its FUSE connection in sysfs */
    char type[65];
};

/* Finds the topmost mount at a resolved path; false if there is none. Reads mountinfo only, so a
 * dead mount cannot block it. */
bool mountpoint_find_mounted(const char *path, struct mounted *mounted);

/* Where a mount stands now, as somebody may have moved it; the caller frees it. NULL: nowhere.
 * *is_covered: something is mounted on it. */
char *mountpoint_place_of(const struct mounted *mounted, bool *is_covered);

/* Opens what aborts the FUSE connection of a mount when it is written to: every waiting request
 * then fails. It stays that of this connection. -1: we may not, or there is no fusectl. */
int mountpoint_open_abort(const struct mounted *mounted);

/* Unmounts what is topmost at this place; a mount in use is detached. By force also aborts its FUSE
 * connection, where we are root. 0 or a negative errno. */
int mountpoint_unmount(const char *place, bool by_force);

/* Unmounts a dead FUSE mount at this path, if there is one. 0 or a negative errno. */
int mountpoint_clear_dead(const char *mountpoint);

/* Appends a likely reason why fusermount3 refused to mount there, and what to do. */
void mountpoint_explain_refusal(const char *mountpoint, bool lets_others_in, struct buf *why);

/* Checks that the kernel offers FUSE, and that there is a table of mounts. 0, or a negative errno
 * and in `why` how to get it. */
int mountpoint_check_fuse(struct buf *why);

#endif
