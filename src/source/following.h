/*
 * How changes of a folder can be followed, which depends on the file system that it is on: inotify
 * tells of what this machine does, and not of what is done behind it.
 */
#ifndef SOURCE_FOLLOWING_H
#define SOURCE_FOLLOWING_H

#include <stdbool.h>

/* Seconds between looks at everything. */
enum {
    FOLLOW_NETWORK = 10,
    FOLLOW_UNKNOWN = 60, /* beside inotify */
    FOLLOW_AUDIT = 300   /* … which misses writes through a mapping */
};

struct following {
    unsigned seconds; /* between looks at everything */
    bool has_events;  /* inotify tells of changes */
    const char *why;
};

/* Of the folder behind a descriptor. It reads the table of mounts: not in the sandbox. */
struct following following_of(int folder);

#endif
