#include "process/recent.h"

#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { PLACES = sizeof((struct recent *)0)->ring / sizeof(struct recent_event) };

static const char *const names[RECENT_ACTS] = {
    [RECENT_NOTHING] = "nothing",
    [RECENT_MOUNTED] = "mounted",
    [RECENT_STARTED_WORKER] = "started worker",
    [RECENT_GAVE_MOUNT] = "gave the mount to worker",
    [RECENT_BEGAN_TO_SERVE] = "began to serve, after so many deaths:",
    [RECENT_ENDED_SERVING] = "ended serving with",
    [RECENT_ORDERED_END] = "ordered the end of worker",
    [RECENT_ORDERED_HAND_OVER] = "ordered a hand-over by worker",
    [RECENT_KILLED_WORKER] = "killed worker",
    [RECENT_SAW_LIFE_END] = "saw the end of the life of worker",
    [RECENT_SAW_WORKER_END] = "saw the worker end with the status",
    [RECENT_CUT_OFF] = "cut the connection off:",
    [RECENT_UNMOUNTS] = "unmounts; by force:",
};

static int64_t now(void)
{
    const struct timespec time = time_after(0);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void recent_note(struct recent *recent, enum recent_act act, int32_t number)
{
    if (!recent)
        return;
    uint32_t at = __atomic_fetch_add(&recent->count, 1, __ATOMIC_RELAXED);
    recent->ring[at % PLACES] = (struct recent_event){now(), getpid(), number, (uint32_t)act};
}

void recent_log(const struct recent *recent, void (*log)(const char *format, ...))
{
    uint32_t count = __atomic_load_n(&recent->count, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < PLACES; i++) {
        const struct recent_event event = recent->ring[(count + i) % PLACES];
        if (event.act == RECENT_NOTHING || event.act >= RECENT_ACTS)
            continue;
        log("%.3f seconds ago process %d %s %d", (double)(now() - event.time) / 1000,
            (int)event.process, names[event.act], (int)event.number);
    }
}
