/*
 * Invalidation: what the kernel has to drop from its caches when one generation follows another.
 * The generations share what did not change, so comparing pointers finds what did.
 */
#ifndef TREE_INVALIDATE_H
#define TREE_INVALIDATE_H

#include <stddef.h>
#include <stdint.h>

struct corpus;
struct known_query;
struct spelling;
struct voice_index;
struct tree;

/*
 * What to drop. ENTRY, FOLDER and WAIT first wait for look-ups and listings of that folder that are
 * under way: a process that was answered may not have run since, and until it does the kernel does
 * not know the node, and so drops nothing of it. Before any node, one of these goes to its folder.
 */
enum invalidate_kind {
    INVALIDATE_ENTRY,  /* the dentry of a name in a folder, also a negative one */
    INVALIDATE_FOLDER, /* a folder's listing and attributes */
    INVALIDATE_WAIT,   /* nothing */
    INVALIDATE_ATTR,   /* a node's attributes, and the target of a link */
    INVALIDATE_STAMPS, /* the attributes alone, of a folder whose listing is the same */
};
/* Makes the kernel drop it. A callback against the direction: fuse/serve.c notifies the kernel, and
 * the tree knows no libfuse. It may wait for requests under way, so the caller holds no lock that a
 * request could need. */
typedef void invalidate_fn(void *context, enum invalidate_kind what, uint64_t id, const char *name);

struct invalidation {
    struct tree *tree;
    const struct corpus *before, *after;
    invalidate_fn *notify;
    void *context;
};

/* Everything but by-voice. */
void invalidate_changes(const struct invalidation *invalidation);

/* by-voice and original/: the differences between two voice indexes, `was` of `before`, `now` of
 * the newest corpus. */
void invalidate_by_voice(const struct invalidation *invalidation, const struct corpus *before,
                         const struct voice_index *was, const struct voice_index *now);

/* All that clients may know of original/ and of by-voice; `spellings` are the voices in it. */
void invalidate_all_by_voice(const struct invalidation *invalidation,
                             struct spelling *const *spellings, size_t count);

/* All that clients may know of every query. */
void invalidate_all_queries(const struct invalidation *invalidation);

/* All that clients may know of a query, before the tree forgets it. */
void invalidate_query(const struct invalidation *invalidation, const struct known_query *query);

#endif
