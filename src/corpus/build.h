/*
 * Building the next generation of the corpus. build_episodes.c makes the episodes and their lists,
 * build_folders.c the folders and the names in them; here is the order of the steps.
 */
#ifndef CORPUS_BUILD_H
#define CORPUS_BUILD_H

#include "corpus/builder.h"
#include "corpus/corpus.h"

/*
 * Builds the generation that follows `old`, the last one that it built; NULL: the first. `changes`
 * are the files that are new, other or gone; they are put in order, the last one of a path counts,
 * and nothing of them is kept. `old` stays as it is, but for `retired`. 0, -E2BIG past
 * CORPUS_MAX_EPISODES or VOCABULARY_MAX_FACETS, -ENOMEM: then nothing has happened.
 */
int corpus_next(struct builder *builder, struct corpus *old, struct scanned *changes, size_t count,
                struct corpus **next);

#endif
