#include "model/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "model/bookmarks.h"
#include "model/nodes.h"
#include "model/stale.h"

enum {
    KIND_BITS = 8,
    SNAPSHOTS = 256,
    SNAPSHOT_BYTES = 4 * 1024 * 1024,
};

/* A text that stood in a volatile file when somebody looked it up. */
struct snapshot {
    struct buf text;
    enum kind kind;
    uint32_t serial;
};

/* How many names of turns are given out, by number of the episode: in chunks, so that readers never
 * see one move. */
enum { KNOWN_CHUNK = 4096 };

struct tree {
    struct tree_parts parts;
    const struct request_count *requests;

    pthread_mutex_t lock; /* of the generations and their users */
    pthread_cond_t let_go;
    pthread_cond_t published;
    struct corpus *oldest, *newest;
    struct tree_news news;
    struct corpus *told;              /* what clients know */
    const struct corpus *told_survey; /* … of by-voice; NULL: nothing */
    uint16_t *known[CORPUS_MAX_EPISODES / KNOWN_CHUNK];

    pthread_mutex_t survey_lock;
    pthread_cond_t survey_ready;
    struct corpus *surveyed; /* the newest that has a survey; NULL: none has */
    struct ledger heard;     /* of by-voice */
    bool is_surveying;
    size_t survey_done; /* episodes; counted by many threads */

    pthread_mutex_t snapshot_lock;
    struct snapshot snapshots[SNAPSHOTS]; /* a ring: serial modulo its length */
    uint32_t next_serial;
    size_t snapshot_bytes;

    struct bookmarks bookmarks;
};

struct tree *tree_new(struct corpus *corpus, struct cache *cache,
                      const struct tree_options *options)
{
    struct tree *tree = calloc(1, sizeof *tree);
    if (!tree) {
        corpus_free_last(corpus);
        return NULL;
    }
    tree->parts = (struct tree_parts){cache, *options};
    tree->oldest = tree->newest = tree->told = corpus;
    tree->news = (struct tree_news){
        .generation = corpus->generation, .watch = "none", .why = "nothing watches the content"};
    pthread_mutex_init(&tree->lock, NULL);
    pthread_cond_init(&tree->let_go, NULL);
    pthread_cond_init(&tree->published, NULL);
    pthread_mutex_init(&tree->survey_lock, NULL);
    pthread_cond_init(&tree->survey_ready, NULL);
    pthread_mutex_init(&tree->snapshot_lock, NULL);
    ledger_init(&tree->heard);
    bookmarks_init(&tree->bookmarks);
    if (tree_reserve(tree, corpus->episode_cap)) {
        tree_free(tree);
        return NULL;
    }
    return tree;
}

/* The last survey owns what all of them share. */
static void free_generations(struct tree *tree)
{
    while (tree->oldest) {
        struct corpus *corpus = tree->oldest;
        bool is_last = !corpus->next;
        tree->oldest = corpus->next;
        if (corpus == tree->surveyed)
            survey_free_last(corpus->survey);
        else
            survey_release(corpus->survey);
        (is_last ? corpus_free_last : corpus_release)(corpus);
    }
}

void tree_free(struct tree *tree)
{
    if (!tree)
        return;
    free_generations(tree);
    for (int i = 0; i < SNAPSHOTS; i++)
        buf_free(&tree->snapshots[i].text);
    for (size_t i = 0; i < sizeof tree->known / sizeof *tree->known; i++)
        free(tree->known[i]);
    ledger_free(&tree->heard);
    bookmarks_free(&tree->bookmarks);
    pthread_mutex_destroy(&tree->lock);
    pthread_cond_destroy(&tree->let_go);
    pthread_cond_destroy(&tree->published);
    pthread_mutex_destroy(&tree->survey_lock);
    pthread_cond_destroy(&tree->survey_ready);
    pthread_mutex_destroy(&tree->snapshot_lock);
    free(tree);
}

const struct tree_parts *tree_parts(const struct tree *tree)
{
    return &tree->parts;
}

/* --- generations --------------------------------------------------------------------------------
 *
 * A request holds the generation that was the newest when it began. One that nobody holds is freed
 * when all before it are: a later one may share what an earlier one has.
 */

struct corpus *tree_hold(struct tree *tree)
{
    pthread_mutex_lock(&tree->lock);
    struct corpus *corpus = tree->newest;
    corpus->users++;
    pthread_mutex_unlock(&tree->lock);
    return corpus;
}

