/*
 * The table of mounts: it reports that a file system was mounted or unmounted below a folder.
 * inotify does not report this.
 */
#ifndef PROCESS_MOUNT_TABLE_H
#define PROCESS_MOUNT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct mount_table {
    int fd;         /* poll() reports POLLPRI when the table changes; -1: no /proc */
    uint64_t below; /* a hash of the mounts below the folder */
};

/* Opens the table, and hashes the mounts below `folder`, a descriptor. */
struct mount_table mount_table_open(int folder);
void mount_table_close(struct mount_table *table);

/* Reads the table again. True if the mounts below the folder, at any depth, have changed. */
bool mount_table_has_changed(struct mount_table *table, int folder);

#endif
