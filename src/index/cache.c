#include "index/cache.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/parallel.h"
#include "index/body_problems.h"
#include "index/parse_episode.h"

enum {
    BUCKETS = 4096,
    KEY_OF_FRONT = 0xFF, /* the last eight bits of a key, where a node id has its kind */
    KEY_OF_BODY = 0xFE,
    ALWAYS_KEPT = 2, /* of each list */
};

/* Entries that are not in use. */
struct idle {
    struct cache_entry *oldest, *newest;
    uint32_t count;
};

struct cache {
    struct content content;
    uint64_t limit;
    const struct limits *limits; /* of what is parsed */
    pthread_mutex_t lock;
    pthread_cond_t entry_ready; /* a part became ready */
    struct cache_entry *buckets[BUCKETS];
    struct idle parsed, texts;
    uint64_t texts_used; /* bytes, of those in use too */
    struct cache_stats stats;
    uint64_t parsing;              /* bytes that the bodies take at most that are being parsed */
    uint32_t parsers;              /* of them */
    bool has_long;                 /* a long text grows */
    pthread_cond_t room;           /* one of these ended */
    struct body_problems problems; /* of the bodies as they were last parsed */
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
    cond_init_timed(&cache->entry_ready);
    cond_init_timed(&cache->room);
    return cache;
}

has_left_fn *cache_client(const struct cache *cache)
{
    return cache->content.has_client_left;
}

int cache_check_client(const struct cache *cache)
{
    has_left_fn *has_left = cache->content.has_client_left;
    return has_left && has_left() ? -EINTR : 0;
}

static void entry_free(struct cache_entry *entry)
{
    body_free(&entry->body);
    buf_free(&entry->text);
    arena_free(&entry->arena);
    free(entry);
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    for (int i = 0; i < BUCKETS; i++) {
        while (cache->buckets[i]) {
            struct cache_entry *next = cache->buckets[i]->next_in_bucket;
            entry_free(cache->buckets[i]);
            cache->buckets[i] = next;
        }
    }
    body_problems_free(&cache->problems);
    pthread_mutex_destroy(&cache->lock);
    pthread_cond_destroy(&cache->entry_ready);
    pthread_cond_destroy(&cache->room);
    free(cache);
}

/* --- the lists of entries not in use, oldest first -------------------------------------------- */

static bool is_text(const struct cache_entry *entry)
{
    uint8_t kind = (uint8_t)entry->key;
    return kind != KEY_OF_FRONT && kind != KEY_OF_BODY;
}

static struct idle *list_of(struct cache *cache, const struct cache_entry *entry)
{
    return is_text(entry) ? &cache->texts : &cache->parsed;
}

static void list_remove(struct cache *cache, struct cache_entry *entry)
{
    struct idle *list = list_of(cache, entry);
    *(entry->older ? &entry->older->newer : &list->oldest) = entry->newer;
    *(entry->newer ? &entry->newer->older : &list->newest) = entry->older;
    entry->older = entry->newer = NULL;
    list->count--;
}

static void list_append(struct cache *cache, struct cache_entry *entry)
{
    struct idle *list = list_of(cache, entry);
    entry->older = list->newest;
    entry->newer = NULL;
    *(list->newest ? &list->newest->newer : &list->oldest) = entry;
    list->newest = entry;
    list->count++;
}

static struct cache_entry **bucket_of(struct cache *cache, uint64_t key)
{
    return &cache->buckets[(key * 0x9E3779B97F4A7C15u) >> 52];
}

static void drop(struct cache *cache, struct cache_entry *entry)
{
    struct cache_entry **at = bucket_of(cache, entry->key);
    while (*at != entry)
        at = &(*at)->next_in_bucket;
    *at = entry->next_in_bucket;
    cache->stats.used -= entry->size;
    cache->texts_used -= is_text(entry) ? entry->size : 0;
    cache->stats.kept--;
    entry_free(entry);
}

uint64_t cache_text_room(const struct cache *cache)
{
    return cache->limit / 2;
}

