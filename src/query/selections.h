/*
 * The selections of a tree: every query that a client looked up gets a number, which is never
 * reused, and a cache keeps the latest results.
 */
#ifndef QUERY_SELECTIONS_H
#define QUERY_SELECTIONS_H

#include <pthread.h>

#include "base/intern.h"
#include "query/parse.h"
#include "query/select.h"

enum {
    SELECTIONS_KEPT = 16,
    SELECTIONS_MOST = 1 << 14 /* as many as fit into a node id */
};

/* The result of a query in a generation; holders may read it. */
struct held_selection {
    struct selection selection;
    uint32_t number;
    uint64_t generation;
    uint64_t used; /* the clock of its last use; 0: the slot is free */
    uint32_t users;
    bool is_being_made; /* one thread finds or counts, and the others wait */
    bool is_found;
    int err;
};

/* In which generations clients were shown the folder of a query since its name was called back. */
struct selection_shown {
    uint64_t first, last; /* 0: in none */
};

struct selections {
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t made;
    struct intern queries; /* canonical; their numbers are the selections' */
    struct held_selection kept[SELECTIONS_KEPT];
    uint64_t clock;
    struct selection_shown *shown; /* by number; owned */
    size_t shown_cap;
    struct word_index words; /* it has a lock of its own */
};

/* `index_size`: the budget of the index of words, in bytes. */
void selections_init(struct selections *selections, size_t index_size);
void selections_free(struct selections *selections);

/* Gives a query a number. -ENOSPC: there are too many queries. */
int selections_enter(struct selections *selections, struct slice canonical, uint32_t *number);

/* Notes that a client gets to see the folder of a query in a generation that is held. */
void selections_note_shown(struct selections *selections, uint32_t number, uint64_t generation);

/* Where clients were shown it; its name is called back then. */
struct selection_shown selections_take_shown(struct selections *selections, uint32_t number);

/* The number of queries. */
uint32_t selections_count(struct selections *selections);

/* The canonical spelling of a number, which lives as long as the selections; empty: no query has
 * the number. */
struct slice selections_query(struct selections *selections, uint32_t number);

/* Parses a query with the views of a corpus as keys; see query_parse(). */
int selections_parse(const struct corpus *corpus, struct arena *arena, struct slice text,
                     struct query *query);

/* The parts of a selection. */
enum selection_part {
    SELECTION_EPISODES, /* what selection_find() finds */
    SELECTION_TURNS,    /* … and selection_count_turns() */
    SELECTION_VOICES,   /* … or selection_count_voices() */
};

/* The input of a selection: a generation. */
struct selection_source {
    const struct corpus *corpus;
    struct cache *cache;
    const struct voice_index *voice_index; /* for SELECTION_VOICES */
};

/* Holds the result of the query with this number. If the cache lacks it one thread makes it, and
 * others wait. The caller gives it back. 0 or an error. */
int selections_get(struct selections *selections, uint32_t number,
                   const struct selection_source *source, enum selection_part part,
                   struct held_selection **held);
void selections_put(struct selections *selections, struct held_selection *held);

#endif