/* With the lock held. */
static void free_unused(struct tree *tree)
{
    while (tree->oldest != tree->newest && tree->oldest->users == 0 &&
           tree->oldest != tree->surveyed && tree->oldest != tree->told &&
           tree->oldest != tree->told_survey) {
        struct corpus *corpus = tree->oldest;
        tree->oldest = corpus->next;
        survey_release(corpus->survey);
        corpus_release(corpus);
    }
}

void tree_let_go(struct tree *tree, struct corpus *corpus)
{
    pthread_mutex_lock(&tree->lock);
    if (--corpus->users == 0) {
        pthread_cond_broadcast(&tree->let_go);
        free_unused(tree);
    }
    pthread_mutex_unlock(&tree->lock);
}

/* With the lock held: whether a request is under way that began before this generation. */
static bool is_older_held(const struct tree *tree, const struct corpus *than)
{
    for (const struct corpus *corpus = tree->oldest; corpus != than; corpus = corpus->next) {
        if (corpus->users)
            return true;
    }
    return false;
}

void tree_know_turns(struct tree *tree, uint32_t episode, uint32_t turns)
{
    uint16_t *known = &tree->known[episode / KNOWN_CHUNK][episode % KNOWN_CHUNK];
    uint16_t before = __atomic_load_n(known, __ATOMIC_RELAXED);
    while (before < turns && !__atomic_compare_exchange_n(known, &before, (uint16_t)turns, true,
                                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

static uint32_t take_known_turns(struct tree *tree, uint32_t episode)
{
    return __atomic_exchange_n(&tree->known[episode / KNOWN_CHUNK][episode % KNOWN_CHUNK], 0,
                               __ATOMIC_RELAXED);
}

/* Two versions of an episode are remembered as far as the cache has room, older ones are not. */
enum { VERSIONS_REMEMBERED = 2 };

static void forget_version(struct tree *tree, uint32_t number, uint32_t version)
{
    cache_forget(tree->parts.cache, number, version);
    for (unsigned j = 0; tree_format_name(j); j++) {
        const struct node text = {KIND_FORMAT, number, j, version};
        cache_forget_text(tree->parts.cache, tree_id(&text));
    }
}

static void forget_old_versions(struct tree *tree, const struct corpus *before,
                                const struct corpus *after)
{
    for (uint32_t i = 0; i < before->episode_cap; i++) {
        const struct episode *was = before->episodes[i], *now = after->episodes[i];
        if (!was || was == now)
            continue;
        uint32_t end = now ? now->version : was->version + 1;
        uint32_t first = was->version < VERSIONS_REMEMBERED ? 0
                                                            : was->version - VERSIONS_REMEMBERED;
        for (uint32_t version = first; version + VERSIONS_REMEMBERED < end; version++)
            forget_version(tree, i, version);
    }
}

int tree_reserve(struct tree *tree, size_t episodes)
{
    for (size_t i = 0; i < episodes; i += KNOWN_CHUNK) {
        uint16_t **chunk = &tree->known[i / KNOWN_CHUNK];
        if (!*chunk)
            *chunk = calloc(KNOWN_CHUNK, sizeof **chunk);
        if (!*chunk)
            return -ENOMEM;
    }
    return 0;
}

void tree_publish(struct tree *tree, struct corpus *next)
{
    pthread_mutex_lock(&tree->lock);
    tree->newest->next = next;
    tree->newest = next;
    pthread_cond_broadcast(&tree->published);
    free_unused(tree);
    pthread_mutex_unlock(&tree->lock);
}

/* by-voice and original/ follow where somebody has asked for them. */
static int tell_survey(struct tree *tree, const struct stale_context *stale)
{
    struct scope scope = {.tree = tree, .corpus = stale->after};
    const struct survey *survey;

    pthread_mutex_lock(&tree->survey_lock);
    while (tree->is_surveying)
        pthread_cond_wait(&tree->survey_ready, &tree->survey_lock);
    bool is_asked = tree->surveyed != NULL;
    pthread_mutex_unlock(&tree->survey_lock);
    if (!is_asked)
        return 0;
    /* A reader may have seen to it; or to a later one, which is told the next time. */
    int err = scope_survey(&scope, &survey);
    if (err)
        return err == -ESTALE ? 0 : err;
    pthread_mutex_lock(&tree->lock);
    const struct corpus *before = tree->told_survey;
    pthread_mutex_unlock(&tree->lock);
    if (before && before != stale->after)
        stale_tell_heard(stale, before, before->survey, survey);
    pthread_mutex_lock(&tree->lock);
    tree->told_survey = stale->after;
    pthread_mutex_unlock(&tree->lock);
    return 0;
}

/* One generation after the other: what came with one and went with the next may be known too. */
static int tell_next(struct tree *tree, struct corpus *before, struct corpus *after, stale_fn *tell,
                     void *context)
{
    const struct stale_context stale = {tree, before, after, tell, context, take_known_turns};
    struct timespec now;

    pthread_mutex_lock(&tree->lock);
    while (is_older_held(tree, after))
        pthread_cond_wait(&tree->let_go, &tree->lock);
    pthread_mutex_unlock(&tree->lock);

    stale_tell(&stale);
    forget_old_versions(tree, before, after);
    int err = tell_survey(tree, &stale);

    clock_gettime(CLOCK_REALTIME, &now);
    pthread_mutex_lock(&tree->lock);
    tree->news.generation = after->generation;
    tree->news.last_change = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    tree->told = after;
    free_unused(tree);
    pthread_mutex_unlock(&tree->lock);
    return err;
}

int tree_tell(struct tree *tree, stale_fn *tell, void *context)
{
    int err = 0;
    for (;;) {
        pthread_mutex_lock(&tree->lock);
        struct corpus *before = tree->told, *after = before->next;
        pthread_mutex_unlock(&tree->lock);
        if (!after)
            return err;
        int failed = tell_next(tree, before, after, tell, context);
        err = err ? err : failed;
    }
}

bool tree_wait_for_newer(struct tree *tree, uint64_t generation, unsigned milliseconds)
{
    struct timespec end;
    int err = 0;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    end.tv_sec += milliseconds / 1000 + end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    pthread_mutex_lock(&tree->lock);
    while (tree->newest->generation <= generation && err != ETIMEDOUT)
        err = pthread_cond_timedwait(&tree->published, &tree->lock, &end);
    bool is_newer = tree->newest->generation > generation;
    pthread_mutex_unlock(&tree->lock);
    return is_newer;
}

void tree_read_news(struct tree *tree, struct tree_news *news)
{
    pthread_mutex_lock(&tree->lock);
    *news = tree->news;
    news->is_scanning |= tree->told != tree->newest;
    pthread_mutex_unlock(&tree->lock);
}

void tree_tell_watch(struct tree *tree, const char *watch, const char *why)
{
    pthread_mutex_lock(&tree->lock);
    tree->news.watch = watch;
    tree->news.why = why;
    pthread_mutex_unlock(&tree->lock);
}

void tree_tell_overflow(struct tree *tree)
{
    pthread_mutex_lock(&tree->lock);
    tree->news.overflows++;
    pthread_mutex_unlock(&tree->lock);
}

void tree_tell_requests(struct tree *tree, const struct request_count *counts)
{
    tree->requests = counts;
}

const struct request_count *tree_requests(const struct tree *tree)
{
    return tree->requests;
}

void tree_tell_scanning(struct tree *tree, bool is_scanning)
{
    pthread_mutex_lock(&tree->lock);
    tree->news.is_scanning = is_scanning;
    pthread_mutex_unlock(&tree->lock);
}

/* --- node ids -----------------------------------------------------------------------------------
 */

static unsigned version_bits(const struct kind_row *row)
{
    unsigned rest = 64u - KIND_BITS - row->i_bits - row->j_bits;
    return !row->has_version ? 0 : rest > 32 ? 32 : rest;
}

static uint64_t low_bits(uint64_t value, unsigned count)
{
    return count < 64 ? value & ((UINT64_C(1) << count) - 1) : value;
}

uint64_t tree_id(const struct node *node)
{
    const struct kind_row *row = &kinds[node->kind];
    uint64_t id = low_bits(node->version, version_bits(row));
    id = id << row->j_bits | node->j;
    id = id << row->i_bits | node->i;
    return id << KIND_BITS | node->kind;
}

static int unpack(uint64_t id, struct node *node)
{
    uint64_t kind = low_bits(id, KIND_BITS);
    if (kind == KIND_NONE || kind >= KIND_COUNT)
        return -ESTALE;
    const struct kind_row *row = &kinds[kind];
    id >>= KIND_BITS;
    node->kind = (enum kind)kind;
    node->i = (uint32_t)low_bits(id, row->i_bits);
    id >>= row->i_bits;
    node->j = (uint32_t)low_bits(id, row->j_bits);
    id >>= row->j_bits;
    node->version = (uint32_t)low_bits(id, version_bits(row));
    return id >> version_bits(row) ? -ESTALE : 0;
}

/* --- scopes -------------------------------------------------------------------------------------
 */

void scope_end(struct scope *scope)
{
    for (int i = 0; i < PARTS; i++) {
        if (!scope->is_lent[i])
            cache_put(scope->tree->parts.cache, scope->parts[i]);
        scope->parts[i] = NULL;
    }
    if (scope->held)
        tree_let_go(scope->tree, scope->held);
    scope->held = NULL;
}

struct scope scope_at(const struct scope *scope, struct node node)
{
    return (struct scope){.tree = scope->tree, .corpus = scope->corpus, .node = node};
}

/* The node of an id, checked; the scope is to be ended whatever comes back. */
static int scope_begin(struct tree *tree, uint64_t id, struct scope *scope)
{
    *scope = (struct scope){.tree = tree, .held = tree_hold(tree)};
    scope->corpus = scope->held;
    int err = unpack(id, &scope->node);
    if (err)
        return err;
    const struct kind_row *row = &kinds[scope->node.kind];
    if (row->check)
        return row->check(scope);
    return scope->node.i || scope->node.j ? -ESTALE : 0;
}

static int scope_part(struct scope *scope, enum part part)
{
    if (scope->parts[part])
        return 0;
    return cache_get(scope->tree->parts.cache, scope->node.i, scope_episode(scope), part,
                     &scope->parts[part]);
}

int scope_front(struct scope *scope, const struct yaml **map)
{
    int err = scope_part(scope, PART_FRONT);
    *map = err ? NULL : scope->parts[PART_FRONT]->front.map;
    return err;
}

int scope_body(struct scope *scope, const struct body **body)
{
    int err = scope_part(scope, PART_BODY);
    *body = err ? NULL : &scope->parts[PART_BODY]->body;
    return err;
}

/* A text that is to be rendered, and where. */
struct rendering {
    struct scope *scope;
    int (*render)(struct scope *scope, struct buf *out);
};

static int render(void *rendering_, struct buf *out)
{
    const struct rendering *rendering = rendering_;
    return rendering->render(rendering->scope, out);
}

int scope_text(struct scope *scope, int (*render_)(struct scope *scope, struct buf *out),
               struct slice *text)
{
    struct rendering rendering = {scope, render_};
    int err = 0;
    if (!scope->parts[PART_TEXT])
        err = cache_get_text(scope->tree->parts.cache, tree_id(&scope->node), render, &rendering,
                             &scope->parts[PART_TEXT]);
    *text = err ? (struct slice){0} : buf_slice(&scope->parts[PART_TEXT]->text);
    return err;
}

bool scope_has_text(struct scope *scope)
{
    if (!scope->parts[PART_TEXT])
        scope->parts[PART_TEXT] = cache_find_text(scope->tree->parts.cache, tree_id(&scope->node));
    return scope->parts[PART_TEXT] != NULL;
}

int check_episode(struct scope *scope)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    const struct episode *episode = corpus_episode(scope->corpus, scope->node.i);
    if (!episode || (!row->j_bits && scope->node.j))
        return -ESTALE;
    uint32_t version = (uint32_t)low_bits(episode->version, version_bits(row));
    if (row->is_outdated)
        return scope->node.version <= version ? 0 : -ESTALE;
    return row->has_version && version != scope->node.version ? -ESTALE : 0;
}

int check_generation(struct scope *scope)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    uint64_t version = low_bits(scope->corpus->generation, version_bits(row));
    return (uint32_t)version == scope->node.version ? 0 : -ESTALE;
}

/* --- attributes ---------------------------------------------------------------------------------
 */

uint64_t hash_pair(uint64_t a, uint64_t b)
{
    return hash64((struct slice){(const char *)&a, sizeof a}, b);
}

/*
 * Inode numbers are hashes of what a node is, and not of where it stands in an index: they are
 * the same after a remount, and stay when other files come and go. 53 bits, so that a reader that
 * keeps numbers as doubles (JavaScript) does not round them; with a million nodes two of them
 * share a number once in some 18,000 corpora, which matters to nobody but for hard links.
 */
static uint64_t inode_number(const struct scope *scope)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    if (scope->node.kind == KIND_ROOT)
        return TREE_ROOT;
    uint64_t identity = row->identity ? row->identity(scope) : 0;
    uint64_t ino = hash_pair(identity, scope->node.kind) >> 11;
    return ino > TREE_ROOT ? ino : ino + 2;
}

