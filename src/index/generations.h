/*
 * Generations: the list of corpora from the oldest that a request still holds to the newest, and
 * the last one that clients were notified of. A generation gets a voice index on the first request
 * for one.
 *
 * A request holds the generation that was the newest when it began. A generation is freed when
 * nobody holds it and all older ones are freed, because a later one may share parts of an earlier
 * one. Every function may be called by many threads at once, except that one thread publishes and
 * one thread notifies.
 */
#ifndef INDEX_GENERATIONS_H
#define INDEX_GENERATIONS_H

#include <pthread.h>

#include "index/voice_index.h"

struct generation {
    struct corpus *corpus;           /* owned */
    struct voice_index *voice_index; /* owned; NULL: not requested yet */
    uint32_t users;
    struct generation *next;
};

struct generations_options {
    struct cache *cache; /* borrowed */
    /* Called while all bodies are read, last with done == all; may be NULL. A callback against the
     * direction: report.c prints the progress. */
    void (*progress)(void *context, size_t done, size_t all);
    void *progress_context;
};

struct generations {
    struct generations_options options;
    struct journal *journal; /* logs notifications; may be NULL */

    pthread_mutex_t lock; /* guards the generations and their users */
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
    bool had_voice_index;    /* the previous worker had one */
    size_t voice_index_done; /* episodes; counted by many threads */
};

/* Takes ownership of the first corpus, also on error. 0 or -ENOMEM. The caller frees the
 * generations either way, when no holder is left. */
int generations_init(struct generations *generations, struct corpus *first,
                     const struct generations_options *options);
void generations_free(struct generations *generations);

/* Restores a record of a previous worker: a spelling in by-voice, or the first request for
 * by-voice. 0 or a negative errno. */
int generations_restore(struct generations *generations, const struct journal_record *record);

/* Logs to this journal from now on, first the last one that clients were notified of. NULL is none.
 */
void generations_set_journal(struct generations *generations, struct journal *journal);

/* Holds the newest generation, until generations_put(). */
struct generation *generations_get(struct generations *generations);
void generations_put(struct generations *generations, struct generation *generation);

/* --- publishing ------------------------------------------------------------------------------- */

/* Allocates one more, for the next generations_publish(). 0 or -ENOMEM. */
int generations_reserve(struct generations *generations);

/* Publishes `next` as the newest generation and takes ownership of it. Cannot fail after
 * generations_reserve(). */
void generations_publish(struct generations *generations, struct corpus *next);

/* Waits for a generation newer than this number; false if none was published in time. */
bool generations_wait_for_newer(struct generations *generations, uint64_t number,
                                unsigned milliseconds);

/* Waits until clients were notified of all but `lag` generations; false if that takes longer. */
bool generations_wait_until_notified(struct generations *generations, unsigned lag,
                                     unsigned milliseconds);

/* --- notifying -------------------------------------------------------------------------------- */

/* The oldest generation that clients were not notified of, NULL if there is none, and in `before`
 * the one that precedes it. Neither is freed before generations_note_notified(). */
struct generation *generations_unnotified(struct generations *generations,
                                          struct generation **before);

/* Waits until nobody holds an older generation. */
void generations_wait_for_readers(struct generations *generations, const struct generation *than);

/* Notes that clients were notified of this generation. */
void generations_note_notified(struct generations *generations, struct generation *generation);

/* --- the voice index -------------------------------------------------------------------------- */

/* The voice index of a generation, owned by it. Builds it if it does not exist, which reads every
 * body that changed since the last one. 0, -EAGAIN if a newer generation has one already, or an
 * error of reading. */
int generations_voice_index(struct generations *generations, struct generation *generation,
                            const struct voice_index **voice_index);

/* The state of the voice index in a word or two, for status.json, and how many episodes are done.
 */
const char *generations_voice_index_progress(struct generations *generations, size_t *done);

/* Whether a voice index exists; waits for one that is being built. */
bool generations_have_voice_index(struct generations *generations);

/* The generation whose by-voice clients know; NULL: none. The notifier sets it. */
struct generation *generations_notified_voice_index(struct generations *generations);
void generations_note_voice_index_notified(struct generations *generations,
                                           struct generation *generation);

/* Every spelling that was ever in by-voice: a copy of the list, which the caller frees. NULL if
 * memory runs out. */
struct spelling **generations_voice_spellings(struct generations *generations, size_t *count);

#endif
