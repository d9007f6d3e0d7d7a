#include "index/cache.h"

#include <errno.h>
#include <stdlib.h>

#include "syntax/decode.h"

enum {
    BUCKETS = 4096,
    KEY_OF_FRONT = 0xFF, /* the last eight bits of a key, where a node id has its kind */
    KEY_OF_BODY = 0xFE,
};

/* What was wrong in the body of an episode that was read last. */
struct noted {
    uint32_t version;
    struct diag *diags;
    struct arena arena; /* of these */
};

struct cache {
    struct content content;
    uint64_t limit;
    const struct limits *limits; /* of what is parsed */
    pthread_mutex_t lock;
    pthread_cond_t parsed_one; /* a part became ready */
    struct parsed *buckets[BUCKETS];
    struct parsed *oldest, *newest; /* those that nobody uses */
    struct cache_stats stats;
    struct noted *noted; /* by number of the episode */
    size_t noted_cap;
};

struct cache *cache_new(const struct content *content, uint64_t limit, const struct limits *limits)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    cache->content = *content;
    cache->limit = limit;
    cache->limits = limits;
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
    for (size_t i = 0; i < cache->noted_cap; i++)
        arena_free(&cache->noted[i].arena);
    free(cache->noted);
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
    uint32_t number;
    const struct episode *episode;
    int (*render)(void *context, struct buf *out);
    void *context;
};

/* The text of the first `len` bytes of an episode, which are to be kept as long, in `bytes`. */
static int read_text(const struct cache *cache, const struct episode *episode, uint64_t len,
                     struct buf *bytes, struct decoded *decoded)
{
    int err = cache->content.read(cache->content.context, episode, 0, len, bytes);
    return err ? err : decode(buf_slice(bytes), true, decoded);
}

static int parse_front(struct cache *cache, const struct making *making, struct parsed *parsed)
{
    const struct episode *episode = making->episode;
    cleanup_buf struct buf bytes = {0};
    cleanup_decoded struct decoded decoded = {0};
    /* Its mistakes were reported when the folder was scanned. */
    struct diags unheard = {.arena = &parsed->arena, .count = DIAGS_MAX};

    int err = read_text(cache, episode, episode->head.body, &bytes, &decoded);
    if (!err)
        err = front_read(&parsed->arena, decoded.text, true, cache->limits, &unheard,
                         &parsed->front);
    return err;
}

/* Together with the front matter, which says who may be speaking. */
static int parse_body(struct cache *cache, const struct making *making, struct parsed *parsed)
{
    const struct episode *episode = making->episode;
    cleanup_buf struct buf bytes = {0};
    cleanup_decoded struct decoded decoded = {0};
    struct arena arena = {0};
    struct diags unheard = {.arena = &arena, .count = DIAGS_MAX};
    struct front front;

    if (!episode->head.has_body)
        return 0;
    parsed->diags.arena = &parsed->arena;
    cleanup_trial struct trial trial = trial_begin(cache->content.suspects, TRIAL_BODY,
                                                   episode->path, &episode->id);
    if (trial.is_guilty) {
        trial_report(&trial, &parsed->diags);
        return parsed->diags.failed ? -ENOMEM : 0;
    }
    int err = read_text(cache, episode, (uint64_t)episode->id.size, &bytes, &decoded);
    if (!err)
        err = front_read(&arena, decoded.text, true, cache->limits, &unheard, &front);
    if (!err)
        err = body_read(slice_skip(decoded.text, front.body), episode->head.body_line, front.map,
                        cache->limits, &parsed->diags, &parsed->body);
    arena_free(&arena);
    trial.has_passed = !err;
    return !err && parsed->diags.failed ? -ENOMEM : err;
}

static int render_text(struct cache *cache, const struct making *making, struct parsed *parsed)
{
    (void)cache;
    parsed->text.limit = CACHE_MAX_TEXT;
    int err = making->render(making->context, &parsed->text);
    return err ? err : parsed->text.failed ? -EFBIG : 0;
}

/* --- asking -------------------------------------------------------------------------------------
 */

static uint64_t key_of(uint32_t number, uint32_t version, enum part part)
{
    return (uint64_t)version << 32 | (uint64_t)number << 8 |
           (part == PART_FRONT ? KEY_OF_FRONT : KEY_OF_BODY);
}

static struct parsed *find(struct cache *cache, uint64_t key)
{
    struct parsed *parsed = *bucket_of(cache, key);
    while (parsed && parsed->key != key)
        parsed = parsed->next_in_bucket;
    return parsed;
}

static bool reserve_notes(struct cache *cache, uint32_t number)
{
    if (number < cache->noted_cap)
        return true;
    size_t cap = number + number / 2 + 64;
    struct noted *noted = reallocarray(cache->noted, cap, sizeof *noted);
    if (!noted)
        return false;
    memset(noted + cache->noted_cap, 0, (cap - cache->noted_cap) * sizeof *noted);
    cache->noted = noted;
    cache->noted_cap = cap;
    return true;
}

