/*
 * A parallel loop.
 */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

enum { PARALLEL_MAX_THREADS = 64 };

/* As many threads as there are processors for this process, at most PARALLEL_MAX_THREADS. */
unsigned parallel_threads(void);

/*
 * Calls work(context, worker, i) once for every i below `count`, in no order, and returns when all
 * are done. `worker` is 0 in the calling thread and below `threads` in the others. If a thread
 * cannot be created the others do its work.
 */
void parallel_for(size_t count, unsigned threads,
                  void (*work)(void *context, unsigned worker, size_t i), void *context);

#endif
