/*
 * Who is heard in the turns of all episodes: what by-voice is made of. It takes every body, so it
 * is read once, on every core, when somebody first asks.
 */
#ifndef MODEL_HEARD_H
#define MODEL_HEARD_H

#include "model/cache.h"

/*
 * Reads all bodies and builds a corpus with the view by-voice. `done` counts episodes while that
 * goes on, and `step`, unless it is NULL, is called with it now and then. A body that cannot be
 * read has nobody in it. 0, -E2BIG or -ENOMEM; the corpus is the caller's.
 */
int heard_read(const struct corpus *corpus, struct cache *cache, size_t *done,
               void (*step)(void *context, size_t done, size_t all), void *context,
               struct corpus **heard);

#endif
