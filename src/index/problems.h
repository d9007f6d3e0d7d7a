/*
 * All that is known to be wrong in the content: in files and front matter, which were read at the
 * start, and in those bodies that were read since.
 */
#ifndef INDEX_PROBLEMS_H
#define INDEX_PROBLEMS_H

#include "index/cache.h"

/* All but those of private files. By path, line and column; texts live in `arena` or in the corpus.
 * 0 or -ENOMEM. */
int problems_gather(const struct corpus *corpus, struct cache *cache, struct arena *arena,
                    struct problems *all);

#endif
