#include "query/selections.h"

#include <errno.h>

#include "corpus/history.h"
#include "query/keys.h"

int selections_init(struct selections *selections)
{
    *selections = (struct selections){.queries.record_kind = HISTORY_SELECTION};
    pthread_mutex_init(&selections->lock, NULL);
    pthread_cond_init(&selections->made, NULL);
    return config_defaults(&selections->arena, &selections->config);
}

void selections_free(struct selections *selections)
{
    for (int i = 0; i < SELECTIONS_KEPT; i++)
        selection_free(&selections->kept[i].selection);
    intern_free(&selections->queries);
    arena_free(&selections->arena);
    pthread_cond_destroy(&selections->made);
    pthread_mutex_destroy(&selections->lock);
}

int selections_enter(struct selections *selections, struct slice canonical, uint32_t *number)
{
    pthread_mutex_lock(&selections->lock);
    *number = intern_find(&selections->queries, canonical);
    bool is_full = *number == UINT32_MAX && selections->queries.count >= SELECTIONS_MOST;
    if (*number == UINT32_MAX && !is_full)
        *number = intern_add(&selections->queries, canonical);
    pthread_mutex_unlock(&selections->lock);
    return *number != UINT32_MAX ? 0 : is_full ? -ENOSPC : -ENOMEM;
}

struct slice selections_query(struct selections *selections, uint32_t number)
{
    struct slice query = {0};
    pthread_mutex_lock(&selections->lock);
    if (number < selections->queries.count)
        query = selections->queries.strings[number];
    pthread_mutex_unlock(&selections->lock);
    return query;
}

int selections_parse(const struct selections *selections, const struct corpus *corpus,
                     struct arena *arena, struct slice text, struct query *query)
{
    const struct query_views views = {selections->config.views, &corpus->views};
    const struct query_keys keys = query_keys_of(&views);
    struct query_mistake mistake;
    return query_parse(arena, text, &keys, query, &mistake);
}

/* --- what they find --------------------------------------------------------------------------- */

/* A view that is gone since makes a mistake of a query: it finds nothing. */
static int find(const struct selections *selections, struct slice text, const struct corpus *corpus,
                struct cache *cache, struct selection *selection)
{
    struct arena arena = {0};
    struct query query;
    struct query_bound bound = {0};
    *selection = (struct selection){0};
    int err = selections_parse(selections, corpus, &arena, text, &query);
    if (!err)
        err = query_bind(&query, corpus, &bound);
    if (!err)
        err = selection_find(&bound, cache, selection);
    query_bound_free(&bound);
    arena_free(&arena);
    return err == -EINVAL ? 0 : err;
}

/* With the lock held. The one of this query, or the one that was asked for longest ago and is not
 * in use; NULL: all are. */
static struct held_selection *choose(struct selections *selections, uint32_t number,
                                     uint64_t generation)
{
    struct held_selection *oldest = NULL;
    for (int i = 0; i < SELECTIONS_KEPT; i++) {
        struct held_selection *held = &selections->kept[i];
        if (held->used && held->number == number && held->generation == generation)
            return held;
        if (!held->users && (!oldest || held->used < oldest->used))
            oldest = held;
    }
    return oldest;
}

static void make(struct selections *selections, struct held_selection *held,
                 const struct corpus *corpus, struct cache *cache)
{
    struct slice text = selections->queries.strings[held->number];
    pthread_mutex_unlock(&selections->lock);
    int err = find(selections, text, corpus, cache, &held->selection);
    pthread_mutex_lock(&selections->lock);
    held->err = err;
    held->is_ready = true;
    pthread_cond_broadcast(&selections->made);
}

int selections_get(struct selections *selections, uint32_t number, const struct corpus *corpus,
                   struct cache *cache, struct held_selection **held)
{
    struct held_selection *found;
    pthread_mutex_lock(&selections->lock);
    while (!(found = choose(selections, number, corpus->generation)))
        pthread_cond_wait(&selections->made, &selections->lock);
    bool is_kept = found->used && found->number == number &&
                   found->generation == corpus->generation && !(found->err && found->is_ready);
    found->used = ++selections->clock;
    found->users++;
    if (!is_kept) {
        selection_free(&found->selection);
        found->number = number;
        found->generation = corpus->generation;
        found->is_ready = false;
        found->err = 0;
        make(selections, found, corpus, cache);
    }
    while (!found->is_ready)
        pthread_cond_wait(&selections->made, &selections->lock);
    int err = found->err;
    pthread_mutex_unlock(&selections->lock);
    *held = found;
    if (err) {
        selections_put(selections, found);
        *held = NULL;
    }
    return err;
}

void selections_put(struct selections *selections, struct held_selection *held)
{
    if (!held)
        return;
    pthread_mutex_lock(&selections->lock);
    if (--held->users == 0)
        pthread_cond_broadcast(&selections->made);
    pthread_mutex_unlock(&selections->lock);
}
