/*
 * Paths of the content folder that could not be read, which the updater tries again: soon, then
 * ever more rarely. What keeps a file from being read often passes without a trace in its times,
 * such as the lease of another program or a server that is away.
 */
#ifndef SOURCE_UNREAD_H
#define SOURCE_UNREAD_H

#include <stdbool.h>
#include <time.h>

#include "base/slice.h"

enum {
    UNREAD_FIRST_WAIT = 500,   /* milliseconds until the first try */
    UNREAD_LAST_WAIT = 300000, /* … between tries in the end: each wait is twice the one before */
    UNREAD_MOST = 1024         /* more are left to the next look at everything */
};

struct unread_path {
    struct slice path;    /* owned */
    struct timespec next; /* when it is tried, by the monotonic clock */
    unsigned wait;        /* milliseconds before that */
    bool is_tried;        /* now */
};

struct unread {
    struct unread_path *at; /* owned */
    size_t count, cap;
};

/* Notes a path that could not be read, perhaps once more. Without memory it is left to the next
 * look at everything. */
void unread_add(struct unread *unread, struct slice path);

/* When the next try is due; false: nothing is to be tried. */
bool unread_next(const struct unread *unread, struct timespec *next);

/* Begins a try: calls `try` for each path that is due. Those that unread_add() does not note once
 * more until unread_end_try() are read, or gone. */
void unread_begin_try(struct unread *unread, void (*try)(void *context, struct slice path),
                      void *context);
void unread_end_try(struct unread *unread);

void unread_free(struct unread *unread);

#endif
