#include "index/generations.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "corpus/history.h"

int generations_init(struct generations *g, struct corpus *first,
                     const struct generations_options *options)
{
    *g = (struct generations){.options = *options};
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->let_go, NULL);
    pthread_cond_init(&g->published, NULL);
    pthread_cond_init(&g->has_told, NULL);
    pthread_mutex_init(&g->survey_lock, NULL);
    pthread_cond_init(&g->survey_ready, NULL);
    ledger_init(&g->heard, LIMIT_MOST_VIEWS, NULL, HISTORY_HEARD);
    g->oldest = g->newest = g->told = calloc(1, sizeof *g->oldest);
    if (!g->oldest) {
        corpus_free_last(first);
        return -ENOMEM;
    }
    g->oldest->corpus = first;
    return 0;
}

/* The last survey owns what all of them share. */
static void free_all(struct generations *g)
{
    while (g->oldest) {
        struct generation *generation = g->oldest;
        bool is_last = !generation->next;
        g->oldest = generation->next;
        if (generation == g->surveyed)
            survey_free_last(generation->survey);
        else
            survey_release(generation->survey);
        (is_last ? corpus_free_last : corpus_release)(generation->corpus);
        free(generation);
    }
}

void generations_free(struct generations *g)
{
    free_all(g);
    free(g->spare);
    ledger_free(&g->heard);
    pthread_mutex_destroy(&g->lock);
    pthread_cond_destroy(&g->let_go);
    pthread_cond_destroy(&g->published);
    pthread_cond_destroy(&g->has_told);
    pthread_mutex_destroy(&g->survey_lock);
    pthread_cond_destroy(&g->survey_ready);
}

int generations_take_up(struct generations *g, const struct journal_record *record)
{
    g->was_surveyed |= record->kind == HISTORY_SURVEYED;
    return record->kind == HISTORY_HEARD ? ledger_reenter(&g->heard, record->bytes) : 0;
}

static void note_told(struct generations *g, const struct corpus *corpus)
{
    journal_add(g->journal, HISTORY_TOLD, (uint32_t)corpus->generation, SLICE(""));
}

void generations_begin_noting(struct generations *g, struct journal *journal)
{
    g->journal = journal;
    g->heard.journal = journal;
    note_told(g, g->told->corpus);
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
    while (g->oldest != g->newest && g->oldest->users == 0 && g->oldest != g->surveyed &&
           g->oldest != g->told && g->oldest != g->told_survey) {
        struct generation *generation = g->oldest;
        g->oldest = generation->next;
        survey_release(generation->survey);
        corpus_release(generation->corpus);
        free(generation);
    }
}

