#include "model/survey.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parallel.h"

struct surveying {
    const struct corpus *corpus;
    struct cache *cache;
    struct survey *survey;
    struct scanned *facts;                     /* one an episode */
    struct arena arenas[PARALLEL_MAX_THREADS]; /* of the facts; one a worker */
    int err;
};

/* --- going over all episodes ------------------------------------------------------------------ */

struct counting {
    const struct over_all *over;
    size_t count;
};

static void count_one(void *counting_, unsigned worker, size_t i)
{
    const struct counting *counting = counting_;
    const struct over_all *over = counting->over;
    over->work(over->context, worker, i);
    size_t done = __atomic_add_fetch(over->done, 1, __ATOMIC_RELAXED);
    if (over->step && worker == 0)
        over->step(over->step_context, done, counting->count);
}

void over_all(const struct over_all *over, size_t count)
{
    struct counting counting = {over, count};
    __atomic_store_n(over->done, 0, __ATOMIC_RELAXED);
    parallel_for(count, parallel_threads(), count_one, &counting);
    if (over->step)
        over->step(over->step_context, count, count);
}

/* --- what one episode says -------------------------------------------------------------------- */

static int note_voice(struct arena *arena, struct slice name, struct fact **last)
{
    struct fact *fact = ARENA_NEW(arena, struct fact, 1);
    if (!fact)
        return -ENOMEM;
    *fact = (struct fact){.next = *last, .view = SLICE("by-voice")};
    fact->value = arena_copy(arena, name);
    *last = fact;
    return fact->value.data ? 0 : -ENOMEM;
}

static int note_voices(struct arena *arena, const struct body *body, struct scanned *facts)
{
    int err = 0;
    for (uint32_t i = body->voice_count; i-- > 0 && !err;) {
        const struct voice *voice = &body->voices[i];
        struct slice name = {body->text + voice->name.at, voice->name.len};
        if (!voice->is_anonymous)
            err = note_voice(arena, name, &facts->facts);
    }
    return err;
}

static void survey_one(void *surveying_, unsigned worker, size_t i)
{
    struct surveying *s = surveying_;
    struct parsed *parsed;

    if (cache_get(s->cache, s->corpus, (uint32_t)i, PART_BODY, &parsed))
        return;
    s->survey->has_original[i] = parsed->body.originals_len > 0;
    int err = note_voices(&s->arenas[worker], &parsed->body, &s->facts[i]);
    cache_put(s->cache, parsed);
    if (err)
        __atomic_store_n(&s->err, err, __ATOMIC_RELAXED);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void mark_folders(const struct corpus *corpus, struct survey *survey)
{
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        if (!survey->has_original[i])
            continue;
        survey->originals++;
        uint32_t folder = corpus->episodes[i].folder;
        while (!survey->folder_has_original[folder]) {
            survey->folder_has_original[folder] = true;
            folder = corpus->folders[folder].parent; /* of episodes/ itself: it is its own */
        }
    }
}

int survey_make(const struct corpus *corpus, struct cache *cache, size_t *done,
                void (*step)(void *context, size_t done, size_t all), void *step_context,
                struct survey **made)
{
    size_t count = corpus->episode_count;
    cleanup_free struct scanned *facts = calloc(count + 1, sizeof *facts);
    struct survey *survey = calloc(1, sizeof *survey);
    struct surveying surveying = {
        .corpus = corpus, .cache = cache, .survey = survey, .facts = facts};
    const struct over_all over = {survey_one, &surveying, done, step, step_context};

    *made = NULL;
    if (survey) {
        survey->has_original = calloc(count + 1, sizeof(bool));
        survey->folder_has_original = calloc(corpus->folder_count, sizeof(bool));
    }
    if (!facts || !survey || !survey->has_original || !survey->folder_has_original) {
        survey_free(survey);
        return -ENOMEM;
    }
    over_all(&over, count);
    mark_folders(corpus, survey);
    int err = surveying.err ? surveying.err : corpus_build_heard(corpus, facts, &survey->heard);
    for (int i = 0; i < PARALLEL_MAX_THREADS; i++)
        arena_free(&surveying.arenas[i]);
    if (err)
        survey_free(survey);
    else
        *made = survey;
    return err;
}

void survey_free(struct survey *survey)
{
    if (!survey)
        return;
    corpus_free(survey->heard);
    free(survey->has_original);
    free(survey->folder_has_original);
    free(survey);
}
