#include "model/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "model/nodes.h"

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

struct tree {
    struct tree_parts parts;
    pthread_mutex_t lock;                 /* of the snapshots */
    struct snapshot snapshots[SNAPSHOTS]; /* a ring: serial modulo its length */
    uint32_t next_serial;
    pthread_mutex_t survey_lock;
    pthread_cond_t survey_ready;
    struct survey *survey; /* NULL until somebody asked and it was made */
    bool is_surveying;
    size_t surveyed; /* episodes; counted by many threads */
    size_t snapshot_bytes;
};

struct tree *tree_new(const struct corpus *corpus, struct cache *cache,
                      const struct tree_options *options)
{
    struct tree *tree = calloc(1, sizeof *tree);
    if (!tree)
        return NULL;
    tree->parts = (struct tree_parts){corpus, cache, *options};
    pthread_mutex_init(&tree->lock, NULL);
    pthread_mutex_init(&tree->survey_lock, NULL);
    pthread_cond_init(&tree->survey_ready, NULL);
    return tree;
}

void tree_free(struct tree *tree)
{
    if (!tree)
        return;
    for (int i = 0; i < SNAPSHOTS; i++)
        buf_free(&tree->snapshots[i].text);
    pthread_mutex_destroy(&tree->lock);
    pthread_mutex_destroy(&tree->survey_lock);
    pthread_cond_destroy(&tree->survey_ready);
    survey_free(tree->survey);
    free(tree);
}

const struct tree_parts *tree_parts(const struct tree *tree)
{
    return &tree->parts;
}

/* --- node ids -----------------------------------------------------------------------------------
 */

static unsigned version_bits(const struct kind_row *row)
{
    return row->has_version ? 64 - KIND_BITS - row->i_bits - row->j_bits : 0;
}

static uint64_t low_bits(uint64_t value, unsigned count)
{
    return count < 64 ? value & ((UINT64_C(1) << count) - 1) : value;
}

static uint64_t pack(const struct node *node)
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
}

static struct scope scope_of(struct tree *tree, struct node node)
{
    return (struct scope){.tree = tree, .corpus = tree->parts.corpus, .node = node};
}

struct scope scope_at(const struct scope *scope, struct node node)
{
    return scope_of(scope->tree, node);
}

/* The node of an id, checked; the scope is to be ended whatever comes back. */
static int scope_begin(struct tree *tree, uint64_t id, struct scope *scope)
{
    struct node node = {0};
    int err = unpack(id, &node);

    *scope = scope_of(tree, node);
    if (err)
        return err;
    const struct kind_row *row = &kinds[node.kind];
    if (row->check)
        return row->check(scope);
    return node.i || node.j ? -ESTALE : 0;
}

static int scope_part(struct scope *scope, enum part part)
{
    if (scope->parts[part])
        return 0;
    return cache_get(scope->tree->parts.cache, scope->corpus, scope->node.i, part,
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
        err = cache_get_text(scope->tree->parts.cache, pack(&scope->node), render, &rendering,
                             &scope->parts[PART_TEXT]);
    *text = err ? (struct slice){0} : buf_slice(&scope->parts[PART_TEXT]->text);
    return err;
}

int check_episode(struct scope *scope)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    if (scope->node.i >= scope->corpus->episode_count || (!row->j_bits && scope->node.j))
        return -ESTALE;
    uint32_t version = (uint32_t)low_bits(scope_episode(scope)->version, version_bits(row));
    return row->has_version && version != scope->node.version ? -ESTALE : 0;
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
        .id = pack(&scope->node),
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
    cleanup_(scope_end) struct scope scope = scope_of(folder->tree, child->node);
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
    int err = begin_folder(tree, folder, &scope);
    if (err)
        return err;
    const struct kind_row *row = &kinds[scope.node.kind];
    struct slice wanted = slice_of(name);
    err = row->find ? row->find(&scope, wanted, &child) : find_by_child(&scope, wanted, &child);
    return err ? err : child_attr(&scope, &child, attr);
}

int tree_parent(struct tree *tree, uint64_t id, uint64_t *parent)
{
    cleanup_(scope_end) struct scope scope;
    int err = begin_folder(tree, id, &scope);
    if (err)
        return err;
    struct node node = kinds[scope.node.kind].parent(&scope);
    *parent = pack(&node);
    return 0;
}

