/*
 * Bookmarks: numbers for names at which somebody stopped reading a folder. A number is given once,
 * and stays good when the name is gone.
 */
#ifndef TREE_BOOKMARKS_H
#define TREE_BOOKMARKS_H

#include <pthread.h>

#include "base/arena.h"
#include "base/journal.h"
#include "base/map.h"

struct bookmarks {
    pthread_mutex_t lock;
    struct map numbers;
    struct slice *names;
    size_t count, cap;
    struct arena arena;      /* of the names */
    struct journal *journal; /* where names are noted that are new; NULL: nowhere */
};

void bookmarks_init(struct bookmarks *bookmarks);
void bookmarks_free(struct bookmarks *bookmarks);

/* The number of a name, which is not empty; false without memory. Any thread. */
bool bookmarks_enter(struct bookmarks *bookmarks, struct slice name, uint32_t *number);

/* The name of a number, which lives as long as the bookmarks; false where it was never given. */
bool bookmarks_find(struct bookmarks *bookmarks, uint64_t number, struct slice *name);

#endif
