/*
 * What only the bodies of all episodes can say: who is heard in them, and which have originals.
 * It is made on every core when somebody first asks; after that it follows the corpus, and reads
 * no more than what changed.
 */
#ifndef INDEX_VOICE_INDEX_H
#define INDEX_VOICE_INDEX_H

#include "index/cache.h"

/* What one episode said. */
struct body_summary {
    bool has_original;
    const struct facet_refs *facet_refs; /* its voices */
};

/* Of one generation of the corpus. */
struct voice_index {
    bool has_changed;      /* a file was another one by then, and nobody in it is heard */
    struct views by_voice; /* its one view is by-voice */
    const struct body_summary *
        *summaries; /* by number of the episode; NULL: it could not be read */
    uint32_t summary_cap;
    bool *folder_has_original; /* by number of the folder: an episode in it or below it has one */
    struct blocks retired;     /* what the next one does without */
};

struct voice_index_step {
    struct voice_index *old;     /* the newest that there is; NULL: none; its `retired` is set */
    const struct corpus *before; /* … of which generation */
    const struct corpus *after;
    struct vocabulary *vocabulary; /* of what is heard */
    struct cache *cache;
    size_t *done; /* episodes, counted by many threads */
    /* Called now and then, and at last with done == all; NULL: nobody wants to know. */
    void (*step)(void *context, size_t done, size_t all);
    void *step_context;
};

/*
 * Makes the voice index of step->after. A body that cannot be read has nobody and no original in
 * it, and is tried again by the next one; but for an error that passes. 0, -E2BIG or such an error.
 */
int voice_index_next(const struct voice_index_step *step, struct voice_index **voice_index);

static inline bool voice_index_has_original(const struct voice_index *voice_index, uint32_t episode)
{
    return episode < voice_index->summary_cap && voice_index->summaries[episode] &&
           voice_index->summaries[episode]->has_original;
}

/* As corpus_release() and corpus_free_last(). NULL is none. */
void voice_index_release(struct voice_index *voice_index);
void voice_index_free_last(struct voice_index *voice_index);

#endif
