#include "query/selections.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "corpus/history.h"
#include "query/keys.h"

void selections_init(struct selections *selections, size_t index_size)
{
    *selections = (struct selections){.queries.record_kind = HISTORY_SELECTION};
    pthread_mutex_init(&selections->lock, NULL);
    pthread_cond_init(&selections->made, NULL);
    word_index_init(&selections->words, index_size);
}

void selections_free(struct selections *selections)
{
    for (int i = 0; i < SELECTIONS_KEPT; i++)
        selection_free(&selections->kept[i].selection);
    intern_free(&selections->queries);
    word_index_free(&selections->words);
    free(selections->shown);
    pthread_cond_destroy(&selections->made);
    pthread_mutex_destroy(&selections->lock);
}

int selections_enter(struct selections *selections, struct slice canonical, uint32_t *number)
{
    pthread_mutex_lock(&selections->lock);
    *number = intern_find(&selections->queries, canonical);
    size_t count = selections->queries.count;
    bool is_full = *number == UINT32_MAX && count >= SELECTIONS_MOST;
    if (*number == UINT32_MAX && !is_full &&
        array_reserve(&selections->shown, count, &selections->shown_cap, sizeof *selections->shown))
        *number = intern_add(&selections->queries, canonical);
    if (*number != UINT32_MAX && *number == count)
        selections->shown[count] = (struct selection_shown){0};
    pthread_mutex_unlock(&selections->lock);
    return *number != UINT32_MAX ? 0 : is_full ? -ENOSPC : -ENOMEM;
}

void selections_note_shown(struct selections *selections, uint32_t number, uint64_t generation)
{
    pthread_mutex_lock(&selections->lock);
    struct selection_shown *shown = &selections->shown[number];
    if (!shown->first || generation < shown->first)
        shown->first = generation;
    if (generation > shown->last)
        shown->last = generation;
    pthread_mutex_unlock(&selections->lock);
}

struct selection_shown selections_take_shown(struct selections *selections, uint32_t number)
{
    pthread_mutex_lock(&selections->lock);
    struct selection_shown shown = selections->shown[number];
    selections->shown[number] = (struct selection_shown){0};
    pthread_mutex_unlock(&selections->lock);
    return shown;
}

uint32_t selections_count(struct selections *selections)
{
    pthread_mutex_lock(&selections->lock);
    uint32_t count = (uint32_t)selections->queries.count;
    pthread_mutex_unlock(&selections->lock);
    return count;
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

int selections_parse(const struct corpus *corpus, struct arena *arena, struct slice text,
                     struct query *query)
{
    const struct query_keys keys = query_keys_of(corpus);
    struct query_mistake mistake;
    return query_parse(arena, text, &keys, query, &mistake);
}

/* --- what they find --------------------------------------------------------------------------- */

/* A query whose view has disappeared is a mistake, and finds nothing. */
static int find(struct word_index *words, struct slice text, const struct corpus *corpus,
                struct cache *cache, struct selection *selection)
{
    struct arena arena = {0};
    struct query query;
    struct query_bound bound = {0};
    *selection = (struct selection){0};
    int err = selections_parse(corpus, &arena, text, &query);
    if (!err)
        err = query_bind(&query, corpus, words, &bound);
    if (!err)
        err = selection_find(&bound, cache, selection);
    query_bound_free(&bound);
    arena_free(&arena);
    return err == -EINVAL ? 0 : err;
}

/* With the lock held. The slot of this query, or the least recently used one that nobody holds;
 * NULL: all are held. */
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

static bool has(const struct held_selection *held, enum selection_part part)
{
    const struct selection *selection = &held->selection;
    return held->is_found && (part != SELECTION_TURNS || selection->has_turns) &&
           (part != SELECTION_VOICES || selection->voices);
}

/* With the lock held; releases it meanwhile. */
static void make(struct selections *selections, struct held_selection *held,
                 const struct selection_source *source, enum selection_part part)
{
    struct slice text = selections->queries.strings[held->number];
    bool is_found = held->is_found;
    held->is_being_made = true;
    pthread_mutex_unlock(&selections->lock);
    int err = 0;
    if (!is_found)
        err = find(&selections->words, text, source->corpus, source->cache, &held->selection);
    if (!err && part == SELECTION_TURNS)
        err = selection_count_turns(source->corpus, source->cache, &held->selection);
    if (!err && part == SELECTION_VOICES)
        err = selection_count_voices(source->corpus, source->cache, source->voice_index,
                                     &held->selection);
    if (err && !is_found)
        selection_free(&held->selection);
    pthread_mutex_lock(&selections->lock);
    held->is_found = is_found || !err;
    held->err = err;
    held->is_being_made = false;
    pthread_cond_broadcast(&selections->made);
}

int selections_get(struct selections *selections, uint32_t number,
                   const struct selection_source *source, enum selection_part part,
                   struct held_selection **held)
{
    struct held_selection *found;
    uint64_t generation = source->corpus->generation;
    pthread_mutex_lock(&selections->lock);
    while (!(found = choose(selections, number, generation)))
        pthread_cond_wait(&selections->made, &selections->lock);
    bool is_kept = found->used && found->number == number && found->generation == generation;
    found->used = ++selections->clock;
    found->users++;
    if (!is_kept) {
        selection_free(&found->selection);
        found->number = number;
        found->generation = generation;
        found->is_found = false;
    }
    found->err = 0;
    while (!has(found, part) && !found->err) {
        if (found->is_being_made)
            pthread_cond_wait(&selections->made, &selections->lock);
        else
            make(selections, found, source, part);
    }
    int err = has(found, part) ? 0 : found->err;
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