static int text_size(struct scope *scope, uint64_t *size)
{
    cleanup_buf struct buf text = {0};
    int err = kinds[scope->node.kind].render(scope, &text);
    *size = text.len;
    return err ? err : text.failed ? -ENOMEM : 0;
}

static int link_size(struct scope *scope, uint64_t *size)
{
    cleanup_buf struct buf target = {0};
    int err = kinds[scope->node.kind].target(scope, &target);
    *size = target.len;
    return err ? err : target.failed ? -ENOMEM : 0;
}

/* What is known of a node without its size. */
static void fill_identity(const struct scope *scope, struct tree_attr *attr)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    *attr = (struct tree_attr){
        .id = tree_id(&scope->node),
        .ino = inode_number(scope),
        .mode = row->type | (row->type == S_IFDIR   ? 0555u
                             : row->type == S_IFREG ? 0444u
                                                    : 0777u),
        .nlink = 1,
        .mtime = row->mtime ? row->mtime(scope) : scope->corpus->mtime,
        .is_volatile = row->is_volatile,
    };
}

static int fill_attr(struct scope *scope, struct tree_attr *attr)
{
    const struct kind_row *row = &kinds[scope->node.kind];

    fill_identity(scope, attr);
    if (row->links)
        attr->nlink = row->links(scope);
    else if (row->type == S_IFDIR)
        attr->nlink = 2 + (row->folders ? row->folders(scope) : 0);
    if (row->type == S_IFDIR)
        return 0;
    if (row->type == S_IFLNK)
        return link_size(scope, &attr->size);
    return row->size ? row->size(scope, &attr->size) : text_size(scope, &attr->size);
}

