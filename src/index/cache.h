/*
 * The cache of parsed front matter, parsed bodies and rendered texts. It evicts the least recently
 * used entry when it exceeds its limit, and no text as long as these take no more than half of it:
 * a pass over all bodies, which leaves short texts, would evict them. Entries in use, and the two
 * most recent texts and others, may exceed the limit.
 *
 * What is being made is bounded as well. Bodies are parsed at once as far as their files, times
 * what the worst of them takes, fit into LIMIT_MARKDOWN a core; else one waits for another. A text
 * over CACHE_SHORT_TEXT grows while no other does.
 *
 * When two readers ask for the same entry at once, one loads it and the other waits.
 */
#ifndef INDEX_CACHE_H
#define INDEX_CACHE_H

#include <errno.h>
#include <pthread.h>

#include "base/buf.h"
#include "corpus/corpus.h"
#include "index/content_reader.h"
#include "transcript/body.h"

/* The longest text that is rendered: a title repeated in every turn could make it thousands of
 * times as long as its source. */
enum { CACHE_MAX_TEXT = 256 * 1024 * 1024, CACHE_SHORT_TEXT = 1024 * 1024 };

enum cache_kind { CACHE_FRONT, CACHE_BODY, CACHE_TEXT, CACHE_KINDS };

struct cache_entry {
    /* For the reader, one of these. */
    struct front front; /* CACHE_FRONT; of CACHE_BODY where has_front; its values live in `arena` */
    bool has_front;     /* the front matter was read with the body */
    struct body body;   /* CACHE_BODY */
    struct buf text;    /* CACHE_TEXT */

    /* The cache's own. */
    struct arena arena;
    struct diags diags; /* of the body; in `arena` */
    uint64_t key;       /* of a text its node id; other keys have a low byte that is no kind */
    size_t size;        /* bytes */
    uint32_t users;
    bool is_loading;
    bool is_ready;
    bool is_long;     /* no other long text grows */
    bool is_given_up; /* … and the client did not wait for that */
    struct cache *cache;
    int err;
    struct cache_entry *next_in_bucket;
    struct cache_entry *older, *newer; /* while it is not in use */
};

/* The key of a text that is no node's, by 56 bits of a hash. */
static inline uint64_t cache_key_of_hash(uint64_t hash)
{
    enum { KEY_OF_HASH = 0xFD };
    return hash << 8 | KEY_OF_HASH;
}

struct cache_stats {
    uint64_t limit, used; /* bytes */
    uint64_t hits, misses;
    uint32_t kept; /* parts */
};

struct cache;

/* NULL if memory runs out. Copies `content`, borrows `limits`. */
struct cache *cache_new(const struct content *content, uint64_t limit, const struct limits *limits);
void cache_free(struct cache *cache);

/* For parallel_for_client(), of those who read many bodies; may be NULL. */
has_left_fn *cache_client(const struct cache *cache);

/* Before a wait: -EINTR where the client of this thread gave up, or the thread must not wait; else
 * 0. */
int cache_check_client(const struct cache *cache);

/*
 * Gets the front matter or the body of the episode of this number; the caller releases it with
 * cache_put(). 0; -EAGAIN if its file changed since the scan; -EIO and the like; -ENOMEM.
 */
int cache_get(struct cache *cache, uint32_t number, const struct episode *episode,
              enum cache_kind kind, struct cache_entry **entry);

/* The entry of a version of an episode, or of a text, if the cache has it, else NULL. The caller
 * releases it with cache_put(). */
struct cache_entry *cache_find(struct cache *cache, uint32_t number, uint32_t version,
                               enum cache_kind kind);
struct cache_entry *cache_find_text(struct cache *cache, uint64_t id);

/* Drops the entries of a version of an episode, or of a text, if they are not in use. */
void cache_forget(struct cache *cache, uint32_t number, uint32_t version);
void cache_forget_text(struct cache *cache, uint64_t id);

/* Gets the text of a node likewise, and calls `render` if the cache lacks it. Also -EFBIG if the
 * text exceeds its limit, CACHE_MAX_TEXT where `render` sets no other, or memory runs out. `render`
 * may get front matter and bodies from the cache, but no texts. */
int cache_get_text(struct cache *cache, uint64_t id, int (*render)(void *context, struct buf *out),
                   void *context, struct cache_entry **entry);
void cache_put(struct cache *cache, struct cache_entry *entry);

/* The bytes of texts that stay, whatever is parsed. */
uint64_t cache_text_room(const struct cache *cache);

/* The problems of the bodies of a corpus that were parsed so far: a copy in `arena`, unsorted. 0 or
 * -ENOMEM. */
int cache_read_problems(struct cache *cache, const struct corpus *corpus, struct arena *arena,
                        struct problems *problems);

/* How many these are. */
uint32_t cache_count_problems(struct cache *cache, const struct corpus *corpus);

void cache_read_stats(struct cache *cache, struct cache_stats *stats);

/* Reads a range of a file of an episode, without caching it. */
int cache_read_content(struct cache *cache, const struct source *source, uint64_t offset,
                       uint64_t len, struct buf *out);

/* Whether those files of an episode that have other names are the same as when they were scanned;
 * if not, they will be scanned. */
bool cache_is_newest(const struct cache *cache, const struct episode *episode);

#endif
