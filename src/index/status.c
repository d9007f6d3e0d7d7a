#include "index/status.h"

#include <time.h>

void status_init(struct status *status, uint64_t generation)
{
    *status = (struct status){
        .updates = {.generation = generation,
                    .watch = "none",
                    .why = "nothing watches the content"},
        .published = generation,
    };
    pthread_mutex_init(&status->lock, NULL);
}

void status_free(struct status *status)
{
    buf_free(&status->hung);
    pthread_mutex_destroy(&status->lock);
}

void status_set_watch(struct status *status, const char *watch, const char *why)
{
    pthread_mutex_lock(&status->lock);
    status->updates.watch = watch;
    status->updates.why = why;
    pthread_mutex_unlock(&status->lock);
}

void status_set_scanning(struct status *status, bool is_scanning)
{
    pthread_mutex_lock(&status->lock);
    status->updates.is_scanning = is_scanning;
    pthread_mutex_unlock(&status->lock);
}

void status_note_overflow(struct status *status)
{
    pthread_mutex_lock(&status->lock);
    status->updates.overflows++;
    pthread_mutex_unlock(&status->lock);
}

void status_set_hung(struct status *status, struct slice folder, bool is_hung)
{
    struct buf now = {0};
    struct slice rest, one;
    pthread_mutex_lock(&status->lock);
    rest = buf_slice(&status->hung);
    while (slice_take(&rest, '\0', &one) && one.len) {
        if (!slice_equal(one, folder))
            buf_add(&now, one.data, one.len + 1);
    }
    if (is_hung) {
        buf_add_slice(&now, folder);
        buf_add_byte(&now, '\0');
    }
    buf_free(&status->hung);
    status->hung = now;
    pthread_mutex_unlock(&status->lock);
}

void status_add_hung(struct status *status, struct buf *folders)
{
    pthread_mutex_lock(&status->lock);
    buf_add_slice(folders, buf_slice(&status->hung));
    pthread_mutex_unlock(&status->lock);
}

void status_note_published(struct status *status, uint64_t generation)
{
    pthread_mutex_lock(&status->lock);
    status->published = generation;
    pthread_mutex_unlock(&status->lock);
}

void status_note_notified(struct status *status, uint64_t generation)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    pthread_mutex_lock(&status->lock);
    status->updates.generation = generation;
    status->updates.last_change = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    pthread_mutex_unlock(&status->lock);
}

struct update_status status_read(struct status *status)
{
    pthread_mutex_lock(&status->lock);
    struct update_status updates = status->updates;
    updates.is_scanning |= updates.generation != status->published;
    pthread_mutex_unlock(&status->lock);
    return updates;
}