uint32_t links_uncounted(const struct scope *scope)
{
    (void)scope;
    return 1;
}

int tree_getattr(struct tree *tree, uint64_t id, struct tree_attr *attr)
{
    cleanup_(scope_end) struct scope scope;
    int err = scope_begin(tree, id, &scope);
    return err ? err : fill_attr(&scope, attr);
}

/* --- folders ------------------------------------------------------------------------------------
 */

static int begin_folder(struct tree *tree, uint64_t id, struct scope *scope)
{
    int err = scope_begin(tree, id, scope);
    return err ? err : kinds[scope->node.kind].type == S_IFDIR ? 0 : -ENOTDIR;
}

static int find_by_child(struct scope *scope, struct slice name, struct child *child)
{
    int err = 0;
    for (uint64_t place = 0; err >= 0; place++) {
        err = kinds[scope->node.kind].child(scope, place, child);
        if (err == 0 && slice_equal(child->name, name))
            return 0;
    }
    return err;
}

/* Looks at a child with what its folder holds already. */
static int child_attr(const struct scope *folder, const struct child *child, struct tree_attr *attr)
{
    cleanup_(scope_end) struct scope scope = scope_at(folder, child->node);
    /* Parts are those of an episode, whose number is the i of all that stands below it. */
    for (int i = 0; i < PARTS && child->node.i == folder->node.i; i++) {
        scope.parts[i] = folder->parts[i];
        scope.is_lent[i] = scope.parts[i] != NULL;
    }
    return fill_attr(&scope, attr);
}

