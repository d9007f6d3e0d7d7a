/*
 * The state behind .transcriptfs/status.json: how the tree follows the content, and counts of
 * requests. Any thread may set and read it.
 */
#ifndef INDEX_STATUS_H
#define INDEX_STATUS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct update_status {
    uint64_t generation; /* the last one that clients were notified of */
    int64_t last_change; /* when that was, nanoseconds since 1970; 0: never */
    uint32_t overflows;  /* of the queue of inotify */
    bool is_scanning;    /* a scan runs, or a notification is due */
    const char *watch;   /* how changes are found: "inotify", "poll", "none" */
    const char *why;     /* … and why that way */
};

/* How many requests of a kind were served. */
struct request_count {
    const char *name;
    uint64_t count; /* counted by many threads */
};

struct status {
    pthread_mutex_t lock; /* of what follows */
    struct buf hung;      /* folders that do not answer, each with a NUL byte behind it */
    struct update_status updates;
    uint64_t published; /* the newest generation; scanning while clients know an older one */
    const struct request_count *requests; /* ends with a name of NULL; set while nobody serves */
};

/* Of a first generation, of which clients know. */
void status_init(struct status *status, uint64_t generation);
void status_free(struct status *status);

/* Texts are kept by the caller. */
void status_set_watch(struct status *status, const char *watch, const char *why);
void status_set_scanning(struct status *status, bool is_scanning);
void status_note_overflow(struct status *status);

/* A folder does not answer, or does again. */
void status_set_hung(struct status *status, struct slice folder, bool is_hung);
/* Appends those that do not, each with a NUL byte behind it. */
void status_add_hung(struct status *status, struct buf *folders);

/* The order matters: note_published() before the generation becomes visible, note_notified() before
 * it counts as notified. Otherwise a script could read an old generation and no scan. */
void status_note_published(struct status *status, uint64_t generation);
void status_note_notified(struct status *status, uint64_t generation);

struct update_status status_read(struct status *status);

#endif
