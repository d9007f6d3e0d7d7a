/*
 * Generations: which corpus is the newest, who still reads an older one, and how far clients were
 * told of them. Each has its voice index, once somebody asked for what only bodies can say.
 *
 * A request holds the generation that was the newest when it began. One that nobody holds is freed
 * when all before it are: a later one may share what an earlier one has. All of it can be called by
 * many threads at once, but for publishing and telling, each of which one thread does.
 */
#ifndef INDEX_GENERATIONS_H
#define INDEX_GENERATIONS_H

#include <pthread.h>

#include "index/voice_index.h"

struct generation {
    struct corpus *corpus;           /* owned */
    struct voice_index *voice_index; /* owned; NULL: nobody asked yet */
    uint32_t users;
    struct generation *next;
};

struct generations_options {
    struct cache *cache; /* borrowed */
    /* Called while all bodies are read, where it is not NULL; at last with done == all. */
    void (*progress)(void *context, size_t done, size_t all);
    void *progress_context;
};

struct generations {
    struct generations_options options;
    struct journal *journal; /* where telling is noted; NULL: nowhere */

    pthread_mutex_t lock; /* of the generations and their users */
    pthread_cond_t released;
    pthread_cond_t published;
    pthread_cond_t is_notified_cond;
    struct generation *oldest, *newest;
    struct generation *notified;             /* what clients know */
    struct generation *notified_voice_index; /* … of by-voice; NULL: nothing */
    struct generation *spare;                /* for the next to be published; NULL: none */

    pthread_mutex_t voice_index_lock;
    pthread_cond_t voice_index_ready;
    struct generation *newest_voice_index; /* the newest that has one; NULL: none has */
    struct vocabulary by_voice;            /* of by-voice */
    bool is_indexing_voices;
    bool had_voice_index;    /* by whoever served before */
    size_t voice_index_done; /* episodes; counted by many threads */
};

/* Takes over the first corpus, whatever comes back. 0 or -ENOMEM; to be freed either way, when
 * nobody holds a generation any more. */
int generations_init(struct generations *generations, struct corpus *first,
                     const struct generations_options *options);
void generations_free(struct generations *generations);

/* Takes up what the journal has of another's: voices that were heard, and that somebody asked for
 * them. 0 or a negative errno. */
int generations_restore(struct generations *generations, const struct journal_record *record);

/* From now on the journal is told: first of what clients know. NULL is none. */
void generations_set_journal(struct generations *generations, struct journal *journal);

/* The newest generation, until it is put back. */
struct generation *generations_get(struct generations *generations);
void generations_put(struct generations *generations, struct generation *generation);

/* --- publishing ---------------------------------------------------------------------------------
 */

/* Makes room for one more. 0 or -ENOMEM. */
int generations_reserve(struct generations *generations);

/* Makes `next` the newest, for which there is room, and takes it over. */
void generations_publish(struct generations *generations, struct corpus *next);

/* Waits until there is one newer than this number; false where none comes in time. */
bool generations_wait_for_newer(struct generations *generations, uint64_t number,
                                unsigned milliseconds);

/* Waits until clients were told of all but `lag`; false where it takes longer. */
bool generations_wait_until_notified(struct generations *generations, unsigned lag,
                                     unsigned milliseconds);

/* --- telling ------------------------------------------------------------------------------------
 */

/* The first that clients were not told of, and the one before it; NULL: they know all. Both stay
 * until they were told. */
struct generation *generations_unnotified(struct generations *generations,
                                          struct generation **before);

/* Waits until nobody holds one that is older. */
void generations_wait_for_readers(struct generations *generations, const struct generation *than);

/* Says that clients were told of it. */
void generations_note_notified(struct generations *generations, struct generation *generation);

/* --- what all bodies say ------------------------------------------------------------------------
 */

/* Reads what is missing, when first asked for. 0, -EAGAIN where there is one of a newer generation,
 * or an error of reading. */
int generations_voice_index(struct generations *generations, struct generation *generation,
                            const struct voice_index **voice_index);

/* How that stands, in a word or two, and how many episodes are done. */
const char *generations_voice_index_progress(struct generations *generations, size_t *done);

/* Whether anybody asked, when what is being read is read. */
bool generations_have_voice_index(struct generations *generations);

/* The generation as clients know by-voice; NULL: not at all. To be set by whoever tells them. */
struct generation *generations_notified_voice_index(struct generations *generations);
void generations_note_voice_index_notified(struct generations *generations,
                                           struct generation *generation);

/* All who were ever heard: a copy of the list, to be freed. NULL without memory. */
struct spelling **generations_voice_spellings(struct generations *generations, size_t *count);

#endif
