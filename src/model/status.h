/*
 * What .transcriptfs/status.json says of changes and requests.
 */
#ifndef MODEL_STATUS_H
#define MODEL_STATUS_H

#include <stdbool.h>
#include <stdint.h>

/* Of changes. */
struct tree_news {
    uint64_t generation; /* of which clients have been told */
    int64_t last_change; /* when the newest came, nanoseconds since 1970; 0: none did */
    uint32_t overflows;  /* how often more changed at once than the kernel tells of */
    bool is_scanning;    /* the content is looked at, or clients are still to be told */
    const char *watch;   /* how changes are found: "inotify", "poll", "none" */
    const char *why;     /* … and why that way */
};

/* How many requests of a kind were served, for status.json. */
struct request_count {
    const char *name;
    uint64_t count; /* counted by many threads */
};

#endif
