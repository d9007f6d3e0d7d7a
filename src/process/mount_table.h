/*
 * The table of mounts: whether a file system was mounted or unmounted in a folder, of which inotify
 * does not tell, or not the folder that it covers.
 */
#ifndef PROCESS_MOUNT_TABLE_H
#define PROCESS_MOUNT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct mount_table {
    int fd;         /* POLLPRI when the table has changed; -1: nobody tells */
    uint64_t below; /* a hash of what is mounted in the folder */
};

/* Opens the table as it is for the folder behind a descriptor. */
struct mount_table mount_table_open(int folder);
void mount_table_close(struct mount_table *table);

/* Reads it again. True if something else is mounted in the folder, at whatever depth. */
bool mount_table_has_changed(struct mount_table *table, int folder);

#endif
