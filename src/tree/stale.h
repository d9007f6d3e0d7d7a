/*
 * What a client that remembers has to forget when one generation follows another. Both share what
 * did not change, so what changed is found by comparing pointers.
 */
#ifndef TREE_STALE_H
#define TREE_STALE_H

#include <stddef.h>
#include <stdint.h>

struct corpus;
struct spelling;
struct survey;
struct tree;

/* What a client that remembers has to forget. */
enum stale {
    STALE_NAME,   /* what stands under a name in a folder, or that nothing does */
    STALE_FOLDER, /* a folder's listing and attributes */
    STALE_ATTR,   /* a node's attributes, and where a link leads */
};
typedef void stale_fn(void *context, enum stale what, uint64_t id, const char *name);

struct stale_context {
    struct tree *tree;
    const struct corpus *before, *after;
    stale_fn *tell;
    void *context;
};

/* All but by-voice. */
void stale_tell(const struct stale_context *stale);

/* by-voice and original/: what differs between two surveys, `was` of `before`, `now` of the newest
 * corpus. */
void stale_tell_heard(const struct stale_context *stale, const struct corpus *before,
                      const struct survey *was, const struct survey *now);

/* All that clients may know of by-voice, where these were heard, and of original/. */
void stale_forget_heard(const struct stale_context *stale, struct spelling *const *spellings,
                        size_t count);

#endif