int tree_lookup(struct tree *tree, uint64_t folder, const char *name, struct tree_attr *attr)
{
    cleanup_(scope_end) struct scope scope;
    struct child child;
    *attr = (struct tree_attr){0};
    int err = begin_folder(tree, folder, &scope);
    if (err)
        return err;
    const struct kind_row *row = &kinds[scope.node.kind];
    struct slice wanted = slice_of(name);
    err = row->find ? row->find(&scope, wanted, &child) : find_by_child(&scope, wanted, &child);
    /* No transcript makes a name that begins with a dot. */
    attr->is_volatile = row->is_open && name[0] != '.';
    return err ? err : child_attr(&scope, &child, attr);
}

int tree_parent(struct tree *tree, uint64_t id, uint64_t *parent)
{
    cleanup_(scope_end) struct scope scope;
    int err = begin_folder(tree, id, &scope);
    if (err)
        return err;
    struct node node = kinds[scope.node.kind].parent(&scope);
    *parent = tree_id(&node);
    return 0;
}

/*
 * A cookie is the place behind an entry where that is the same in every generation. In a sorted run
 * it is a bookmark: the name behind which the listing goes on, whatever has come and gone since. In
 * a folder whose order may be another in the next version it has that version beside the place.
 */
enum { RUN_BITS = 2, PLACE_BITS = 20, VERSION_MASK = 0xFFFF };
static const uint64_t first_bookmark = UINT64_C(1) << 40;

