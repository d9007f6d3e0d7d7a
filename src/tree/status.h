/*
 * What .transcriptfs/status.json says of changes and of requests. Any thread can say and ask.
 */
#ifndef TREE_STATUS_H
#define TREE_STATUS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Of changes. */
struct update_status {
    uint64_t generation; /* of which clients have been told */
    int64_t last_change; /* when the newest came, nanoseconds since 1970; 0: none did */
    uint32_t overflows;  /* of the queue of inotify */
    bool is_scanning;    /* the content is looked at, or clients are still to be told */
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
    struct update_status updates;
    uint64_t published; /* the newest generation; a newer one than clients were told of: scanning */
    const struct request_count *requests; /* NULL: nowhere; set while nobody asks */
};

/* Of a first generation, of which clients know. */
void status_init(struct status *status, uint64_t generation);
void status_free(struct status *status);

/* Texts are kept by the caller. */
void status_set_watch(struct status *status, const char *watch, const char *why);
void status_set_scanning(struct status *status, bool is_scanning);
void status_note_overflow(struct status *status);

/* Before a generation can be seen; when clients were told of it, and before anybody can see that it
 * was told: so nobody finds an old number and no scan. */
void status_note_published(struct status *status, uint64_t generation);
void status_note_notified(struct status *status, uint64_t generation);

struct update_status status_read(struct status *status);

#endif
