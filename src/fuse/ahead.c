#include "fuse/ahead.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "tree/walk.h"

enum {
    NEAR = 8,      /* episodes: how far apart two requests of a walk are */
    BEGINS = 3,    /* so many requests in order are a walk */
    FURTHEST = 32, /* episodes ahead of the client */
};

/* The requests for the same file of each episode. */
struct walk {
    uint32_t at;        /* the furthest place that was requested */
    uint32_t run;       /* the number of requests in order */
    uint32_t next, end; /* the places that are to be prepared */
};

struct ahead {
    struct tree *tree;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t more;
    struct walk walks[WALK_ROWS];
    pthread_t threads[PARALLEL_MAX_THREADS];
    unsigned thread_count;
    bool is_ending;
};

/* --- preparing -------------------------------------------------------------------------------- */

static bool take_place(struct ahead *ahead, struct walk_place *place)
{
    for (uint32_t row = 0; row < WALK_ROWS; row++) {
        struct walk *walk = &ahead->walks[row];
        if (walk->next < walk->end) {
            *place = (struct walk_place){row, walk->next++};
            return true;
        }
    }
    return false;
}

static void *prepare_all(void *ahead_)
{
    struct ahead *ahead = ahead_;
    struct walk_place place;
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->is_ending) {
        if (!take_place(ahead, &place)) {
            pthread_cond_wait(&ahead->more, &ahead->lock);
            continue;
        }
        pthread_mutex_unlock(&ahead->lock);
        walk_prepare(ahead->tree, &place);
        pthread_mutex_lock(&ahead->lock);
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

/* With the lock held. Without a thread nothing is prepared. */
static void start_threads(struct ahead *ahead)
{
    unsigned wanted = ahead->is_ending ? 0 : parallel_threads();
    while (ahead->thread_count < wanted &&
           !pthread_create(&ahead->threads[ahead->thread_count], NULL, prepare_all, ahead))
        ahead->thread_count++;
}

/* --- noting ----------------------------------------------------------------------------------- */

/* Whether a request goes on with a walk, which is further now. */
static bool goes_on(struct walk *walk, uint32_t index)
{
    bool is_near = index + NEAR > walk->at && index < walk->at + NEAR;
    if (is_near && index <= walk->at)
        return false;
    walk->run = is_near ? walk->run + 1 : 0;
    walk->at = index;
    if (!is_near)
        walk->next = walk->end = 0;
    return walk->run >= BEGINS;
}

bool ahead_note(struct ahead *ahead, uint64_t id)
{
    struct walk_place place;
    if (!ahead || !walk_place_of(ahead->tree, id, &place))
        return false;
    pthread_mutex_lock(&ahead->lock);
    struct walk *walk = &ahead->walks[place.row];
    if (goes_on(walk, place.index)) {
        if (walk->next <= place.index)
            walk->next = place.index + 1;
        walk->end = place.index + 1 + walk_reach(ahead->tree, place.index, FURTHEST);
        start_threads(ahead);
        pthread_cond_broadcast(&ahead->more);
    }
    pthread_mutex_unlock(&ahead->lock);
    return true;
}

/* --- beginning and ending --------------------------------------------------------------------- */

struct ahead *ahead_new(struct tree *tree)
{
    struct ahead *ahead = calloc(1, sizeof *ahead);
    if (!ahead)
        return NULL;
    ahead->tree = tree;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->more, NULL);
    return ahead;
}

void ahead_stop(struct ahead *ahead)
{
    if (!ahead)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->is_ending = true;
    pthread_cond_broadcast(&ahead->more);
    pthread_mutex_unlock(&ahead->lock);
    while (ahead->thread_count)
        pthread_join(ahead->threads[--ahead->thread_count], NULL);
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
