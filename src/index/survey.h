/*
 * What only the bodies of all episodes can say: who is heard in them, and which have originals.
 * It is made on every core when somebody first asks; after that it follows the corpus, and reads
 * no more than what changed.
 */
#ifndef INDEX_SURVEY_H
#define INDEX_SURVEY_H

#include "index/cache.h"

/* What one episode said. */
struct note {
    bool has_original;
    const struct marks *marks; /* its voices */
};

/* Of one generation of the corpus. */
struct survey {
    bool has_changed;          /* a file was another one by then, and nobody in it is heard */
    struct views heard;        /* its one view is by-voice */
    const struct note **notes; /* by number of the episode; NULL: it could not be read */
    uint32_t note_cap;
    bool *folder_has_original; /* by number of the folder: an episode in it or below it has one */
    struct blocks retired;     /* what the next survey does without */
};

struct survey_step {
    struct survey *old;          /* the newest that there is; NULL: none; its `retired` is set */
    const struct corpus *before; /* … of which generation */
    const struct corpus *after;
    struct ledger *ledger; /* of what is heard */
    struct cache *cache;
    size_t *done; /* episodes, counted by many threads */
    /* Called now and then, and at last with done == all; NULL: nobody wants to know. */
    void (*step)(void *context, size_t done, size_t all);
    void *step_context;
};

/*
 * Makes the survey of step->after. A body that cannot be read has nobody and no original in it, and
 * is tried again by the next survey; but for an error that passes. 0, -E2BIG or such an error.
 */
int survey_next(const struct survey_step *step, struct survey **survey);

static inline bool survey_has_original(const struct survey *survey, uint32_t episode)
{
    return episode < survey->note_cap && survey->notes[episode] &&
           survey->notes[episode]->has_original;
}

/* As corpus_release() and corpus_free_last(). NULL is none. */
void survey_release(struct survey *survey);
void survey_free_last(struct survey *survey);

#endif
