/*
 * How the updater finds changes of a folder. This depends on the file system: inotify reports the
 * changes that this machine makes, not those that another one makes on a shared file system.
 */
#ifndef SOURCE_FOLLOWING_H
#define SOURCE_FOLLOWING_H

#include <stdbool.h>

/* Seconds between full scans. */
enum {
    FOLLOW_NETWORK = 10,
    FOLLOW_UNKNOWN = 60, /* besides inotify */
    FOLLOW_AUDIT = 300   /* besides inotify, which misses writes through a mapping */
};

struct following {
    unsigned seconds; /* between full scans */
    bool has_events;  /* inotify reports the changes */
    const char *why;
};

/* Examines the folder behind a descriptor. It reads the table of mounts, so call it outside the
 * sandbox. */
struct following following_of(int folder);

#endif
