/*
 * Builds the next generation of the corpus. build_episodes.c builds the episodes and their lists,
 * build_folders.c the folders and the names in them; build.c calls the steps in order.
 */
#ifndef CORPUS_BUILD_H
#define CORPUS_BUILD_H

#include "corpus/builder.h"
#include "corpus/corpus.h"

/* Sorts changes by path, and drops all but the last of a path. 0 or -ENOMEM. */
int corpus_order(struct scanned *changes, size_t *count);

/*
 * Builds the generation after `old`, the last one that this builder built; NULL: the first one.
 * `changes` are the files that are new, changed or gone, in any order; the last one of a path
 * counts. It sorts them and keeps no pointer into them. `old` stays valid and gets its `retired`.
 * The caller owns *next. 0, -E2BIG past CORPUS_MAX_EPISODES or VOCABULARY_MAX_FACETS, -ENOMEM; an
 * error changes nothing.
 */
int corpus_next(struct builder *builder, struct corpus *old, struct scanned *changes, size_t count,
                struct corpus **next);

#endif
