/*
 * The voice index: the voices of each episode, which episodes have originals, and the references of
 * turns. It needs bodies: the first voice index reads all of them, on every core, on request. Each
 * later one shares what did not change and reads only the bodies that did.
 */
#ifndef INDEX_VOICE_INDEX_H
#define INDEX_VOICE_INDEX_H

#include "index/cache.h"
#include "index/joined_voices.h"

/* What the voice index takes from one body. */
struct body_summary {
    bool has_original;
    const struct heard_voices *heard;
    const struct facet_refs *facet_refs; /* of the same voices … */
    uint32_t places[];                   /* … which of `heard` each is */
};

/* The voice index of one generation. */
struct voice_index {
    bool has_changed;      /* a file changed meanwhile, and its voices are missing */
    struct views by_voice; /* its one view is by-voice */
    struct joined_voices joined;
    const struct body_summary *
        *summaries; /* by number of the episode; NULL: it could not be read */
    uint32_t summary_cap;
    bool *folder_has_original; /* by number of the folder: an episode in it or below it has one */
    struct blocks retired;     /* memory that the next one no longer shares */
};

struct voice_index_step {
    struct voice_index *old;     /* the newest; may be NULL; this step sets its `retired` */
    const struct corpus *before; /* the corpus of `old` */
    const struct corpus *after;
    struct vocabulary *vocabulary; /* of by-voice */
    struct cache *cache;
    size_t *done; /* episodes, counted by many threads */
    /* Called now and then, and at last with done == all; may be NULL. */
    void (*step)(void *context, size_t done, size_t all);
    void *step_context;
};

/*
 * Makes the voice index of step->after. A body that cannot be read has no voice and no original,
 * and the next voice index tries it again. 0, -E2BIG, or an error that passes (error_passes()).
 */
int voice_index_next(const struct voice_index_step *step, struct voice_index **voice_index);

/* The facet of a name, as a file name, that is joined with another; NO_INDEX where it is not. */
uint32_t voice_index_find_joined(const struct voice_index *voice_index, struct slice name);

/* The references of the turns of an episode; NULL: it is private, or could not be read. */
const struct body_refs *voice_index_refs(const struct voice_index *voice_index,
                                         const struct corpus *corpus, uint32_t episode);

static inline bool voice_index_has_original(const struct voice_index *voice_index, uint32_t episode)
{
    return episode < voice_index->summary_cap && voice_index->summaries[episode] &&
           voice_index->summaries[episode]->has_original;
}

/* As corpus_release() and corpus_free_last(). NULL is none. */
void voice_index_release(struct voice_index *voice_index);
void voice_index_free_last(struct voice_index *voice_index);

#endif
