/*
 * The queries that are remembered: each has a number, which is in the ids of its nodes. A number is
 * never given to another query, also by the next worker: each one is logged. The least recently
 * used queries are forgotten, but only when clients were made to drop what they have of them. Where
 * clients use new ones faster than that, they may keep nothing of them, which are forgotten first.
 *
 * The remainder of a number is the slot of its query; the numbers of a slot count up.
 */
#ifndef QUERY_KNOWN_QUERIES_H
#define QUERY_KNOWN_QUERIES_H

#include <limits.h>
#include <pthread.h>
#include <stdint.h>

#include "base/journal.h"

enum {
    QUERIES_KEPT = 1000, /* more are forgotten */
    QUERY_SLOTS = 4096,  /* … when clients were notified; until then there is room for these */
    QUERY_NUMBERS = 1 << 24, /* as many as fit into a node id */
};

/* A query, for the one that makes clients drop it. */
struct known_query {
    uint32_t number;
    uint64_t first, last; /* the generations of which clients may have it; 0: none */
    bool is_entered;      /* they may have what is in its folder, too */
    uint64_t used;        /* the clock of its last use */
    size_t len;
    char text[NAME_MAX];
};

struct query_slot;

struct known_queries {
    pthread_mutex_t lock;     /* of what follows */
    struct query_slot *slots; /* owned */
    uint32_t next;            /* the slot to try next */
    uint32_t count;
    uint64_t clock;
    struct journal *journal;       /* NULL: none */
    void (*too_many)(void *owner); /* known_queries_oldest() is due; NULL: nobody cares */
    void *owner;
};

/* 0 or -ENOMEM. */
int known_queries_init(struct known_queries *known);
void known_queries_free(struct known_queries *known);

/* Any thread may call these. */

/* Gives a canonical query a number; it is not empty, and fits a name. `generation` is held; with
 * *may_keep clients may keep the folder of the query by its name until they are notified. 0: they
 * are not given the folder. -ENOSPC: all numbers were given; -EBUSY: the next worker was not yet
 * able to notify clients of what they have from the previous one. */
int known_queries_enter(struct known_queries *known, struct slice canonical, uint64_t generation,
                        uint32_t *number, bool *may_keep);

/* Notes that clients are about to see what is in the folder of a query, in a generation that is
 * held; with *may_keep they may keep it until they are notified. False: it is forgotten, or was
 * never there. */
bool known_queries_use(struct known_queries *known, uint32_t number, uint64_t generation,
                       bool *may_keep);

/* Copies the query of a number; empty as above. */
struct slice known_queries_text(struct known_queries *known, uint32_t number, char text[NAME_MAX]);

uint32_t known_queries_count(struct known_queries *known);

/* The one thread that notifies clients calls these. */

/* Takes the query of a slot, of which it notifies clients next. False if they have none. */
bool known_queries_take_shown(struct known_queries *known, uint32_t slot,
                              struct known_query *query);

/* The same for the least recently used query, if there are too many. */
bool known_queries_take_oldest(struct known_queries *known, struct known_query *query);

/* Forgets it, unless it was used meanwhile. */
void known_queries_forget(struct known_queries *known, const struct known_query *query);

/* Restores a record of the previous worker, whose clients saw the query in these generations. 0,
 * -ENOMEM. */
int known_queries_restore(struct known_queries *known, const struct journal_record *record,
                          uint64_t first, uint64_t last);

#endif
