#include "model/heard.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parallel.h"

struct listening {
    const struct corpus *corpus;
    struct cache *cache;
    struct scanned *facts;                     /* one an episode */
    struct arena arenas[PARALLEL_MAX_THREADS]; /* of the facts; one a worker */
    size_t *done;
    void (*step)(void *context, size_t done, size_t all);
    void *context;
    int err;
};

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

static void listen_to(void *listening_, unsigned worker, size_t i)
{
    struct listening *listening = listening_;
    struct parsed *parsed;
    int err = 0;

    if (cache_get(listening->cache, listening->corpus, (uint32_t)i, PART_BODY, &parsed) == 0) {
        err = note_voices(&listening->arenas[worker], &parsed->body, &listening->facts[i]);
        cache_put(listening->cache, parsed);
    }
    if (err)
        __atomic_store_n(&listening->err, err, __ATOMIC_RELAXED);
    size_t done = __atomic_add_fetch(listening->done, 1, __ATOMIC_RELAXED);
    if (listening->step && worker == 0)
        listening->step(listening->context, done, listening->corpus->episode_count);
}

int heard_read(const struct corpus *corpus, struct cache *cache, size_t *done,
               void (*step)(void *context, size_t done, size_t all), void *context,
               struct corpus **heard)
{
    size_t count = corpus->episode_count;
    cleanup_free struct scanned *facts = calloc(count ? count : 1, sizeof *facts);
    struct listening listening = {.corpus = corpus,
                                  .cache = cache,
                                  .facts = facts,
                                  .done = done,
                                  .step = step,
                                  .context = context};

    *heard = NULL;
    if (!facts)
        return -ENOMEM;
    __atomic_store_n(done, 0, __ATOMIC_RELAXED);
    parallel_for(count, parallel_threads(), listen_to, &listening);
    int err = listening.err ? listening.err : corpus_build_heard(corpus, facts, heard);
    for (int i = 0; i < PARALLEL_MAX_THREADS; i++)
        arena_free(&listening.arenas[i]);
    return err;
}
