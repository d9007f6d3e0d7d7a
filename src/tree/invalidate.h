/*
 * What a client that remembers has to forget when one generation follows another. Both share what
 * did not change, so what changed is found by comparing pointers.
 */
#ifndef TREE_INVALIDATE_H
#define TREE_INVALIDATE_H

#include <stddef.h>
#include <stdint.h>

struct corpus;
struct spelling;
struct voice_index;
struct tree;

/* What a client that remembers has to forget. */
enum invalidate_kind {
    INVALIDATE_ENTRY,  /* what stands under a name in a folder, or that nothing does */
    INVALIDATE_FOLDER, /* a folder's listing and attributes */
    INVALIDATE_ATTR,   /* a node's attributes, and where a link leads */
};
typedef void invalidate_fn(void *context, enum invalidate_kind what, uint64_t id, const char *name);

struct invalidation {
    struct tree *tree;
    const struct corpus *before, *after;
    invalidate_fn *notify;
    void *context;
};

/* All but by-voice. */
void invalidate_changes(const struct invalidation *invalidation);

/* by-voice and original/: what differs between two voice indexes, `was` of `before`, `now` of the
 * newest corpus. */
void invalidate_by_voice(const struct invalidation *invalidation, const struct corpus *before,
                         const struct voice_index *was, const struct voice_index *now);

/* All that clients may know of by-voice, where these were heard, and of original/. */
void invalidate_all_by_voice(const struct invalidation *invalidation,
                             struct spelling *const *spellings, size_t count);

#endif
