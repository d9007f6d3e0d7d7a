/*
 * The selections of a tree: the queries that clients looked up, and a cache of the latest results.
 */
#ifndef QUERY_SELECTIONS_H
#define QUERY_SELECTIONS_H

#include <pthread.h>

#include "query/known_queries.h"
#include "query/parse.h"
#include "query/select.h"

enum {
    SELECTIONS_KEPT = 64,       /* at most, and */
    SELECTIONS_BYTES = 64 << 20 /* no more than these, but for the latest, and those in use */
};

/* The result of a query in a generation; holders may read it. */
struct held_selection {
    struct selection selection;
    struct selection before; /* what is known from another generation, until this one is found */
    uint32_t number;
    uint64_t generation;
    uint64_t used; /* the clock of its last use; 0: the slot is free */
    size_t bytes;
    uint32_t users;
    bool is_being_made; /* one thread finds or counts, and the others wait */
    bool is_found;
    int err;
};

struct selections {
    struct known_queries queries; /* their numbers are the selections'; it has a lock of its own */
    pthread_mutex_t lock;         /* of what follows */
    pthread_cond_t made;
    struct held_selection kept[SELECTIONS_KEPT];
    uint64_t clock;
    struct word_index words; /* it has a lock of its own */
};

/* `index_size`: the budget of the index of words, in bytes. 0 or -ENOMEM; selections_free() either
 * way. */
int selections_init(struct selections *selections, size_t index_size);
void selections_free(struct selections *selections);

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
    const struct select_visitor *visitor;  /* of the thread that finds it; NULL: none */
};

/* Holds the result of the query with this number. If the cache lacks it one thread makes it, and
 * others wait. The caller gives it back. 0; -EINTR where its client gave up; or an error. */
int selections_get(struct selections *selections, uint32_t number,
                   const struct selection_source *source, enum selection_part part,
                   struct held_selection **held);
void selections_put(struct selections *selections, struct held_selection *held);

#endif
