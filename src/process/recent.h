/*
 * The last acts of supervisor and workers, in memory that they share. The log gets them when the
 * connection to the kernel is found cut off, because nothing else shows the cause later.
 */
#ifndef PROCESS_RECENT_H
#define PROCESS_RECENT_H

#include <stdint.h>

enum recent_act {
    RECENT_NOTHING,
    RECENT_MOUNTED,
    RECENT_STARTED_WORKER,
    RECENT_GAVE_MOUNT,
    RECENT_BEGAN_TO_SERVE,
    RECENT_ENDED_SERVING,
    RECENT_ORDERED_END,
    RECENT_ORDERED_HAND_OVER,
    RECENT_KILLED_WORKER,
    RECENT_SAW_LIFE_END,
    RECENT_SAW_WORKER_END,
    RECENT_CUT_OFF,
    RECENT_UNMOUNTS,
    RECENT_ACTS
};

struct recent_event {
    int64_t time; /* milliseconds of the monotonic clock */
    int32_t process;
    int32_t number; /* of a process, or a status */
    uint32_t act;   /* enum recent_act; a worker under the control of an attacker may write any */
};

struct recent {
    uint32_t count; /* of all acts, also of those that the ring has lost */
    struct recent_event ring[32];
};

/* Notes an act, unless `recent` is NULL. Any process and thread. */
void recent_note(struct recent *recent, enum recent_act act, int32_t number);

/* Logs the acts, the oldest first. */
void recent_log(const struct recent *recent,
                void (*log)(const char *format, ...) __attribute__((format(printf, 1, 2))));

#endif
