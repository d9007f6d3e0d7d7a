#include "query/selections.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/parallel.h"
#include "query/keys.h"

int selections_init(struct selections *selections, size_t index_size)
{
    *selections = (struct selections){0};
    pthread_mutex_init(&selections->lock, NULL);
    cond_init_timed(&selections->made);
    word_index_init(&selections->words, index_size);
    return known_queries_init(&selections->queries);
}

void selections_free(struct selections *selections)
{
    for (int i = 0; i < SELECTIONS_KEPT; i++) {
        selection_free(&selections->kept[i].before);
        selection_free(&selections->kept[i].selection);
    }
    known_queries_free(&selections->queries);
    word_index_free(&selections->words);
    pthread_cond_destroy(&selections->made);
    pthread_mutex_destroy(&selections->lock);
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
static int find(struct word_index *words, struct slice text, const struct selection_source *source,
                struct selection *before, struct selection *selection)
{
    struct arena arena = {0};
    struct query query;
    struct query_bound bound = {0};
    *selection = (struct selection){0};
    int err = selections_parse(source->corpus, &arena, text, &query);
    if (!err)
        err = query_bind(&query, source->corpus, words, &bound);
    if (!err)
        err = selection_find(&bound, source->cache, before, source->visitor, selection);
    query_bound_free(&bound);
    arena_free(&arena);
    return err == -EINVAL ? 0 : err;
}

/* With the lock held. The slot of this query and generation; else one that nobody holds: that of
 * the query in another generation, or the least recently used one. NULL: all are held. */
static struct held_selection *choose(struct selections *selections, uint32_t number,
                                     uint64_t generation)
{
    struct held_selection *oldest = NULL, *before = NULL;
    for (int i = 0; i < SELECTIONS_KEPT; i++) {
        struct held_selection *held = &selections->kept[i];
        if (held->used && held->number == number && held->generation == generation)
            return held;
        if (!held->users && held->used && held->number == number)
            before = held;
        if (!held->users && (!oldest || held->used < oldest->used))
            oldest = held;
    }
    return before ? before : oldest;
}

/* With the lock held. The least recently used one that takes memory and that nobody holds; NULL:
 * only the latest of all is left, which stays, however long it is. */
static struct held_selection *find_oldest(struct selections *selections)
{
    struct held_selection *oldest = NULL;
    uint64_t latest = 0;
    for (int i = 0; i < SELECTIONS_KEPT; i++) {
        struct held_selection *held = &selections->kept[i];
        latest = held->used > latest ? held->used : latest;
        if (!held->users && held->bytes && (!oldest || held->used < oldest->used))
            oldest = held;
    }
    return oldest && oldest->used < latest ? oldest : NULL;
}

static void forget(struct held_selection *held)
{
    selection_free(&held->before);
    selection_free(&held->selection);
    held->is_found = false;
    held->bytes = 0;
}

/* With the lock held. */
static void keep_limit(struct selections *selections)
{
    size_t bytes = 0;
    struct held_selection *oldest;
    for (int i = 0; i < SELECTIONS_KEPT; i++)
        bytes += selections->kept[i].bytes;
    while (bytes > SELECTIONS_BYTES && (oldest = find_oldest(selections))) {
        bytes -= oldest->bytes;
        forget(oldest);
        oldest->used = 0;
    }
}

static bool has(const struct held_selection *held, enum selection_part part)
{
    const struct selection *selection = &held->selection;
    return held->is_found && (part != SELECTION_TURNS || selection->has_turns) &&
           (part != SELECTION_VOICES || selection->voices);
}

/* With the lock held; releases it meanwhile. Waits until somebody has made one or gives one back,
 * or for a while. -EINTR where the client of this thread gave up. */
static int wait_for_another(struct selections *selections, struct cache *cache)
{
    return parallel_wait_client(&selections->made, &selections->lock, cache_client(cache));
}

/* With the lock held; releases it meanwhile. Where the client of this thread gave up the next one
 * who waits goes on. */
static int make(struct selections *selections, struct held_selection *held,
                const struct selection_source *source, enum selection_part part)
{
    char text[NAME_MAX];
    bool is_found = held->is_found;
    held->is_being_made = true;
    pthread_mutex_unlock(&selections->lock);
    struct slice query = known_queries_text(&selections->queries, held->number, text);
    int err = query.len ? 0 : -ESTALE;
    if (!err && !is_found)
        err = find(&selections->words, query, source, &held->before, &held->selection);
    if (!err && part == SELECTION_TURNS)
        err = selection_count_turns(source->corpus, source->cache, &held->selection);
    if (!err && part == SELECTION_VOICES)
        err = selection_count_voices(source->corpus, source->cache, source->voice_index,
                                     &held->selection);
    selection_free(&held->before);
    if (err == -EINTR && !is_found) {
        held->before = held->selection; /* as far as it got */
        held->selection = (struct selection){0};
    } else if (err && !is_found) {
        selection_free(&held->selection);
    }
    size_t bytes = selection_size(&held->selection) + selection_size(&held->before);
    pthread_mutex_lock(&selections->lock);
    held->bytes = bytes;
    keep_limit(selections);
    held->is_found = is_found || !err;
    held->err = err == -EINTR ? 0 : err;
    held->is_being_made = false;
    pthread_cond_broadcast(&selections->made);
    return err;
}

int selections_get(struct selections *selections, uint32_t number,
                   const struct selection_source *source, enum selection_part part,
                   struct held_selection **held)
{
    struct held_selection *found;
    uint64_t generation = source->corpus->generation;
    int err = 0;
    *held = NULL;
    pthread_mutex_lock(&selections->lock);
    while (!err && !(found = choose(selections, number, generation)))
        err = wait_for_another(selections, source->cache);
    bool is_kept = !err && found->used && found->number == number &&
                   found->generation == generation;
    if (!err && !is_kept)
        err = cache_check_client(source->cache);
    if (err) {
        pthread_mutex_unlock(&selections->lock);
        return err;
    }
    found->used = ++selections->clock;
    found->users++;
    if (!is_kept) {
        if (found->number != number) {
            forget(found);
        } else if (found->is_found) {
            found->before = found->selection;
        }
        found->selection = (struct selection){0};
        found->number = number;
        found->generation = generation;
        found->is_found = false;
    }
    found->err = 0;
    while (!has(found, part) && !found->err && !err)
        err = found->is_being_made ? wait_for_another(selections, source->cache)
                                   : make(selections, found, source, part);
    err = has(found, part) ? 0 : err ? err : found->err;
    pthread_mutex_unlock(&selections->lock);
    if (err) {
        selections_put(selections, found);
        return err;
    }
    if (found->selection.has)
        known_queries_note_found(&selections->queries, number, generation, found->selection.has,
                                 found->selection.asked_cap);
    *held = found;
    return 0;
}

void selections_put(struct selections *selections, struct held_selection *held)
{
    if (!held)
        return;
    pthread_mutex_lock(&selections->lock);
    if (--held->users == 0) {
        keep_limit(selections);
        pthread_cond_broadcast(&selections->made);
    }
    pthread_mutex_unlock(&selections->lock);
}
