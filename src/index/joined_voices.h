/*
 * Names of one person, joined by the originals of all episodes: a turn of 黄仁勋 whose original has
 * the label Jensen Huang. Two names, in Latin letters and in Chinese or the like, are joined if
 * each occurs with the other and with no third; if two fit, neither is joined.
 */
#ifndef INDEX_JOINED_VOICES_H
#define INDEX_JOINED_VOICES_H

#include "base/arena.h"
#include "base/map.h"
#include "corpus/vocabulary.h"
#include "transcript/refs.h"

/* A voice of an episode. */
struct heard_voice {
    struct slice name;     /* as its folder in voices/ */
    struct slice original; /* the name in originals of its turns; empty: none */
    bool has_several;      /* … they have several, and none counts */
};

/* The voices of an episode that are not anonymous, and the references of its turns: one block with
 * its texts. */
struct heard_voices {
    struct body_refs refs;
    uint32_t count;
    struct heard_voice at[];
};

struct joined_voices {
    struct map folded;       /* name folded -> index of another name in `names` */
    struct spelling **names; /* the one that names the folder of both; owned */
    struct spelling **all;   /* every name that is joined; owned */
    size_t count;
    uint64_t hash; /* of all of it */
    struct arena arena;
};

/* Collects them from a body into `arena`. 0 or -ENOMEM. */
int heard_voices_read(struct arena *arena, const struct body *body, struct heard_voices **heard);

/* Joins the voices of all episodes, `heard` by number of the episode, which may be NULL. Enters
 * names in the vocabulary. 0 or an error of it. The caller frees `joined` either way. */
int joined_voices_find(const struct heard_voices *const *heard, size_t count,
                       struct vocabulary *vocabulary, struct joined_voices *joined);
void joined_voices_free(struct joined_voices *joined);

/* The spelling that names the folder of a name: that of the other name, or NULL if it is not
 * joined. *err is -ENOMEM if memory runs out. */
struct spelling *joined_voices_get(const struct joined_voices *joined, struct slice name, int *err);

#endif