/* The list to drop from, of which so many entries stay; NULL: neither has more. */
static struct idle *choose_list(struct cache *cache, uint32_t kept)
{
    bool is_full = cache->texts_used > cache_text_room(cache);
    struct idle *first = is_full ? &cache->texts : &cache->parsed,
                *second = is_full ? &cache->parsed : &cache->texts;
    return first->count > kept ? first : second->count > kept ? second : NULL;
}

static void drop_over_limit(struct cache *cache, uint32_t kept)
{
    struct idle *list;
    while (cache->stats.used > cache->limit && (list = choose_list(cache, kept))) {
        struct cache_entry *entry = list->oldest;
        list_remove(cache, entry);
        drop(cache, entry);
    }
}

/* The most recent entries stay: without them, reading the turns of a large episode one by one would
 * parse the body for each turn. A piece of a long text is of four: a layout, front matter, a body
 * and itself. */
static void keep_limit(struct cache *cache)
{
    drop_over_limit(cache, ALWAYS_KEPT);
}

/* --- room for what is being made ---------------------------------------------------------------
 */

/* The memory that parsing a body takes at most: cmark makes nodes of hundreds of bytes of one. */
static uint64_t most_parsing(const struct cache *cache, const struct episode *episode)
{
    enum { MOST_OF_A_BYTE = 256 };
    uint64_t most = cache->limits->at[LIMIT_MARKDOWN], bytes = (uint64_t)episode->id.size;
    return bytes < most / MOST_OF_A_BYTE ? bytes * MOST_OF_A_BYTE : most;
}

/* With the lock held. Whoever parses waits for nobody, so that one of them always can. */
static void begin_parsing(struct cache *cache, uint64_t bytes)
{
    uint64_t all = cache->limits->at[LIMIT_MARKDOWN] * parallel_threads();
    while (cache->parsers && cache->parsing + bytes > all)
        pthread_cond_wait(&cache->room, &cache->lock);
    cache->parsers++;
    cache->parsing += bytes;
}

static void end_parsing(struct cache *cache, uint64_t bytes)
{
    cache->parsers--;
    cache->parsing -= bytes;
    pthread_cond_broadcast(&cache->room);
}

/* A raise_limit: of a text that becomes a long one. */
static bool begin_long(void *entry_, struct buf *text)
{
    struct cache_entry *entry = entry_;
    struct cache *cache = entry->cache;
    if (entry->is_long)
        return false;
    int err = 0;
    pthread_mutex_lock(&cache->lock);
    while (cache->has_long && !err)
        err = parallel_wait_client(&cache->room, &cache->lock, cache_client(cache));
    entry->is_given_up = err;
    if (!err) {
        entry->is_long = cache->has_long = true;
        drop_over_limit(cache, 0); /* the long one before */
    }
    pthread_mutex_unlock(&cache->lock);
    if (!err)
        text->limit = CACHE_MAX_TEXT;
    return !err;
}

/* With the lock held. */
static void end_long(struct cache *cache, struct cache_entry *entry)
{
    if (!entry->is_long)
        return;
    entry->is_long = cache->has_long = false;
    pthread_cond_broadcast(&cache->room);
}

/* --- parsing, without the lock ---------------------------------------------------------------- */

/* How to load an entry: one of the three functions below. */
struct loader {
    int (*load)(struct cache *cache, const struct loader *loader, struct cache_entry *entry);
    uint32_t number;
    const struct episode *episode;
    int (*render)(void *context, struct buf *out);
    void *context;
};

static struct parse_episode parse_of(const struct cache *cache, const struct loader *loader,
                                     struct cache_entry *entry)
{
    return (struct parse_episode){&cache->content, cache->limits, loader->episode, &entry->arena};
}

static int parse_front(struct cache *cache, const struct loader *loader, struct cache_entry *entry)
{
    const struct parse_episode parse = parse_of(cache, loader, entry);
    return parse_episode_front(&parse, &entry->front);
}

static int parse_body(struct cache *cache, const struct loader *loader, struct cache_entry *entry)
{
    const struct parse_episode parse = parse_of(cache, loader, entry);
    entry->diags.arena = &entry->arena;
    return parse_episode_body(&parse, &entry->diags, &entry->body, &entry->front,
                              &entry->has_front);
}

