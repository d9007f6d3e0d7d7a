/*
 * What only the bodies of all episodes can say: who is heard in them, and which have originals.
 * It is made once, on every core, when somebody first asks.
 */
#ifndef MODEL_SURVEY_H
#define MODEL_SURVEY_H

#include "model/cache.h"

struct survey {
    struct corpus *heard;      /* its one view is by-voice */
    bool *has_original;        /* one an episode */
    bool *folder_has_original; /* one a folder: whether an episode in it or below it has one */
    uint32_t originals;        /* episodes with originals */
};

/* Calls work(context, worker, i) for every episode, on every core, and counts those that are done.
 * `step`, unless it is NULL, is called now and then, and at last with done == all. */
struct over_all {
    void (*work)(void *context, unsigned worker, size_t i);
    void *context;
    size_t *done;
    void (*step)(void *context, size_t done, size_t all);
    void *step_context;
};
void over_all(const struct over_all *over, size_t count);

/*
 * Reads all bodies; `done`, `step` and `step_context` as above. A body that cannot be read has
 * nobody and no original in it. 0, -E2BIG or -ENOMEM; the survey is the caller's.
 */
int survey_make(const struct corpus *corpus, struct cache *cache, size_t *done,
                void (*step)(void *context, size_t done, size_t all), void *step_context,
                struct survey **survey);

void survey_free(struct survey *survey);

#endif
