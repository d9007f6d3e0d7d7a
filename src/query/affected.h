/*
 * Which queries a change of the content affects: it tries them on the episodes that changed. A
 * result of which none of these was a part, nor is one now, stays what it is, and clients keep what
 * they have of it.
 */
#ifndef QUERY_AFFECTED_H
#define QUERY_AFFECTED_H

#include "query/selections.h"

enum {
    AFFECTED_EPISODES = 64,    /* more that changed affect every query */
    AFFECTED_BYTES = 256 << 20 /* of bodies that are searched; what is not tried is affected */
};

/* From one generation to the next one. */
struct affected {
    const struct corpus *after;
    struct selections *selections; /* borrowed, as all here */
    struct cache *cache;
    bool are_all;
    uint32_t episodes[AFFECTED_EPISODES]; /* that changed */
    uint32_t count;
    int64_t bytes;    /* of them, and */
    int64_t searched; /* how many were searched so far */
};

struct affected affected_begin(struct selections *selections, struct cache *cache,
                               const struct corpus *before, const struct corpus *after);

/* Takes the query of a slot (known_queries_take_shown()) if it is affected. The one thread that
 * notifies clients, when no request holds an older generation. */
bool affected_take(struct affected *affected, uint32_t slot, struct known_query *query);

/* Whether a change of the voice index, of which clients are notified later, affects every query. */
bool affected_by_voices(const struct corpus *before, const struct voice_index *was,
                        const struct corpus *after, const struct voice_index *now);

#endif
