/*
 * What supervisor and workers did last, in memory that they share. It is logged when the connection
 * to the kernel is found cut off: who looks for the reason later finds nothing else of it.
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
    uint32_t act;   /* enum recent_act; a worker that was taken over may write anything */
};

struct recent {
    uint32_t count; /* of all that were noted */
    struct recent_event ring[32];
};

/* Any process and thread. NULL is none. */
void recent_note(struct recent *recent, enum recent_act act, int32_t number);

/* Logs them, the oldest first. */
void recent_log(const struct recent *recent,
                void (*log)(const char *format, ...) __attribute__((format(printf, 1, 2))));

#endif
