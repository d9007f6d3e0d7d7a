#include "index/generations.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/parallel.h"
#include "corpus/history.h"

int generations_init(struct generations *g, struct corpus *first,
                     const struct generations_options *options)
{
    *g = (struct generations){.options = *options};
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->released, NULL);
    cond_init_timed(&g->published);
    cond_init_timed(&g->is_notified_cond);
    pthread_mutex_init(&g->voice_index_lock, NULL);
    cond_init_timed(&g->voice_index_ready);
    vocabulary_init(&g->by_voice, LIMIT_MOST_VIEWS, HISTORY_VOICE);
    g->oldest = g->newest = g->notified = calloc(1, sizeof *g->oldest);
    if (!g->oldest) {
        corpus_free_last(first);
        return -ENOMEM;
    }
    g->oldest->corpus = first;
    return 0;
}

/* The last voice index owns what all of them share. */
static void free_all(struct generations *g)
{
    while (g->oldest) {
        struct generation *generation = g->oldest;
        bool is_last = !generation->next;
        g->oldest = generation->next;
        if (generation == g->newest_voice_index)
            voice_index_free_last(generation->voice_index);
        else
            voice_index_release(generation->voice_index);
        (is_last ? corpus_free_last : corpus_release)(generation->corpus);
        free(generation);
    }
}

void generations_free(struct generations *g)
{
    free_all(g);
    free(g->spare);
    vocabulary_free(&g->by_voice);
    pthread_mutex_destroy(&g->lock);
    pthread_cond_destroy(&g->released);
    pthread_cond_destroy(&g->published);
    pthread_cond_destroy(&g->is_notified_cond);
    pthread_mutex_destroy(&g->voice_index_lock);
    pthread_cond_destroy(&g->voice_index_ready);
}

int generations_restore(struct generations *g, const struct journal_record *record)
{
    g->had_voice_index |= record->kind == HISTORY_VOICE_INDEX;
    return record->kind == HISTORY_VOICE ? vocabulary_restore(&g->by_voice, record->bytes) : 0;
}

static void journal_notified(struct generations *g, const struct corpus *corpus)
{
    journal_add(g->journal, HISTORY_NOTIFIED, (uint32_t)corpus->generation, SLICE(""));
}

void generations_set_journal(struct generations *g, struct journal *journal)
{
    g->journal = journal;
    g->by_voice.spellings.journal = journal;
    journal_notified(g, g->notified->corpus);
}

/* --- holding ---------------------------------------------------------------------------------- */

struct generation *generations_get(struct generations *g)
{
    pthread_mutex_lock(&g->lock);
    struct generation *generation = g->newest;
    generation->users++;
    pthread_mutex_unlock(&g->lock);
    return generation;
}

/* With the lock held. */
static void free_unused(struct generations *g)
{
    while (g->oldest != g->newest && g->oldest->users == 0 && g->oldest != g->newest_voice_index &&
           g->oldest != g->notified && g->oldest != g->notified_voice_index) {
        struct generation *generation = g->oldest;
        g->oldest = generation->next;
        voice_index_release(generation->voice_index);
        corpus_release(generation->corpus);
        free(generation);
    }
}

void generations_put(struct generations *g, struct generation *generation)
{
    pthread_mutex_lock(&g->lock);
    if (--generation->users == 0) {
        pthread_cond_broadcast(&g->released);
        free_unused(g);
    }
    pthread_mutex_unlock(&g->lock);
}

/* --- publishing ------------------------------------------------------------------------------- */

int generations_reserve(struct generations *g)
{
    if (!g->spare)
        g->spare = calloc(1, sizeof *g->spare);
    return g->spare ? 0 : -ENOMEM;
}

void generations_publish(struct generations *g, struct corpus *next)
{
    struct generation *generation = steal_pointer(&g->spare);
    generation->corpus = next;
    pthread_mutex_lock(&g->lock);
    g->newest->next = generation;
    g->newest = generation;
    pthread_cond_broadcast(&g->published);
    free_unused(g);
    pthread_mutex_unlock(&g->lock);
}

bool generations_wait_for_newer(struct generations *g, uint64_t number, unsigned milliseconds)
{
    const struct timespec end = time_after(milliseconds);
    int err = 0;
    pthread_mutex_lock(&g->lock);
    while (g->newest->corpus->generation <= number && err != ETIMEDOUT)
        err = pthread_cond_timedwait(&g->published, &g->lock, &end);
    bool is_newer = g->newest->corpus->generation > number;
    pthread_mutex_unlock(&g->lock);
    return is_newer;
}

/* With the lock held. */
static bool is_notified_within(const struct generations *g, unsigned lag)
{
    return g->newest->corpus->generation - g->notified->corpus->generation <= lag;
}

bool generations_wait_until_notified(struct generations *g, unsigned lag, unsigned milliseconds)
{
    const struct timespec end = time_after(milliseconds);
    int err = 0;
    pthread_mutex_lock(&g->lock);
    while (!is_notified_within(g, lag) && err != ETIMEDOUT)
        err = pthread_cond_timedwait(&g->is_notified_cond, &g->lock, &end);
    bool in_time = is_notified_within(g, lag);
    pthread_mutex_unlock(&g->lock);
    return in_time;
}

/* --- notifying -------------------------------------------------------------------------------- */

