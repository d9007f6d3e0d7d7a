#include "model/cache.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

enum {
    BUCKETS = 4096,
    KEY_OF_FRONT = 0xFF, /* the last eight bits of a key, where a node id has its kind */
    KEY_OF_BODY = 0xFE,
};

struct cache {
    struct content content;
    uint64_t limit;
    pthread_mutex_t lock;
    pthread_cond_t parsed_one; /* a part became ready */
    struct parsed *buckets[BUCKETS];
    struct parsed *oldest, *newest; /* those that nobody uses */
    struct cache_stats stats;
    struct noted *noted; /* what was wrong in bodies; each body is noted once */
    size_t noted_count, noted_cap;
    struct map noted_keys;
    struct arena noted_texts;
};

struct cache *cache_new(const struct content *content, uint64_t limit)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    cache->content = *content;
    cache->limit = limit;
    pthread_mutex_init(&cache->lock, NULL);
    pthread_cond_init(&cache->parsed_one, NULL);
    return cache;
}

static void parsed_free(struct parsed *parsed)
{
    body_free(&parsed->body);
    buf_free(&parsed->text);
    arena_free(&parsed->arena);
    free(parsed);
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    for (int i = 0; i < BUCKETS; i++) {
        while (cache->buckets[i]) {
            struct parsed *next = cache->buckets[i]->next_in_bucket;
            parsed_free(cache->buckets[i]);
            cache->buckets[i] = next;
        }
    }
    free(cache->noted);
    map_free(&cache->noted_keys);
    arena_free(&cache->noted_texts);
    pthread_mutex_destroy(&cache->lock);
    pthread_cond_destroy(&cache->parsed_one);
    free(cache);
}

/* --- the list of those that nobody uses, oldest first ------------------------------------------
 */

static void list_remove(struct cache *cache, struct parsed *parsed)
{
    *(parsed->older ? &parsed->older->newer : &cache->oldest) = parsed->newer;
    *(parsed->newer ? &parsed->newer->older : &cache->newest) = parsed->older;
    parsed->older = parsed->newer = NULL;
}

static void list_append(struct cache *cache, struct parsed *parsed)
{
    parsed->older = cache->newest;
    parsed->newer = NULL;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = parsed;
    cache->newest = parsed;
}

static struct parsed **bucket_of(struct cache *cache, uint64_t key)
{
    return &cache->buckets[(key * 0x9E3779B97F4A7C15u) >> 52];
}

static void drop(struct cache *cache, struct parsed *parsed)
{
    struct parsed **at = bucket_of(cache, parsed->key);
    while (*at != parsed)
        at = &(*at)->next_in_bucket;
    *at = parsed->next_in_bucket;
    cache->stats.used -= parsed->size;
    cache->stats.kept--;
    parsed_free(parsed);
}

static void keep_limit(struct cache *cache)
{
    /* The newest stays, whatever the limit: whoever reads the turns of an episode one by one would
     * have it parsed for each. */
    while (cache->stats.used > cache->limit && cache->oldest != cache->newest) {
        struct parsed *parsed = cache->oldest;
        list_remove(cache, parsed);
        drop(cache, parsed);
    }
}

/* --- parsing, without the lock -------------------------------------------------------------------
 */

/* How a part is made: one of the three that follow. */
struct making {
    int (*make)(struct cache *cache, const struct making *making, struct parsed *parsed);
    const struct corpus *corpus;
    uint32_t episode;
    int (*render)(void *context, struct buf *out);
    void *context;
};

static int parse_front(struct cache *cache, const struct making *making, struct parsed *parsed)
{
    const struct episode *episode = &making->corpus->episodes[making->episode];
    cleanup_buf struct buf text = {0};
    /* Its mistakes were reported when the folder was scanned. */
    struct diags unheard = {.arena = &parsed->arena, .count = DIAGS_MAX};

    int err = cache->content.read(cache->content.context, episode, 0, episode->body, &text);
    if (!err)
        err = front_read(&parsed->arena, buf_slice(&text), true, &unheard, &parsed->front);
    return err;
}

/* Together with the front matter, which says who may be speaking. */
static int parse_body(struct cache *cache, const struct making *making, struct parsed *parsed)
{
    const struct episode *episode = &making->corpus->episodes[making->episode];
    cleanup_buf struct buf text = {0};
    struct arena arena = {0};
    struct diags unheard = {.arena = &arena, .count = DIAGS_MAX};
    struct front front;

    if (!episode->has_body)
        return 0;
    parsed->diags.arena = &parsed->arena;
    int err = cache->content.read(cache->content.context, episode, 0, (uint64_t)episode->id.size,
                                  &text);
    if (!err)
        err = front_read(&arena, buf_slice(&text), true, &unheard, &front);
    if (!err)
        err = body_read(slice_skip(buf_slice(&text), episode->body), episode->body_line, front.map,
                        &parsed->diags, &parsed->body);
    arena_free(&arena);
    return err;
}

static int render_text(struct cache *cache, const struct making *making, struct parsed *parsed)
{
    (void)cache;
    int err = making->render(making->context, &parsed->text);
    return err ? err : parsed->text.failed ? -ENOMEM : 0;
}

/* --- asking -------------------------------------------------------------------------------------
 */

static uint64_t key_of(const struct corpus *corpus, uint32_t episode, enum part part)
{
    return (uint64_t)corpus->episodes[episode].version << 32 | (uint64_t)episode << 8 |
           (part == PART_FRONT ? KEY_OF_FRONT : KEY_OF_BODY);
}

