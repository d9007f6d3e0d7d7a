/*
 * Points in time as a file system has them. Nanoseconds since 1970 in 64 bits would end in 2262.
 */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct instant {
    int64_t seconds;     /* since 1970, less than 0 before */
    int64_t nanoseconds; /* from 0 to 999,999,999, added to `seconds` */
};

/* The two times of a file or folder that say whether it changed. */
struct stamps {
    struct instant mtime, ctime;
};

static inline struct instant instant_of(const struct timespec *time)
{
    return (struct instant){time->tv_sec, time->tv_nsec};
}

static inline struct timespec timespec_of(struct instant time)
{
    return (struct timespec){.tv_sec = time.seconds, .tv_nsec = time.nanoseconds};
}

static inline bool instant_equal(struct instant a, struct instant b)
{
    return a.seconds == b.seconds && a.nanoseconds == b.nanoseconds;
}

static inline bool instant_is_before(struct instant a, struct instant b)
{
    return a.seconds != b.seconds ? a.seconds < b.seconds : a.nanoseconds < b.nanoseconds;
}

static inline struct instant instant_later(struct instant a, struct instant b)
{
    return instant_is_before(a, b) ? b : a;
}

/* Nanoseconds since 1970 modulo 2^64, for a hash: they repeat after 584 years. */
static inline uint64_t instant_bits(struct instant time)
{
    return (uint64_t)time.seconds * 1000000000 + (uint64_t)time.nanoseconds;
}

/* Earlier than every time that a file can have: where stamps_later() starts. */
static inline struct stamps stamps_none(void)
{
    return (struct stamps){{INT64_MIN, 0}, {INT64_MIN, 0}};
}

static inline bool stamps_equal(const struct stamps *a, const struct stamps *b)
{
    return instant_equal(a->mtime, b->mtime) && instant_equal(a->ctime, b->ctime);
}

/* The later mtime and the later ctime. */
static inline struct stamps stamps_later(struct stamps a, struct stamps b)
{
    return (struct stamps){instant_later(a.mtime, b.mtime), instant_later(a.ctime, b.ctime)};
}

#endif