struct generation *generations_unnotified(struct generations *g, struct generation **before)
{
    pthread_mutex_lock(&g->lock);
    *before = g->notified;
    struct generation *unnotified = g->notified->next;
    pthread_mutex_unlock(&g->lock);
    return unnotified;
}

/* With the lock held: whether a request is under way that began before this generation. */
static bool is_older_held(const struct generations *g, const struct generation *than)
{
    for (const struct generation *one = g->oldest; one != than; one = one->next) {
        if (one->users)
            return true;
    }
    return false;
}

void generations_wait_for_readers(struct generations *g, const struct generation *than)
{
    pthread_mutex_lock(&g->lock);
    while (is_older_held(g, than))
        pthread_cond_wait(&g->released, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

void generations_note_notified(struct generations *g, struct generation *generation)
{
    uint64_t number = generation->corpus->generation;
    pthread_mutex_lock(&g->lock);
    g->notified = generation;
    pthread_cond_broadcast(&g->is_notified_cond);
    free_unused(g);
    pthread_mutex_unlock(&g->lock);
    journal_add(g->journal, HISTORY_NOTIFIED, (uint32_t)number, SLICE(""));
}

/* --- the voice index -------------------------------------------------------------------------- */

/* With voice_index_lock held; releases it meanwhile. */
static int build_voice_index(struct generations *g, struct generation *generation)
{
    const struct generation *before = g->newest_voice_index;
    struct voice_index *made;

    g->is_indexing_voices = true;
    pthread_mutex_unlock(&g->voice_index_lock);
    const struct voice_index_step step = {
        .old = before ? before->voice_index : NULL,
        .before = before ? before->corpus : NULL,
        .after = generation->corpus,
        .vocabulary = &g->by_voice,
        .cache = g->options.cache,
        .done = &g->voice_index_done,
        .step = g->options.progress,
        .step_context = g->options.progress_context,
    };
    int err = voice_index_next(&step, &made);
    pthread_mutex_lock(&g->voice_index_lock);
    g->is_indexing_voices = false;
    if (!err) {
        pthread_mutex_lock(&g->lock);
        generation->voice_index = made;
        g->newest_voice_index = generation;
        /* No client knew by-voice before the first one. */
        if (!g->notified_voice_index) {
            g->notified_voice_index = generation;
            journal_add(g->journal, HISTORY_VOICE_INDEX, 0, SLICE(""));
        }
        free_unused(g);
        pthread_mutex_unlock(&g->lock);
    }
    pthread_cond_broadcast(&g->voice_index_ready);
    return err;
}

/* With voice_index_lock held; for the notifier, which has no client. */
static void wait_for_voice_index(struct generations *g)
{
    while (g->is_indexing_voices)
        pthread_cond_wait(&g->voice_index_ready, &g->voice_index_lock);
}

int generations_voice_index(struct generations *g, struct generation *generation,
                            const struct voice_index **voice_index)
{
    int err = 0;

    pthread_mutex_lock(&g->voice_index_lock);
    bool is_there = !g->is_indexing_voices && generation->voice_index;
    if (!is_there)
        err = cache_check_client(g->options.cache);
    while (!err && g->is_indexing_voices)
        err = parallel_wait_client(&g->voice_index_ready, &g->voice_index_lock,
                                   cache_client(g->options.cache));
    if (err) {
        pthread_mutex_unlock(&g->voice_index_lock);
        return err;
    }
    bool is_first = !g->newest_voice_index;
    if (!generation->voice_index) {
        bool is_past = g->newest_voice_index &&
                       g->newest_voice_index->corpus->generation > generation->corpus->generation;
        err = is_past ? -EAGAIN : build_voice_index(g, generation);
    }
    *voice_index = generation->voice_index;
    pthread_mutex_unlock(&g->voice_index_lock);
    if (is_first && !err)
        malloc_trim(0); /* return the memory of parsing all bodies to the system */
    return err;
}

const char *generations_voice_index_progress(struct generations *g, size_t *done)
{
    pthread_mutex_lock(&g->voice_index_lock);
    const char *state = g->is_indexing_voices   ? "reading"
                        : g->newest_voice_index ? "ready"
                                                : "not asked for";
    pthread_mutex_unlock(&g->voice_index_lock);
    *done = __atomic_load_n(&g->voice_index_done, __ATOMIC_RELAXED);
    return state;
}

bool generations_have_voice_index(struct generations *g)
{
    pthread_mutex_lock(&g->voice_index_lock);
    wait_for_voice_index(g);
    bool is_asked = g->newest_voice_index != NULL;
    pthread_mutex_unlock(&g->voice_index_lock);
    return is_asked;
}

struct generation *generations_notified_voice_index(struct generations *g)
{
    pthread_mutex_lock(&g->lock);
    struct generation *notified = g->notified_voice_index;
    pthread_mutex_unlock(&g->lock);
    return notified;
}

void generations_note_voice_index_notified(struct generations *g, struct generation *generation)
{
    pthread_mutex_lock(&g->lock);
    g->notified_voice_index = generation;
    pthread_mutex_unlock(&g->lock);
}

struct spelling **generations_voice_spellings(struct generations *g, size_t *count)
{
    /* Other threads may add voices later, which moves the list, but not the spellings. */
    pthread_mutex_lock(&g->voice_index_lock);
    wait_for_voice_index(g);
    *count = g->by_voice.spellings.count;
    struct spelling **spellings = pointers_grown(g->by_voice.all, *count, *count);
    pthread_mutex_unlock(&g->voice_index_lock);
    return spellings;
}