static struct parsed *find(struct cache *cache, uint64_t key)
{
    struct parsed *parsed = *bucket_of(cache, key);
    while (parsed && parsed->key != key)
        parsed = parsed->next_in_bucket;
    return parsed;
}

/* With the lock held. Where memory ends a note is lost, and no reader is hindered. */
static void note_problems(struct cache *cache, uint32_t episode, const struct parsed *parsed)
{
    struct slice key = {(const char *)&parsed->key, sizeof parsed->key};
    if (!parsed->diags.first || map_get(&cache->noted_keys, key) != NO_INDEX)
        return;
    key = arena_copy(&cache->noted_texts, key);
    struct map_slot *slot = key.data ? map_put(&cache->noted_keys, key) : NULL;
    if (slot)
        slot->value = episode;
    for (const struct diag *diag = parsed->diags.first; diag && slot; diag = diag->next) {
        if (!array_reserve(&cache->noted, cache->noted_count, &cache->noted_cap,
                           sizeof *cache->noted))
            return;
        struct diag copy = {
            .line = diag->line,
            .column = diag->column,
            .problem = arena_copy(&cache->noted_texts, diag->problem),
            .action = arena_copy(&cache->noted_texts, diag->action),
        };
        if (copy.problem.data && copy.action.data)
            cache->noted[cache->noted_count++] = (struct noted){episode, copy};
    }
}

/* With the lock held, which is given up while the part is made. */
static struct parsed *make_new(struct cache *cache, uint64_t key, const struct making *making)
{
    struct parsed *parsed = calloc(1, sizeof *parsed);
    if (!parsed)
        return NULL;
    parsed->key = key;
    parsed->users = 1;
    struct parsed **bucket = bucket_of(cache, key);
    parsed->next_in_bucket = *bucket;
    *bucket = parsed;
    cache->stats.kept++;
    cache->stats.misses++;

    pthread_mutex_unlock(&cache->lock);
    int err = making->make(cache, making, parsed);
    pthread_mutex_lock(&cache->lock);

    parsed->err = err;
    parsed->is_ready = true;
    parsed->size = sizeof *parsed + parsed->arena.total + body_size(&parsed->body) +
                   parsed->text.cap;
    cache->stats.used += parsed->size;
    note_problems(cache, making->episode, parsed);
    keep_limit(cache);
    pthread_cond_broadcast(&cache->parsed_one);
    return parsed;
}

/* With the lock held. What failed is not kept: the next reader tries again. */
static void put(struct cache *cache, struct parsed *parsed)
{
    if (--parsed->users)
        return;
    if (parsed->err) {
        drop(cache, parsed);
        return;
    }
    list_append(cache, parsed);
    keep_limit(cache);
}

static int get(struct cache *cache, uint64_t key, const struct making *making, struct parsed **out)
{
    int err = -ENOMEM;

    *out = NULL;
    pthread_mutex_lock(&cache->lock);
    struct parsed *parsed = find(cache, key);
    if (parsed) {
        cache->stats.hits++;
        if (parsed->users++ == 0)
            list_remove(cache, parsed);
        while (!parsed->is_ready)
            pthread_cond_wait(&cache->parsed_one, &cache->lock);
    } else {
        parsed = make_new(cache, key, making);
    }
    if (parsed) {
        err = parsed->err;
        if (err)
            put(cache, parsed);
        else
            *out = parsed;
    }
    pthread_mutex_unlock(&cache->lock);
    return err;
}

int cache_get(struct cache *cache, const struct corpus *corpus, uint32_t episode, enum part part,
              struct parsed **parsed)
{
    const struct making making = {
        .make = part == PART_FRONT ? parse_front : parse_body,
        .corpus = corpus,
        .episode = episode,
    };
    return get(cache, key_of(corpus, episode, part), &making, parsed);
}

int cache_get_text(struct cache *cache, uint64_t id, int (*render)(void *context, struct buf *out),
                   void *context, struct parsed **parsed)
{
    const struct making making = {.make = render_text, .render = render, .context = context};
    return get(cache, id, &making, parsed);
}

void cache_put(struct cache *cache, struct parsed *parsed)
{
    if (!parsed)
        return;
    pthread_mutex_lock(&cache->lock);
    put(cache, parsed);
    pthread_mutex_unlock(&cache->lock);
}

int cache_read_problems(struct cache *cache, struct arena *arena, struct noted **noted,
                        size_t *count)
{
    bool is_whole = true;

    pthread_mutex_lock(&cache->lock);
    *count = cache->noted_count;
    *noted = ARENA_NEW(arena, struct noted, *count);
    for (size_t i = 0; *noted && i < *count; i++) {
        (*noted)[i] = cache->noted[i];
        (*noted)[i].diag.problem = arena_copy(arena, cache->noted[i].diag.problem);
        (*noted)[i].diag.action = arena_copy(arena, cache->noted[i].diag.action);
        is_whole &= (*noted)[i].diag.problem.data && (*noted)[i].diag.action.data;
    }
    pthread_mutex_unlock(&cache->lock);
    return *noted && is_whole ? 0 : -ENOMEM;
}

void cache_read_stats(struct cache *cache, struct cache_stats *stats)
{
    pthread_mutex_lock(&cache->lock);
    *stats = cache->stats;
    stats->problems = (uint32_t)cache->noted_count;
    pthread_mutex_unlock(&cache->lock);
    stats->limit = cache->limit;
}

int cache_read_content(struct cache *cache, const struct episode *episode, uint64_t offset,
                       uint64_t len, struct buf *out)
{
    return cache->content.read(cache->content.context, episode, offset, len, out);
}