void generations_put(struct generations *g, struct generation *generation)
{
    pthread_mutex_lock(&g->lock);
    if (--generation->users == 0) {
        pthread_cond_broadcast(&g->let_go);
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
    const struct timespec end = time_after(CLOCK_REALTIME, milliseconds);
    int err = 0;
    pthread_mutex_lock(&g->lock);
    while (g->newest->corpus->generation <= number && err != ETIMEDOUT)
        err = pthread_cond_timedwait(&g->published, &g->lock, &end);
    bool is_newer = g->newest->corpus->generation > number;
    pthread_mutex_unlock(&g->lock);
    return is_newer;
}

/* With the lock held. */
static bool is_told(const struct generations *g, unsigned lag)
{
    return g->newest->corpus->generation - g->told->corpus->generation <= lag;
}

bool generations_wait_until_told(struct generations *g, unsigned lag, unsigned milliseconds)
{
    const struct timespec end = time_after(CLOCK_REALTIME, milliseconds);
    int err = 0;
    pthread_mutex_lock(&g->lock);
    while (!is_told(g, lag) && err != ETIMEDOUT)
        err = pthread_cond_timedwait(&g->has_told, &g->lock, &end);
    bool in_time = is_told(g, lag);
    pthread_mutex_unlock(&g->lock);
    return in_time;
}

/* --- telling ---------------------------------------------------------------------------------- */

struct generation *generations_untold(struct generations *g, struct generation **before)
{
    pthread_mutex_lock(&g->lock);
    *before = g->told;
    struct generation *untold = g->told->next;
    pthread_mutex_unlock(&g->lock);
    return untold;
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
        pthread_cond_wait(&g->let_go, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

void generations_note_told(struct generations *g, struct generation *generation)
{
    uint64_t number = generation->corpus->generation;
    pthread_mutex_lock(&g->lock);
    g->told = generation;
    pthread_cond_broadcast(&g->has_told);
    free_unused(g);
    pthread_mutex_unlock(&g->lock);
    journal_add(g->journal, HISTORY_TOLD, (uint32_t)number, SLICE(""));
}

/* --- what all bodies say ---------------------------------------------------------------------- */

/* With the survey lock held, which is given up meanwhile. */
static int survey_now(struct generations *g, struct generation *generation)
{
    const struct generation *before = g->surveyed;
    struct survey *made;

    g->is_surveying = true;
    pthread_mutex_unlock(&g->survey_lock);
    const struct survey_step step = {
        .old = before ? before->survey : NULL,
        .before = before ? before->corpus : NULL,
        .after = generation->corpus,
        .ledger = &g->heard,
        .cache = g->options.cache,
        .done = &g->survey_done,
        .step = g->options.progress,
        .step_context = g->options.progress_context,
    };
    int err = survey_next(&step, &made);
    pthread_mutex_lock(&g->survey_lock);
    g->is_surveying = false;
    if (!err) {
        pthread_mutex_lock(&g->lock);
        generation->survey = made;
        g->surveyed = generation;
        /* The first one is all that anybody was ever told of by-voice. */
        if (!g->told_survey) {
            g->told_survey = generation;
            journal_add(g->journal, HISTORY_SURVEYED, 0, SLICE(""));
        }
        free_unused(g);
        pthread_mutex_unlock(&g->lock);
    }
    pthread_cond_broadcast(&g->survey_ready);
    return err;
}

/* With the survey lock held. */
static void wait_for_survey(struct generations *g)
{
    while (g->is_surveying)
        pthread_cond_wait(&g->survey_ready, &g->survey_lock);
}

int generations_survey(struct generations *g, struct generation *generation,
                       const struct survey **survey)
{
    int err = 0;

    pthread_mutex_lock(&g->survey_lock);
    wait_for_survey(g);
    bool is_first = !g->surveyed;
    if (!generation->survey) {
        bool is_past = g->surveyed &&
                       g->surveyed->corpus->generation > generation->corpus->generation;
        err = is_past ? -EAGAIN : survey_now(g, generation);
    }
    *survey = generation->survey;
    pthread_mutex_unlock(&g->survey_lock);
    if (is_first && !err)
        malloc_trim(0); /* what reading all bodies took is not needed again */
    return err;
}

const char *generations_survey_progress(struct generations *g, size_t *done)
{
    pthread_mutex_lock(&g->survey_lock);
    const char *state = g->is_surveying ? "reading" : g->surveyed ? "ready" : "not asked for";
    pthread_mutex_unlock(&g->survey_lock);
    *done = __atomic_load_n(&g->survey_done, __ATOMIC_RELAXED);
    return state;
}

bool generations_are_surveyed(struct generations *g)
{
    pthread_mutex_lock(&g->survey_lock);
    wait_for_survey(g);
    bool is_asked = g->surveyed != NULL;
    pthread_mutex_unlock(&g->survey_lock);
    return is_asked;
}

struct generation *generations_told_survey(struct generations *g)
{
    pthread_mutex_lock(&g->lock);
    struct generation *told = g->told_survey;
    pthread_mutex_unlock(&g->lock);
    return told;
}

void generations_note_survey_told(struct generations *g, struct generation *generation)
{
    pthread_mutex_lock(&g->lock);
    g->told_survey = generation;
    pthread_mutex_unlock(&g->lock);
}

struct spelling **generations_heard(struct generations *g, size_t *count)
{
    /* Others may hear voices that are new meanwhile: the list moves, what is in it does not. */
    pthread_mutex_lock(&g->survey_lock);
    wait_for_survey(g);
    *count = g->heard.all_count;
    struct spelling **spellings = pointers_grown(g->heard.all, *count, *count);
    pthread_mutex_unlock(&g->survey_lock);
    return spellings;
}
