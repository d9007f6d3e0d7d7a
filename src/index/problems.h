/*
 * The problems of the content: those of files and front matter, which every scan reads, and those
 * of the bodies that were parsed so far.
 */
#ifndef INDEX_PROBLEMS_H
#define INDEX_PROBLEMS_H

#include "index/cache.h"

/* Collects them, except those of private files, sorted by path, line and column. Texts live in
 * `arena` or in the corpus. 0 or -ENOMEM. */
int problems_gather(const struct corpus *corpus, struct cache *cache, struct arena *arena,
                    struct problems *all);

#endif