static uint64_t version_mark(const struct scope *folder)
{
    return kinds[folder->node.kind].is_outdated
               ? (uint64_t)(scope_episode(folder)->version & VERSION_MASK) << PLACE_BITS
               : 0;
}

static uint64_t cookie_behind(const struct scope *folder, const struct child *child, uint64_t place)
{
    uint32_t number;
    if (child->run == 0 || !bookmarks_enter(&folder->tree->bookmarks, child->name, &number))
        return version_mark(folder) | (place + 1);
    return first_bookmark | (uint64_t)number << RUN_BITS | child->run;
}

static int place_of_cookie(struct scope *folder, uint64_t cookie, uint64_t *place)
{
    const struct kind_row *row = &kinds[folder->node.kind];
    struct slice name;
    *place = cookie;
    if (cookie >= first_bookmark) {
        cookie -= first_bookmark;
        if (!row->seek || !bookmarks_find(&folder->tree->bookmarks, cookie >> RUN_BITS, &name))
            return -EINVAL;
        *place = row->seek(folder, cookie & ((1 << RUN_BITS) - 1), name);
    } else if (cookie && row->is_outdated) {
        *place = low_bits(cookie, PLACE_BITS);
        return *place == (cookie ^ version_mark(folder)) ? 0 : -ESTALE;
    }
    return 0;
}

int tree_list(struct tree *tree, uint64_t folder, uint64_t cookie,
              bool (*each)(void *context, uint64_t next, const struct tree_entry *entry),
              void *context)
{
    cleanup_(scope_end) struct scope scope;
    struct tree_entry entry;
    struct child child;
    uint64_t place = 0;

    int err = begin_folder(tree, folder, &scope);
    if (!err)
        err = place_of_cookie(&scope, cookie, &place);
    while (err >= 0) {
        child.is_costly = false;
        child.run = 0;
        err = kinds[scope.node.kind].child(&scope, place, &child);
        uint64_t here = place++;
        if (err)
            continue;
        const struct kind_row *row = &kinds[child.node.kind];
        entry = (struct tree_entry){
            .name = child.name,
            .has_attr = !child.is_costly && !row->is_volatile,
        };
        /* One child that cannot be read now must not hide the others. */
        if (!entry.has_attr || child_attr(&scope, &child, &entry.attr)) {
            struct scope of_child = scope_at(&scope, child.node);
            fill_identity(&of_child, &entry.attr);
            entry.has_attr = false;
        }
        if (!each(context, cookie_behind(&scope, &child, here), &entry))
            return 0;
    }
    return err == -ENOENT ? 0 : err;
}

/* --- files and links -----------------------------------------------------------------------------
 */

void text_lend(struct tree_text *text, struct slice all, uint64_t offset, size_t len)
{
    text->bytes = offset < all.len ? slice_head(slice_skip(all, offset), len) : (struct slice){0};
}

static int read_now(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    if (row->type != S_IFREG)
        return row->type == S_IFDIR ? -EISDIR : -EINVAL;
    if (row->read)
        return row->read(scope, offset, len, text);
    int err = row->render(scope, &text->own);
    text_lend(text, buf_slice(&text->own), offset, len);
    return err;
}

/* The whole of a version of which a node id keeps the low bits: the newest that is not newer than
 * the one there is. */
static uint32_t whole_version(const struct scope *scope)
{
    const struct episode *now = corpus_episode(scope->corpus, scope->node.i);
    unsigned bits = version_bits(&kinds[scope->node.kind]);
    uint32_t low = scope->node.version;
    return now ? now->version - (uint32_t)low_bits(now->version - low, bits) : low;
}

/* What was read of a version that is not the newest is given as it was, as long as it is kept. No
 * disk is asked, and nothing is rendered from what is there now. */
static int read_past(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    struct cache *cache = scope->tree->parts.cache;
    if (!row->has_version || row->type != S_IFREG)
        return -ESTALE;
    scope->parts[PART_TEXT] = cache_find_text(cache, tree_id(&scope->node));
    if (scope->parts[PART_TEXT]) {
        text_lend(text, buf_slice(&scope->parts[PART_TEXT]->text), offset, len);
        return 0;
    }
    if (!row->read_past)
        return -ESTALE;
    scope->parts[PART_BODY] = cache_find(cache, scope->node.i, whole_version(scope), PART_BODY);
    return scope->parts[PART_BODY] ? row->read_past(scope, offset, len, text) : -ESTALE;
}

