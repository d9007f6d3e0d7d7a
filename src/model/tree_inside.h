/*
 * The inside of the tree, for the files that it is made of: tree.c has what can be asked of nodes;
 * scope.c ids, and the look at a node that each question begins with; generations.c which corpus is
 * the newest, and what clients know; snapshots.c the texts of volatile files.
 */
#ifndef MODEL_TREE_INSIDE_H
#define MODEL_TREE_INSIDE_H

#include <pthread.h>

#include "model/bookmarks.h"
#include "model/history.h"
#include "model/scope.h"

enum { SNAPSHOTS = 256 };

/* A text that stood in a volatile file when somebody looked it up. */
struct snapshot {
    struct buf text;
    enum kind kind;
    uint32_t serial;
};

/* How many names of turns are given out, by number of the episode: in chunks, so that readers never
 * see one move. */
enum { KNOWN_CHUNK = 4096 };

struct tree {
    struct tree_parts parts;
    const struct request_count *requests;

    pthread_mutex_t lock; /* of the generations and their users */
    pthread_cond_t let_go;
    pthread_cond_t published;
    pthread_cond_t has_told;
    struct corpus *oldest, *newest;
    struct tree_news news;
    struct corpus *told;              /* what clients know */
    const struct corpus *told_survey; /* … of by-voice; NULL: nothing */
    uint64_t made[KIND_COUNT];        /* the generation of which a text was made last; 0: none */
    uint16_t *known[CORPUS_MAX_EPISODES / KNOWN_CHUNK];

    pthread_mutex_t survey_lock;
    pthread_cond_t survey_ready;
    struct corpus *surveyed; /* the newest that has a survey; NULL: none has */
    struct ledger heard;     /* of by-voice */
    bool is_surveying;
    bool was_surveyed;  /* by whoever served before */
    size_t survey_done; /* episodes; counted by many threads */

    pthread_mutex_t snapshot_lock;
    struct snapshot snapshots[SNAPSHOTS];         /* a ring: serial modulo its length */
    struct snapshot *newest_snapshot[KIND_COUNT]; /* NULL: none of the kind was kept */
    uint32_t next_serial;
    size_t snapshot_bytes; /* of those that are not the newest of a kind */

    struct bookmarks bookmarks;
};

/* Takes up what the journal has of ids that another tree gave out. 0 or a negative errno. */
int tree_resume(struct tree *tree);

/* Frees every generation there is, when nobody uses them any more. */
void generations_free(struct tree *tree);

#endif
