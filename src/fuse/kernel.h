/*
 * What one release of Linux does and another does not, where no request tells.
 */
#ifndef FUSE_KERNEL_H
#define FUSE_KERNEL_H

#include <stdbool.h>

/*
 * Whether the kernel of this release, as uname() tells it, forgets that a name is absent when it is
 * told to. Before Linux 6.19 FUSE_NOTIFY_INVAL_ENTRY drops whatever is known of a name; since then
 * it answers ENOENT where that is that there is none, and goes on saying so. A release that is not
 * understood is taken for such a one.
 */
bool kernel_drops_negative_dentries(const char *release);

#endif