int tree_read(struct tree *tree, uint64_t id, uint64_t offset, size_t len, struct tree_text *text)
{
    cleanup_(scope_end) struct scope scope;
    *text = (struct tree_text){0};
    int err = scope_begin(tree, id, &scope);
    if (!err)
        err = read_now(&scope, offset, len, text);
    else if (err == -ESTALE && scope.node.kind != KIND_NONE)
        err = read_past(&scope, offset, len, text);
    if (!err && text->own.failed)
        err = -ENOMEM;
    /* The bytes may be a part's: it is held as long as they are. */
    for (int i = 0; i < PARTS; i++)
        text->parts[i] = steal_pointer(&scope.parts[i]);
    if (err)
        tree_text_free(tree, text);
    return err;
}

void tree_text_free(struct tree *tree, struct tree_text *text)
{
    buf_free(&text->own);
    for (int i = 0; i < PARTS; i++)
        cache_put(tree->parts.cache, text->parts[i]);
    *text = (struct tree_text){0};
}

uint64_t tree_siblings(uint64_t id)
{
    struct node node = {0};
    if (unpack(id, &node) || (node.kind != KIND_TURN && node.kind != KIND_ORIGINAL_TURN))
        return 0;
    node.j = 0;
    return tree_id(&node);
}

int tree_read_siblings(struct tree *tree, uint64_t id,
                       bool (*each)(void *context, uint64_t id, struct slice bytes), void *context)
{
    cleanup_(scope_end) struct scope scope;
    const struct body *body;
    int err = tree_siblings(id) ? scope_begin(tree, id, &scope) : -EINVAL;
    if (!err)
        err = scope_body(&scope, &body);
    for (uint32_t i = 1, first = scope.node.j; !err && i < body->count; i++) {
        scope.node.j = (first + i) % body->count;
        struct slice bytes = turn_file(&scope, body);
        if (bytes.len && !each(context, tree_id(&scope.node), bytes))
            break;
    }
    return err;
}

int tree_readlink(struct tree *tree, uint64_t id, struct buf *target)
{
    cleanup_(scope_end) struct scope scope;
    int err = scope_begin(tree, id, &scope);
    if (err)
        return err;
    if (kinds[scope.node.kind].type != S_IFLNK)
        return -EINVAL;
    err = kinds[scope.node.kind].target(&scope, target);
    return err ? err : target->failed ? -ENOMEM : 0;
}

static bool has_attributes(const struct scope *scope)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    return row->of_episode && row->type != S_IFLNK;
}

int tree_getxattr(struct tree *tree, uint64_t id, const char *name, struct buf *value)
{
    cleanup_(scope_end) struct scope scope;
    int err = scope_begin(tree, id, &scope);
    if (!err)
        err = has_attributes(&scope) ? attributes_get(&scope, slice_of(name), value) : -ENODATA;
    return err ? err : value->failed ? -ENOMEM : 0;
}

int tree_listxattr(struct tree *tree, uint64_t id, struct buf *names)
{
    cleanup_(scope_end) struct scope scope;
    int err = scope_begin(tree, id, &scope);
    if (!err && has_attributes(&scope))
        err = attributes_list(&scope, names);
    return err ? err : names->failed ? -ENOMEM : 0;
}

void tree_statfs(struct tree *tree, struct tree_statfs *statfs)
{
    struct corpus *corpus = tree_hold(tree);
    statfs->bytes = corpus->bytes;
    statfs->files = corpus->episode_count + corpus->folder_count + corpus->dated_count +
                    corpus->views.view_count + corpus->views.facet_count +
                    corpus->views.entry_count;
    tree_let_go(tree, corpus);
}

/* --- what takes all bodies ---------------------------------------------------------------------
 */

