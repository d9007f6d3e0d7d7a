#include "base/parallel.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/clock.h"

struct job {
    atomic_size_t next;
    size_t count;
    has_left_fn *has_left; /* NULL: nobody can */
    bool is_given_up;
    void (*work)(void *context, unsigned worker, size_t i);
    void *context;
};

struct parallel_worker {
    struct job *job;
    unsigned number;
    pthread_t thread;
};

unsigned parallel_threads(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count > PARALLEL_MAX_THREADS ? PARALLEL_MAX_THREADS : (unsigned)count;
}

static void *run(void *worker_)
{
    const struct parallel_worker *worker = worker_;
    struct job *job = worker->job;
    size_t i;

    while ((i = atomic_fetch_add(&job->next, 1)) < job->count) {
        /* The other threads have no client. */
        if (worker->number == 0 && job->has_left && job->has_left()) {
            job->is_given_up = true;
            atomic_store(&job->next, job->count);
            break;
        }
        job->work(job->context, worker->number, i);
    }
    return NULL;
}

static void run_all(struct job *job, unsigned threads)
{
    struct parallel_worker workers[PARALLEL_MAX_THREADS] = {{.job = job}};
    unsigned started = 1;

    if (threads > PARALLEL_MAX_THREADS)
        threads = PARALLEL_MAX_THREADS;
    for (; started < threads && started < job->count; started++) {
        workers[started] = (struct parallel_worker){.job = job, .number = started};
        if (pthread_create(&workers[started].thread, NULL, run, &workers[started]))
            break;
    }
    run(&workers[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
}

void parallel_for(size_t count, unsigned threads,
                  void (*work)(void *context, unsigned worker, size_t i), void *context)
{
    struct job job = {.count = count, .work = work, .context = context};
    run_all(&job, threads);
}

int parallel_for_client(size_t count, has_left_fn *has_left,
                        void (*work)(void *context, unsigned worker, size_t i), void *context)
{
    struct job job = {.count = count, .has_left = has_left, .work = work, .context = context};
    if (has_left && has_left())
        return -EINTR;
    run_all(&job, parallel_threads());
    return job.is_given_up ? -EINTR : 0;
}

int parallel_wait_client(pthread_cond_t *cond, pthread_mutex_t *lock, has_left_fn *has_left)
{
    enum { A_MOMENT = 100 /* milliseconds */ };
    const struct timespec end = time_after(A_MOMENT);
    if (has_left && has_left())
        return -EINTR;
    pthread_cond_timedwait(cond, lock, &end);
    return 0;
}
