#include "fuse/prefetch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "fuse/ahead.h"

enum {
    QUEUE = 16,          /* folders that wait; the rest is not prefetched */
    RECENT = 256,        /* folders with recent reads */
    LARGEST = 64 * 1024, /* bytes of a file: the kernel reads ahead in larger ones itself */
    MOST_PRESSURE = 5,   /* percent of time in which a task waits for memory */
    CHECK_EVERY = 1,     /* seconds */

    UNREAD = 1024,                  /* files that wait; the rest is not stored */
    UNREAD_MIN = 64,                /* … the latest of which a client may read at once */
    UNREAD_BYTES = 4 * 1024 * 1024, /* or those with so many bytes */
    UNREAD_LARGEST = 1024 * 1024,   /* bytes of a file */
    UNREAD_PART = 8,                /* of the memory, until a client reads such a file */
};

/* A folder whose files are being read. */
struct recent {
    uint64_t folder;
    bool is_stored; /* done or queued */
};

/* A file that a client knows the size of. */
struct unread {
    uint64_t id; /* 0: it was read since */
    size_t len;
};

struct prefetch {
    struct tree *tree;
    struct ahead *ahead;
    store_fn *store;
    void *context;
    struct prefetch_memory memory;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t more;
    uint64_t queue[QUEUE]; /* ids of files that were read */
    unsigned first, count;
    struct recent recent[RECENT]; /* by a hash of the folder */
    struct unread unread[UNREAD]; /* in the order of requests */
    unsigned unread_first, unread_count;
    size_t unread_bytes;
    uint64_t unread_stored; /* bytes, since a client read such a file */
    bool is_ending;

    time_t checked; /* the thread's */
    bool is_short;
};

/* --- noting ----------------------------------------------------------------------------------- */

/* With the lock held. */
static void note_folder(struct prefetch *prefetch, uint64_t folder, uint64_t id)
{
    struct recent *recent = &prefetch->recent[(folder * 0x9E3779B97F4A7C15u) >> 56];
    if (recent->folder != folder) {
        *recent = (struct recent){.folder = folder};
    } else if (!recent->is_stored && prefetch->count < QUEUE) {
        recent->is_stored = true;
        prefetch->queue[(prefetch->first + prefetch->count++) % QUEUE] = id;
        pthread_cond_signal(&prefetch->more);
    }
}

/* With the lock held: its bytes need no store. */
static void forget_unread(struct prefetch *prefetch, uint64_t id)
{
    for (unsigned i = 0; i < prefetch->unread_count; i++) {
        struct unread *unread = &prefetch->unread[(prefetch->unread_first + i) % UNREAD];
        if (unread->id == id)
            unread->id = 0;
    }
}

void prefetch_note_read(struct prefetch *prefetch, uint64_t id)
{
    if (!prefetch)
        return;
    uint64_t folder = tree_siblings(id);
    bool is_text = ahead_note(prefetch->ahead, id);
    pthread_mutex_lock(&prefetch->lock);
    if (folder)
        note_folder(prefetch, folder, id);
    else
        forget_unread(prefetch, id);
    if (is_text)
        prefetch->unread_stored = 0;
    pthread_mutex_unlock(&prefetch->lock);
}

/* With the lock held. */
static bool must_store_unread(const struct prefetch *prefetch)
{
    return prefetch->unread_count > UNREAD_MIN || prefetch->unread_bytes > UNREAD_BYTES;
}

void prefetch_note_size(struct prefetch *prefetch, uint64_t id, uint64_t size)
{
    if (!prefetch)
        return;
    ahead_note(prefetch->ahead, id);
    if (size == 0 || size > UNREAD_LARGEST)
        return;
    pthread_mutex_lock(&prefetch->lock);
    if (prefetch->unread_count < UNREAD) {
        unsigned last = (prefetch->unread_first + prefetch->unread_count++) % UNREAD;
        prefetch->unread[last] = (struct unread){id, size};
        prefetch->unread_bytes += size;
    }
    if (must_store_unread(prefetch))
        pthread_cond_signal(&prefetch->more);
    pthread_mutex_unlock(&prefetch->lock);
}

void prefetch_note_listing(struct prefetch *prefetch, uint64_t id)
{
    if (prefetch)
        ahead_note(prefetch->ahead, id);
}

