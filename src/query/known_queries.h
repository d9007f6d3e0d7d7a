/*
 * The queries that are remembered: each has a number, which is in the ids of its nodes. A number is
 * never given to another query, also by the next worker: each one is logged. The least recently
 * used queries are forgotten, but only when clients were made to drop what they have of them. Where
 * clients use new ones faster than that, they may keep nothing of them, which are forgotten first.
 *
 * The version of a result is the generation since which it is the same. Of a generation about which
 * that is not known yet (affected.h finds out), clients may keep nothing.
 *
 * The remainder of a number is the slot of its query; the numbers of a slot count up.
 */
#ifndef QUERY_KNOWN_QUERIES_H
#define QUERY_KNOWN_QUERIES_H

#include <limits.h>
#include <pthread.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/journal.h"

enum {
    QUERIES_KEPT = 1000, /* more are forgotten */
    QUERY_SLOTS = 4096,  /* … when clients were notified; until then there is room for these */
    QUERY_NUMBERS = 1 << 24, /* as many as fit into a node id */
};

/* A generation, and the times of its content. */
struct query_moment {
    uint64_t generation;
    struct stamps stamps;
};

/* A query, for the one that makes clients drop it. */
struct known_query {
    uint32_t number;
    uint64_t version; /* of the result that clients may have */
    bool is_entered;  /* they may have what is in its folder, too */
    uint64_t used;    /* the clock of its last use */
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
    bool has_restored;             /* the previous worker's clients were not notified yet */
    struct journal *journal;       /* NULL: none */
    void (*too_many)(void *owner); /* known_queries_oldest() is due; NULL: nobody cares */
    void *owner;
};

/* 0 or -ENOMEM. */
int known_queries_init(struct known_queries *known);
void known_queries_free(struct known_queries *known);

/* Any thread may call these. */

/* Gives a canonical query a number; it is not empty, and fits a name. The generation of `now` is
 * held; with *may_keep clients may keep the folder of the query by its name until they are
 * notified. NULL: they are not given the folder. -ENOSPC: all numbers were given; -EBUSY: the next
 * worker was not yet able to notify clients of what they have from the previous one. */
int known_queries_enter(struct known_queries *known, struct slice canonical,
                        const struct query_moment *now, uint32_t *number, bool *may_keep);

/* Notes that clients are about to see what is in the folder of a query, in a generation that is
 * held; with *may_keep they may keep it until they are notified. False: it is forgotten, or was
 * never there. */
bool known_queries_use(struct known_queries *known, uint32_t number, const struct query_moment *now,
                       bool *may_keep);

/* When the result of a query became what it is in a generation; `now` where that is not known. */
struct query_moment known_queries_since(struct known_queries *known, uint32_t number,
                                        const struct query_moment *now);

/* Notes which episodes the query finds in a generation, by their numbers; -ENOMEM is not told: a
 * result that is not known counts as changed. */
void known_queries_note_found(struct known_queries *known, uint32_t number, uint64_t generation,
                              const bool *found, uint32_t cap);

/* Copies the query of a number; empty as above. */
struct slice known_queries_text(struct known_queries *known, uint32_t number, char text[NAME_MAX]);

uint32_t known_queries_count(struct known_queries *known);

/* The one thread that notifies clients calls these. */

/* Takes the query of a slot, of which it notifies clients next. False if they have none. */
bool known_queries_take_shown(struct known_queries *known, uint32_t slot,
                              struct known_query *query);

/* Whether what clients have of the query of a slot is still its result in the generation `after`
 * another one, where these episodes are others. */
enum query_state {
    QUERY_IS_SAME,     /* or they have none */
    QUERY_MAY_BE_SAME, /* it found none of the episodes: copied to `query`, which may find one now
                        */
    QUERY_HAS_CHANGED, /* or it is not known what it found */
};
enum query_state known_queries_compare(struct known_queries *known, uint32_t slot, uint64_t after,
                                       const uint32_t *changed, size_t count,
                                       struct known_query *query);

/* Its result is the same in this generation as in the one before. */
void known_queries_confirm(struct known_queries *known, uint32_t number, uint64_t generation);

/* The same for the least recently used query, if there are too many. */
bool known_queries_take_oldest(struct known_queries *known, struct known_query *query);

/* Forgets it, unless it was used meanwhile. */
void known_queries_forget(struct known_queries *known, const struct known_query *query);

/* Restores a record of the previous worker. 0, -ENOMEM. */
int known_queries_restore(struct known_queries *known, const struct journal_record *record);

#endif