static int render_text(struct cache *cache, const struct loader *loader, struct cache_entry *entry)
{
    (void)cache;
    entry->text.limit = CACHE_SHORT_TEXT;
    entry->text.raise_limit = begin_long;
    entry->text.raise_context = entry;
    entry->is_given_up = false;
    int err = loader->render(loader->context, &entry->text);
    if (entry->is_given_up)
        return -EINTR;
    if (!err && entry->text.failed)
        err = entry->text.is_over_limit ? -EFBIG : -ENOMEM;
    if (!err)
        buf_trim(&entry->text);
    return err;
}

/* --- getting ---------------------------------------------------------------------------------- */

static uint64_t key_of(uint32_t number, uint32_t version, enum cache_kind kind)
{
    return (uint64_t)version << 32 | (uint64_t)number << 8 |
           (kind == CACHE_FRONT ? KEY_OF_FRONT : KEY_OF_BODY);
}

static struct cache_entry *find(struct cache *cache, uint64_t key)
{
    struct cache_entry *entry = *bucket_of(cache, key);
    while (entry && entry->key != key)
        entry = entry->next_in_bucket;
    return entry;
}

/* With the lock held; releases it while it makes the part. */
static int load_entry(struct cache *cache, const struct loader *loader, struct cache_entry *entry)
{
    const struct episode *parsed = loader->load == parse_body ? loader->episode : NULL;
    uint64_t parsing = parsed ? most_parsing(cache, parsed) : 0;
    entry->is_loading = true;
    if (parsing)
        begin_parsing(cache, parsing);
    pthread_mutex_unlock(&cache->lock);
    int err = loader->load(cache, loader, entry);
    pthread_mutex_lock(&cache->lock);
    if (parsing)
        end_parsing(cache, parsing);
    end_long(cache, entry);

    entry->is_loading = false;
    pthread_cond_broadcast(&cache->entry_ready);
    /* Of a text: the client of this thread gave up, and the next one who waits loads it. */
    if (err == -EINTR) {
        buf_free(&entry->text);
        return err;
    }
    entry->err = err;
    entry->is_ready = true;
    entry->size = sizeof *entry + entry->arena.total + body_size(&entry->body) + entry->text.cap;
    cache->stats.used += entry->size;
    cache->texts_used += is_text(entry) ? entry->size : 0;
    if (parsed)
        body_problems_note(&cache->problems, loader->number, parsed->version, entry->diags.first);
    keep_limit(cache);
    return err;
}

/* With the lock held. */
static struct cache_entry *add_entry(struct cache *cache, uint64_t key)
{
    struct cache_entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    entry->cache = cache;
    entry->key = key;
    struct cache_entry **bucket = bucket_of(cache, key);
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    cache->stats.kept++;
    cache->stats.misses++;
    return entry;
}

/* With the lock held. A failed entry is freed: the next reader tries again. */
static void put(struct cache *cache, struct cache_entry *entry)
{
    if (--entry->users)
        return;
    if (!entry->is_ready || entry->err) {
        drop(cache, entry);
        return;
    }
    list_append(cache, entry);
    keep_limit(cache);
}

/* With the lock held. A text may be made of many bodies. Who waits for one body goes on when that
 * is there, as who parses it does: those who read many take an error for its own. */
static int wait_for_entry(struct cache *cache, const struct cache_entry *entry)
{
    return parallel_wait_client(&cache->entry_ready, &cache->lock,
                                is_text(entry) ? cache_client(cache) : NULL);
}

static int get(struct cache *cache, uint64_t key, const struct loader *loader,
               struct cache_entry **out)
{
    int err = 0;

    *out = NULL;
    pthread_mutex_lock(&cache->lock);
    struct cache_entry *entry = find(cache, key);
    cache->stats.hits += entry != NULL;
    if (entry && entry->users == 0)
        list_remove(cache, entry);
    if (!entry)
        entry = add_entry(cache, key);
    if (!entry) {
        pthread_mutex_unlock(&cache->lock);
        return -ENOMEM;
    }
    entry->users++;
    while (!err && !entry->is_ready) {
        if (cache->content.must_not_wait && cache->content.must_not_wait())
            err = -EINTR;
        else if (entry->is_loading)
            err = wait_for_entry(cache, entry);
        else
            err = load_entry(cache, loader, entry);
    }
    if (!err)
        err = entry->err;
    if (err)
        put(cache, entry);
    else
        *out = entry;
    pthread_mutex_unlock(&cache->lock);
    return err;
}

