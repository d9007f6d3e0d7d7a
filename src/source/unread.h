/*
 * Unreadable paths of the content folder. The updater tries them again, first soon, then at growing
 * intervals. The cause, such as the lease of another program or a server that is away, often passes
 * without an event and without a change of the times of the file.
 */
#ifndef SOURCE_UNREAD_H
#define SOURCE_UNREAD_H

#include <stdbool.h>
#include <time.h>

#include "base/slice.h"

enum {
    UNREAD_FIRST_WAIT = 500,   /* milliseconds until the first try */
    UNREAD_LAST_WAIT = 300000, /* the longest wait: each is twice the one before */
    UNREAD_MOST = 1024         /* further paths wait for the next full scan */
};

struct unread_path {
    struct slice path;    /* owned */
    struct timespec next; /* the time of the next try, by the monotonic clock */
    unsigned wait;        /* milliseconds before that */
    bool is_tried;        /* between unread_begin_try() and unread_end_try() */
};

struct unread {
    struct unread_path *at; /* owned */
    size_t count, cap;
};

/* Notes an unreadable path, for the first time or again. If memory runs out, the path waits for the
 * next full scan. */
void unread_add(struct unread *unread, struct slice path);

/* The time of the next try; false: there is none. */
bool unread_next(const struct unread *unread, struct timespec *next);

/* Begins a try: calls `try` for each path that is due. unread_end_try() drops those that
 * unread_add() has not noted again: they were readable, or are gone. */
void unread_begin_try(struct unread *unread, void (*try)(void *context, struct slice path),
                      void *context);
void unread_end_try(struct unread *unread);

void unread_free(struct unread *unread);

#endif