/* With the survey lock held, which is given up meanwhile. */
static int survey_now(struct scope *scope)
{
    struct tree *tree = scope->tree;
    const struct tree_options *options = &tree->parts.options;
    struct corpus *before = tree->surveyed;
    struct survey *made;

    tree->is_surveying = true;
    pthread_mutex_unlock(&tree->survey_lock);
    const struct survey_step step = {
        .before = before,
        .after = scope->corpus,
        .ledger = &tree->heard,
        .cache = tree->parts.cache,
        .done = &tree->survey_done,
        .step = options->progress,
        .step_context = options->progress_context,
    };
    int err = survey_next(&step, &made);
    pthread_mutex_lock(&tree->survey_lock);
    tree->is_surveying = false;
    if (!err) {
        pthread_mutex_lock(&tree->lock);
        struct corpus *corpus = tree->oldest;
        while (corpus != scope->corpus)
            corpus = corpus->next;
        corpus->survey = made;
        tree->surveyed = corpus;
        /* The first one is all that anybody was ever told of by-voice. */
        if (!tree->told_survey)
            tree->told_survey = corpus;
        free_unused(tree);
        pthread_mutex_unlock(&tree->lock);
    }
    pthread_cond_broadcast(&tree->survey_ready);
    return err;
}

int scope_survey(struct scope *scope, const struct survey **survey)
{
    struct tree *tree = scope->tree;
    int err = 0;

    pthread_mutex_lock(&tree->survey_lock);
    while (tree->is_surveying)
        pthread_cond_wait(&tree->survey_ready, &tree->survey_lock);
    if (!scope->corpus->survey) {
        bool is_past = tree->surveyed && tree->surveyed->generation > scope->corpus->generation;
        err = is_past ? -ESTALE : survey_now(scope);
    }
    *survey = scope->corpus->survey;
    pthread_mutex_unlock(&tree->survey_lock);
    return err;
}

const char *tree_survey_progress(struct tree *tree, size_t *done)
{
    pthread_mutex_lock(&tree->survey_lock);
    const char *state = tree->is_surveying ? "reading" : tree->surveyed ? "ready" : "not asked for";
    pthread_mutex_unlock(&tree->survey_lock);
    *done = __atomic_load_n(&tree->survey_done, __ATOMIC_RELAXED);
    return state;
}

/* --- snapshots -----------------------------------------------------------------------------------
 */

static void forget_snapshot(struct tree *tree, struct snapshot *snapshot)
{
    tree->snapshot_bytes -= snapshot->text.cap;
    buf_free(&snapshot->text);
    snapshot->kind = KIND_NONE;
}

static struct snapshot *newest_of(struct tree *tree, enum kind kind)
{
    for (uint32_t back = 1; back <= SNAPSHOTS && back <= tree->next_serial; back++) {
        struct snapshot *snapshot = &tree->snapshots[(tree->next_serial - back) % SNAPSHOTS];
        if (snapshot->kind == kind)
            return snapshot;
    }
    return NULL;
}

int tree_keep_snapshot(struct tree *tree, enum kind kind, struct buf *text, uint32_t *serial)
{
    if (text->failed)
        return -ENOMEM;
    pthread_mutex_lock(&tree->snapshot_lock);
    struct snapshot *newest = newest_of(tree, kind);
    if (newest && slice_equal(buf_slice(&newest->text), buf_slice(text))) {
        *serial = newest->serial;
        pthread_mutex_unlock(&tree->snapshot_lock);
        return 0;
    }
    /* The oldest go where the ring comes round, or where they have become too much to hold. */
    for (uint32_t ahead = 1; ahead < SNAPSHOTS && tree->snapshot_bytes > SNAPSHOT_BYTES; ahead++)
        forget_snapshot(tree, &tree->snapshots[(tree->next_serial + ahead) % SNAPSHOTS]);
    struct snapshot *slot = &tree->snapshots[tree->next_serial % SNAPSHOTS];
    forget_snapshot(tree, slot);
    *slot = (struct snapshot){*text, kind, tree->next_serial++ & 0xFFFFFF};
    *text = (struct buf){0};
    tree->snapshot_bytes += slot->text.cap;
    *serial = slot->serial;
    pthread_mutex_unlock(&tree->snapshot_lock);
    return 0;
}

int tree_read_snapshot(struct tree *tree, enum kind kind, uint32_t serial, struct buf *out)
{
    int err = -ESTALE;
    pthread_mutex_lock(&tree->snapshot_lock);
    const struct snapshot *snapshot = &tree->snapshots[serial % SNAPSHOTS];
    if (snapshot->kind == kind && snapshot->serial == serial) {
        buf_add_slice(out, buf_slice(&snapshot->text));
        err = out->failed ? -ENOMEM : 0;
    }
    pthread_mutex_unlock(&tree->snapshot_lock);
    return err;
}
