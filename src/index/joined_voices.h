/*
 * Names that are of one person, as originals say it over all episodes: a turn of 黄仁勋 whose
 * original has the label Jensen Huang. Two names, in Latin letters and in Chinese or the like, are
 * joined where each stands with the other and with no third; where two fit, nobody does.
 */
#ifndef INDEX_JOINED_VOICES_H
#define INDEX_JOINED_VOICES_H

#include "base/arena.h"
#include "base/map.h"
#include "corpus/vocabulary.h"
#include "transcript/refs.h"

/* Somebody who is heard in an episode. */
struct heard_voice {
    struct slice name;     /* as the folder in its voices/ */
    struct slice original; /* what originals of these turns call this one; empty: nothing else */
    bool has_several;      /* … or more than one thing, and nothing counts */
};

/* Who is heard in an episode, and names somebody, and what its turns are cited by: one block with
 * its texts. */
struct heard_voices {
    struct body_refs refs;
    uint32_t count;
    struct heard_voice at[];
};

struct joined_voices {
    struct map folded;       /* name folded -> index of another name in `names` */
    struct spelling **names; /* the one that both have a folder by; owned */
    struct spelling **all;   /* every name that is joined; owned */
    size_t count;
    uint64_t hash; /* of all of it */
    struct arena arena;
};

/* What is read of a body into `arena`. 0 or -ENOMEM. */
int heard_voices_read(struct arena *arena, const struct body *body, struct heard_voices **heard);

/* Joins what all episodes say, `heard` by number, NULL: nothing. Names are entered in the
 * vocabulary. 0 or an error of it. To be freed either way. */
int joined_voices_find(const struct heard_voices *const *heard, size_t count,
                       struct vocabulary *vocabulary, struct joined_voices *joined);
void joined_voices_free(struct joined_voices *joined);

/* What a name has its folder by: that of the other name, or NULL where it is not joined. *err is
 * -ENOMEM where memory ended. */
struct spelling *joined_voices_get(const struct joined_voices *joined, struct slice name, int *err);

#endif