/* --- storing ---------------------------------------------------------------------------------- */

struct prefetch_memory prefetch_open_memory(void)
{
    long pages = get_phys_pages(), size = sysconf(_SC_PAGESIZE);
    return (struct prefetch_memory){
        /* Pressure stall information (Documentation/accounting/psi.rst). */
        .pressure_fd = open("/proc/pressure/memory", O_RDONLY | O_CLOEXEC),
        .size = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0,
    };
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
        prefetch->is_short = is_memory_short(prefetch->memory.pressure_fd);
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

/* With the lock held; releases it while it stores. */
static void store_folder(struct prefetch *prefetch)
{
    uint64_t id = prefetch->queue[prefetch->first];
    prefetch->first = (prefetch->first + 1) % QUEUE;
    prefetch->count--;
    pthread_mutex_unlock(&prefetch->lock);
    tree_read_siblings(prefetch->tree, id, store_one, prefetch);
    pthread_mutex_lock(&prefetch->lock);
}

/* Likewise the one that waits longest. */
static void store_unread(struct prefetch *prefetch)
{
    const struct unread unread = prefetch->unread[prefetch->unread_first];
    struct tree_text text;
    prefetch->unread_first = (prefetch->unread_first + 1) % UNREAD;
    prefetch->unread_count--;
    prefetch->unread_bytes -= unread.len;
    if (!unread.id || prefetch->unread_stored + unread.len > prefetch->memory.size / UNREAD_PART)
        return;
    pthread_mutex_unlock(&prefetch->lock);
    bool is_there = may_store(prefetch) &&
                    !tree_read_cached(prefetch->tree, unread.id, unread.len, &text);
    if (is_there) {
        prefetch->store(prefetch->context, unread.id, text.bytes);
        tree_text_free(prefetch->tree, &text);
    }
    pthread_mutex_lock(&prefetch->lock);
    prefetch->unread_stored += is_there ? unread.len : 0;
}

static void *store_all(void *prefetch_)
{
    struct prefetch *prefetch = prefetch_;
    pthread_mutex_lock(&prefetch->lock);
    while (!prefetch->is_ending) {
        if (prefetch->count)
            store_folder(prefetch);
        else if (must_store_unread(prefetch))
            store_unread(prefetch);
        else
            pthread_cond_wait(&prefetch->more, &prefetch->lock);
    }
    pthread_mutex_unlock(&prefetch->lock);
    return NULL;
}

/* --- beginning and ending --------------------------------------------------------------------- */

int prefetch_new(struct tree *tree, store_fn *store, void *context,
                 const struct prefetch_memory *memory, struct prefetch **made)
{
    struct prefetch *prefetch = calloc(1, sizeof *prefetch);
    *made = NULL;
    if (!prefetch)
        return -ENOMEM;
    prefetch->tree = tree;
    prefetch->ahead = ahead_new(tree);
    prefetch->store = store;
    prefetch->context = context;
    prefetch->memory = *memory;
    pthread_mutex_init(&prefetch->lock, NULL);
    pthread_cond_init(&prefetch->more, NULL);
    int err = pthread_create(&prefetch->thread, NULL, store_all, prefetch);
    if (err) {
        ahead_free(prefetch->ahead);
        free(prefetch);
        return -err;
    }
    *made = prefetch;
    return 0;
}

void prefetch_stop(struct prefetch *prefetch)
{
    if (!prefetch)
        return;
    pthread_mutex_lock(&prefetch->lock);
    const bool is_first = !prefetch->is_ending;
    __atomic_store_n(&prefetch->is_ending, true, __ATOMIC_RELAXED);
    pthread_cond_signal(&prefetch->more);
    pthread_mutex_unlock(&prefetch->lock);
    if (!is_first)
        return;
    pthread_join(prefetch->thread, NULL);
    ahead_stop(prefetch->ahead);
}

void prefetch_free(struct prefetch *prefetch)
{
    if (!prefetch)
        return;
    prefetch_stop(prefetch);
    ahead_free(prefetch->ahead);
    pthread_mutex_destroy(&prefetch->lock);
    pthread_cond_destroy(&prefetch->more);
    free(prefetch);
}
