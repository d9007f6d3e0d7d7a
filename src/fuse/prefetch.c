#include "fuse/prefetch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"

enum {
    QUEUE = 16,          /* folders that wait; the rest is not prefetched */
    RECENT = 256,        /* folders with recent reads */
    LARGEST = 64 * 1024, /* bytes of a file: the kernel reads ahead in larger ones itself */
    MOST_PRESSURE = 5,   /* percent of time in which a task waits for memory */
    CHECK_EVERY = 1      /* seconds */
};

/* A folder whose files are being read. */
struct recent {
    uint64_t folder;
    bool is_stored; /* done or queued */
};

struct prefetch {
    struct tree *tree;
    store_fn *store;
    void *context;
    int pressure_fd;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t more;
    uint64_t queue[QUEUE]; /* ids of files that were read */
    unsigned first, count;
    struct recent recent[RECENT]; /* by a hash of the folder */
    bool is_ending;

    time_t checked; /* the thread's */
    bool is_short;
};

/* --- noting ----------------------------------------------------------------------------------- */

void prefetch_note_read(struct prefetch *prefetch, uint64_t id)
{
    uint64_t folder = prefetch ? tree_siblings(id) : 0;
    if (!folder)
        return;
    pthread_mutex_lock(&prefetch->lock);
    struct recent *recent = &prefetch->recent[(folder * 0x9E3779B97F4A7C15u) >> 56];
    if (recent->folder != folder) {
        *recent = (struct recent){.folder = folder};
    } else if (!recent->is_stored && prefetch->count < QUEUE) {
        recent->is_stored = true;
        prefetch->queue[(prefetch->first + prefetch->count++) % QUEUE] = id;
        pthread_cond_signal(&prefetch->more);
    }
    pthread_mutex_unlock(&prefetch->lock);
}

/* --- storing ---------------------------------------------------------------------------------- */

/* Pressure stall information, if the kernel has it (Documentation/accounting/psi.rst). */
int prefetch_open_pressure(void)
{
    return open("/proc/pressure/memory", O_RDONLY | O_CLOEXEC);
}

static bool is_memory_short(int fd)
{
    char text[256];
    ssize_t got = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
    if (got <= 0)
        return false;
    text[got] = '\0';
    return strncmp(text, "some avg10=", 11) == 0 && strtod(text + 11, NULL) > MOST_PRESSURE;
}

static bool may_store(struct prefetch *prefetch)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (now.tv_sec - prefetch->checked >= CHECK_EVERY) {
        prefetch->checked = now.tv_sec;
        prefetch->is_short = is_memory_short(prefetch->pressure_fd);
    }
    return !prefetch->is_short && !__atomic_load_n(&prefetch->is_ending, __ATOMIC_RELAXED);
}

static bool store_one(void *prefetch_, uint64_t id, struct slice bytes)
{
    struct prefetch *prefetch = prefetch_;
    if (!may_store(prefetch))
        return false;
    if (bytes.len > LARGEST)
        return true;
    return prefetch->store(prefetch->context, id, bytes) == 0;
}

static void *store_all(void *prefetch_)
{
    struct prefetch *prefetch = prefetch_;
    pthread_mutex_lock(&prefetch->lock);
    for (;;) {
        while (!prefetch->count && !prefetch->is_ending)
            pthread_cond_wait(&prefetch->more, &prefetch->lock);
        if (prefetch->is_ending)
            break;
        uint64_t id = prefetch->queue[prefetch->first];
        prefetch->first = (prefetch->first + 1) % QUEUE;
        prefetch->count--;
        pthread_mutex_unlock(&prefetch->lock);
        tree_read_siblings(prefetch->tree, id, store_one, prefetch);
        pthread_mutex_lock(&prefetch->lock);
    }
    pthread_mutex_unlock(&prefetch->lock);
    return NULL;
}

/* --- beginning and ending --------------------------------------------------------------------- */

int prefetch_new(struct tree *tree, store_fn *store, void *context, int pressure_fd,
                 struct prefetch **made)
{
    struct prefetch *prefetch = calloc(1, sizeof *prefetch);
    *made = NULL;
    if (!prefetch)
        return -ENOMEM;
    prefetch->tree = tree;
    prefetch->store = store;
    prefetch->context = context;
    prefetch->pressure_fd = pressure_fd;
    pthread_mutex_init(&prefetch->lock, NULL);
    pthread_cond_init(&prefetch->more, NULL);
    int err = pthread_create(&prefetch->thread, NULL, store_all, prefetch);
    if (err) {
        free(prefetch);
        return -err;
    }
    prefetch->has_thread = true;
    *made = prefetch;
    return 0;
}

void prefetch_stop(struct prefetch *prefetch)
{
    if (!prefetch || !prefetch->has_thread)
        return;
    pthread_mutex_lock(&prefetch->lock);
    __atomic_store_n(&prefetch->is_ending, true, __ATOMIC_RELAXED);
    pthread_cond_signal(&prefetch->more);
    pthread_mutex_unlock(&prefetch->lock);
    pthread_join(prefetch->thread, NULL);
    prefetch->has_thread = false;
}

void prefetch_free(struct prefetch *prefetch)
{
    if (!prefetch)
        return;
    prefetch_stop(prefetch);
    pthread_mutex_destroy(&prefetch->lock);
    pthread_cond_destroy(&prefetch->more);
    free(prefetch);
}
