/*
 * A parallel loop, and a wait for another thread; both end where nobody wants what they are for.
 */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <pthread.h>
#include <stdbool.h>
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

/* Whether the client that the calling thread works for gave up. */
typedef bool has_left_fn(void);

/* parallel_for() with parallel_threads(), which ends early where that client gave up: -EINTR, and
 * not all were called; else 0. `has_left` may be NULL. */
int parallel_for_client(size_t count, has_left_fn *has_left,
                        void (*work)(void *context, unsigned worker, size_t i), void *context);

/* Waits until the condition is signalled, or for a moment; the caller looks at what it waits for
 * either way. With the lock held, of a condition of cond_init_timed(). -EINTR, without a wait,
 * where the client of this thread gave up; else 0. `has_left` may be NULL. */
int parallel_wait_client(pthread_cond_t *cond, pthread_mutex_t *lock, has_left_fn *has_left);

#endif