int cache_get(struct cache *cache, uint32_t number, const struct episode *episode,
              enum cache_kind kind, struct cache_entry **entry)
{
    const struct loader loader = {
        .load = kind == CACHE_FRONT ? parse_front : parse_body,
        .number = number,
        .episode = episode,
    };
    return get(cache, key_of(number, episode->version, kind), &loader, entry);
}

int cache_get_text(struct cache *cache, uint64_t id, int (*render)(void *context, struct buf *out),
                   void *context, struct cache_entry **entry)
{
    const struct loader loader = {.load = render_text, .render = render, .context = context};
    return get(cache, id, &loader, entry);
}

void cache_put(struct cache *cache, struct cache_entry *entry)
{
    if (!entry)
        return;
    pthread_mutex_lock(&cache->lock);
    put(cache, entry);
    pthread_mutex_unlock(&cache->lock);
}

/* With the lock held. */
static struct cache_entry *take(struct cache *cache, uint64_t key)
{
    struct cache_entry *entry = find(cache, key);
    if (!entry || !entry->is_ready || entry->err)
        return NULL;
    if (entry->users++ == 0)
        list_remove(cache, entry);
    return entry;
}

static struct cache_entry *find_kept(struct cache *cache, uint64_t key)
{
    pthread_mutex_lock(&cache->lock);
    struct cache_entry *entry = take(cache, key);
    pthread_mutex_unlock(&cache->lock);
    return entry;
}

struct cache_entry *cache_find(struct cache *cache, uint32_t number, uint32_t version,
                               enum cache_kind kind)
{
    return find_kept(cache, key_of(number, version, kind));
}

struct cache_entry *cache_find_text(struct cache *cache, uint64_t id)
{
    return find_kept(cache, id);
}

static void forget(struct cache *cache, uint64_t key)
{
    pthread_mutex_lock(&cache->lock);
    struct cache_entry *entry = find(cache, key);
    if (entry && entry->users == 0) {
        list_remove(cache, entry);
        drop(cache, entry);
    }
    pthread_mutex_unlock(&cache->lock);
}

void cache_forget(struct cache *cache, uint32_t number, uint32_t version)
{
    forget(cache, key_of(number, version, CACHE_FRONT));
    forget(cache, key_of(number, version, CACHE_BODY));
}

void cache_forget_text(struct cache *cache, uint64_t id)
{
    forget(cache, id);
}

uint32_t cache_count_problems(struct cache *cache, const struct corpus *corpus)
{
    pthread_mutex_lock(&cache->lock);
    uint32_t count = body_problems_count(&cache->problems, corpus);
    pthread_mutex_unlock(&cache->lock);
    return count;
}

int cache_read_problems(struct cache *cache, const struct corpus *corpus, struct arena *arena,
                        struct problems *problems)
{
    pthread_mutex_lock(&cache->lock);
    int err = body_problems_copy(&cache->problems, corpus, arena, problems);
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

int cache_read_content(struct cache *cache, const struct source *source, uint64_t offset,
                       uint64_t len, struct buf *out)
{
    return cache->content.read(cache->content.context, source, offset, len, out);
}

static bool is_same(const struct content *content, struct slice path, const struct file_id *id)
{
    const struct source source = {path, id};
    return id->links <= 1 || !content->is_same || content->is_same(content->context, &source);
}

bool cache_is_newest(const struct cache *cache, const struct episode *episode)
{
    const struct companions *companions = &episode->companions;
    bool is_newest = is_same(&cache->content, episode->path, &episode->id);
    for (uint32_t i = 0; i < companions->count && is_newest; i++)
        is_newest = is_same(&cache->content, companions->at[i].path, &companions->at[i].id);
    return is_newest;
}
