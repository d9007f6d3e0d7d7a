#include "fuse/ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"

enum {
    QUEUE = 16,          /* folders that wait; more are not stored ahead */
    RECENT = 256,        /* folders that are known to be read */
    LARGEST = 64 * 1024, /* bytes of a file: the kernel reads ahead in larger ones itself */
    MOST_PRESSURE = 5,   /* percent of time that something waits for memory */
    CHECK_EVERY = 1      /* seconds */
};

/* A folder of which files are read. */
struct recent {
    uint64_t folder;
    bool is_stored; /* it is done, or it waits */
};

struct ahead {
    struct tree *tree;
    store_fn *store;
    void *context;
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

/* --- noting -------------------------------------------------------------------------------------
 */

void ahead_note_read(struct ahead *ahead, uint64_t id)
{
    uint64_t folder = ahead ? tree_siblings(id) : 0;
    if (!folder)
        return;
    pthread_mutex_lock(&ahead->lock);
    struct recent *recent = &ahead->recent[(folder * 0x9E3779B97F4A7C15u) >> 56];
    if (recent->folder != folder) {
        *recent = (struct recent){.folder = folder};
    } else if (!recent->is_stored && ahead->count < QUEUE) {
        recent->is_stored = true;
        ahead->queue[(ahead->first + ahead->count++) % QUEUE] = id;
        pthread_cond_signal(&ahead->more);
    }
    pthread_mutex_unlock(&ahead->lock);
}

/* --- storing ------------------------------------------------------------------------------------
 */

/* Pressure stall information, where the kernel has it (Documentation/accounting/psi.rst). */
static bool is_memory_short(void)
{
    char text[256];
    cleanup_fd int fd = open("/proc/pressure/memory", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (got <= 0)
        return false;
    text[got] = '\0';
    return strncmp(text, "some avg10=", 11) == 0 && strtod(text + 11, NULL) > MOST_PRESSURE;
}

static bool may_store(struct ahead *ahead)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (now.tv_sec - ahead->checked >= CHECK_EVERY) {
        ahead->checked = now.tv_sec;
        ahead->is_short = is_memory_short();
    }
    return !ahead->is_short && !__atomic_load_n(&ahead->is_ending, __ATOMIC_RELAXED);
}

static bool store_one(void *ahead_, uint64_t id, struct slice bytes)
{
    struct ahead *ahead = ahead_;
    if (!may_store(ahead))
        return false;
    if (bytes.len > LARGEST)
        return true;
    return ahead->store(ahead->context, id, bytes) == 0;
}

static void *store_all(void *ahead_)
{
    struct ahead *ahead = ahead_;
    pthread_mutex_lock(&ahead->lock);
    for (;;) {
        while (!ahead->count && !ahead->is_ending)
            pthread_cond_wait(&ahead->more, &ahead->lock);
        if (ahead->is_ending)
            break;
        uint64_t id = ahead->queue[ahead->first];
        ahead->first = (ahead->first + 1) % QUEUE;
        ahead->count--;
        pthread_mutex_unlock(&ahead->lock);
        tree_read_siblings(ahead->tree, id, store_one, ahead);
        pthread_mutex_lock(&ahead->lock);
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

/* --- beginning and ending ------------------------------------------------------------------------
 */

int ahead_new(struct tree *tree, store_fn *store, void *context, struct ahead **made)
{
    struct ahead *ahead = calloc(1, sizeof *ahead);
    *made = NULL;
    if (!ahead)
        return -ENOMEM;
    ahead->tree = tree;
    ahead->store = store;
    ahead->context = context;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->more, NULL);
    int err = pthread_create(&ahead->thread, NULL, store_all, ahead);
    if (err) {
        free(ahead);
        return -err;
    }
    ahead->has_thread = true;
    *made = ahead;
    return 0;
}

void ahead_stop(struct ahead *ahead)
{
    if (!ahead || !ahead->has_thread)
        return;
    pthread_mutex_lock(&ahead->lock);
    __atomic_store_n(&ahead->is_ending, true, __ATOMIC_RELAXED);
    pthread_cond_signal(&ahead->more);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
    ahead->has_thread = false;
}

void ahead_free(struct ahead *ahead)
{
    if (!ahead)
        return;
    ahead_stop(ahead);
    pthread_mutex_destroy(&ahead->lock);
    pthread_cond_destroy(&ahead->more);
    free(ahead);
}
