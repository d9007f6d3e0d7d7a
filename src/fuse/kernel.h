/*
 * Differences between releases of Linux that FUSE_INIT does not negotiate.
 */
#ifndef FUSE_KERNEL_H
#define FUSE_KERNEL_H

#include <stdbool.h>

/*
 * Whether the kernel of this release (uname -r) drops a negative dentry on FUSE_NOTIFY_INVAL_ENTRY.
 * Before Linux 6.19 it drops any dentry; since then it answers ENOENT for a negative one and keeps
 * it. An unknown format of the release counts as 6.19.
 */
bool kernel_drops_negative_dentries(const char *release);

#endif