int tree_list(struct tree *tree, uint64_t folder, uint64_t place,
              bool (*each)(void *context, uint64_t next, const struct tree_entry *entry),
              void *context)
{
    cleanup_(scope_end) struct scope scope;
    struct tree_entry entry;
    struct child child;

    int err = begin_folder(tree, folder, &scope);
    while (err >= 0) {
        child.is_costly = false;
        err = kinds[scope.node.kind].child(&scope, place++, &child);
        if (err)
            continue;
        const struct kind_row *row = &kinds[child.node.kind];
        entry = (struct tree_entry){
            .name = child.name,
            .has_attr = !child.is_costly && !row->is_volatile,
        };
        /* One child that cannot be read now must not hide the others. */
        if (!entry.has_attr || child_attr(&scope, &child, &entry.attr)) {
            struct scope of_child = scope_of(tree, child.node);
            fill_identity(&of_child, &entry.attr);
            entry.has_attr = false;
        }
        if (!each(context, place, &entry))
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

int tree_read(struct tree *tree, uint64_t id, uint64_t offset, size_t len, struct tree_text *text)
{
    cleanup_(scope_end) struct scope scope;
    *text = (struct tree_text){0};
    int err = scope_begin(tree, id, &scope);
    if (err)
        return err;
    const struct kind_row *row = &kinds[scope.node.kind];
    if (row->type != S_IFREG)
        return row->type == S_IFDIR ? -EISDIR : -EINVAL;
    if (row->read) {
        err = row->read(&scope, offset, len, text);
    } else {
        err = row->render(&scope, &text->own);
        text_lend(text, buf_slice(&text->own), offset, len);
    }
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

void tree_statfs(const struct tree *tree, struct tree_statfs *statfs)
{
    const struct corpus *corpus = tree->parts.corpus;
    statfs->bytes = corpus->bytes;
    statfs->files = corpus->episode_count + corpus->folder_count + corpus->view_count +
                    corpus->facet_count + corpus->entry_count;
}

/* --- what takes all bodies ---------------------------------------------------------------------
 */

int tree_survey(struct tree *tree, const struct survey **survey)
{
    int err = 0;

    pthread_mutex_lock(&tree->survey_lock);
    while (tree->is_surveying)
        pthread_cond_wait(&tree->survey_ready, &tree->survey_lock);
    if (!tree->survey) {
        struct survey *made;
        tree->is_surveying = true;
        pthread_mutex_unlock(&tree->survey_lock);
        err = survey_make(tree->parts.corpus, tree->parts.cache, &tree->surveyed,
                          tree->parts.options.progress, tree->parts.options.progress_context,
                          &made);
        pthread_mutex_lock(&tree->survey_lock);
        tree->is_surveying = false;
        tree->survey = made;
        pthread_cond_broadcast(&tree->survey_ready);
    }
    *survey = tree->survey;
    pthread_mutex_unlock(&tree->survey_lock);
    return err;
}

const char *tree_survey_progress(struct tree *tree, size_t *done)
{
    pthread_mutex_lock(&tree->survey_lock);
    const char *state = tree->survey ? "ready" : tree->is_surveying ? "reading" : "not asked for";
    pthread_mutex_unlock(&tree->survey_lock);
    *done = __atomic_load_n(&tree->surveyed, __ATOMIC_RELAXED);
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
    pthread_mutex_lock(&tree->lock);
    struct snapshot *newest = newest_of(tree, kind);
    if (newest && slice_equal(buf_slice(&newest->text), buf_slice(text))) {
        *serial = newest->serial;
        pthread_mutex_unlock(&tree->lock);
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
    pthread_mutex_unlock(&tree->lock);
    return 0;
}

int tree_read_snapshot(struct tree *tree, enum kind kind, uint32_t serial, struct buf *out)
{
    int err = -ESTALE;
    pthread_mutex_lock(&tree->lock);
    const struct snapshot *snapshot = &tree->snapshots[serial % SNAPSHOTS];
    if (snapshot->kind == kind && snapshot->serial == serial) {
        buf_add_slice(out, buf_slice(&snapshot->text));
        err = out->failed ? -ENOMEM : 0;
    }
    pthread_mutex_unlock(&tree->lock);
    return err;
}