/* With the lock held. Where memory ends a note is lost, and no reader is hindered. */
static void note_problems(struct cache *cache, const struct making *making,
                          const struct parsed *parsed)
{
    bool is_noted = making->number < cache->noted_cap && cache->noted[making->number].diags;
    if (making->make != parse_body || (!parsed->diags.first && !is_noted) ||
        !reserve_notes(cache, making->number))
        return;
    struct noted *noted = &cache->noted[making->number];
    if (noted->diags && noted->version == making->episode->version)
        return;
    arena_free(&noted->arena);
    *noted = (struct noted){.version = making->episode->version};
    for (const struct diag *diag = parsed->diags.first; diag; diag = diag->next) {
        struct diag *copy = ARENA_NEW(&noted->arena, struct diag, 1);
        if (!copy)
            return;
        *copy = (struct diag){noted->diags, diag->line, diag->column,
                              arena_copy(&noted->arena, diag->problem),
                              arena_copy(&noted->arena, diag->action)};
        if (copy->problem.data && copy->action.data)
            noted->diags = copy;
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
    note_problems(cache, making, parsed);
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

int cache_get(struct cache *cache, uint32_t number, const struct episode *episode, enum part part,
              struct parsed **parsed)
{
    const struct making making = {
        .make = part == PART_FRONT ? parse_front : parse_body,
        .number = number,
        .episode = episode,
    };
    return get(cache, key_of(number, episode->version, part), &making, parsed);
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

/* With the lock held. */
static struct parsed *take(struct cache *cache, uint64_t key)
{
    struct parsed *parsed = find(cache, key);
    if (!parsed || !parsed->is_ready || parsed->err)
        return NULL;
    if (parsed->users++ == 0)
        list_remove(cache, parsed);
    return parsed;
}

static struct parsed *find_kept(struct cache *cache, uint64_t key)
{
    pthread_mutex_lock(&cache->lock);
    struct parsed *parsed = take(cache, key);
    pthread_mutex_unlock(&cache->lock);
    return parsed;
}

struct parsed *cache_find(struct cache *cache, uint32_t number, uint32_t version, enum part part)
{
    return find_kept(cache, key_of(number, version, part));
}

struct parsed *cache_find_text(struct cache *cache, uint64_t id)
{
    return find_kept(cache, id);
}

static void forget(struct cache *cache, uint64_t key)
{
    pthread_mutex_lock(&cache->lock);
    struct parsed *parsed = find(cache, key);
    if (parsed && parsed->users == 0) {
        list_remove(cache, parsed);
        drop(cache, parsed);
    }
    pthread_mutex_unlock(&cache->lock);
}

void cache_forget(struct cache *cache, uint32_t number, uint32_t version)
{
    forget(cache, key_of(number, version, PART_FRONT));
    forget(cache, key_of(number, version, PART_BODY));
}

void cache_forget_text(struct cache *cache, uint64_t id)
{
    forget(cache, id);
}

/* With the lock held. */
static int copy_notes(const struct cache *cache, const struct corpus *corpus, struct arena *arena,
                      struct problems *problems)
{
    for (uint32_t i = 0; i < corpus->episode_cap && i < cache->noted_cap; i++) {
        const struct episode *episode = episode_shown(corpus->episodes[i]);
        if (!episode || episode->version != cache->noted[i].version)
            continue;
        for (const struct diag *diag = cache->noted[i].diags; diag; diag = diag->next) {
            struct problem *problem = problems->at ? &problems->at[problems->count] : NULL;
            problems->count++;
            if (!problem)
                continue;
            *problem = (struct problem){episode->path, diag->line, diag->column,
                                        arena_copy(arena, diag->problem),
                                        arena_copy(arena, diag->action)};
            if (!problem->what.data || !problem->action.data)
                return -ENOMEM;
        }
    }
    return 0;
}

int cache_read_problems(struct cache *cache, const struct corpus *corpus, struct arena *arena,
                        struct problems *problems)
{
    *problems = (struct problems){0};
    pthread_mutex_lock(&cache->lock);
    int err = copy_notes(cache, corpus, arena, problems);
    problems->at = ARENA_NEW(arena, struct problem, problems->count);
    problems->count = 0;
    if (!problems->at)
        err = -ENOMEM;
    if (!err)
        err = copy_notes(cache, corpus, arena, problems);
    pthread_mutex_unlock(&cache->lock);
    return err;
}

void cache_read_stats(struct cache *cache, struct cache_stats *stats)
{
    pthread_mutex_lock(&cache->lock);
    *stats = cache->stats;
    pthread_mutex_unlock(&cache->lock);
    stats->limit = cache->limit;
}

int cache_read_content(struct cache *cache, const struct episode *episode, uint64_t offset,
                       uint64_t len, struct buf *out)
{
    return cache->content.read(cache->content.context, episode, offset, len, out);
}
