/* The answers to requests: from an id to the operation of its kind. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "nodes/state.h"
#include "search/search.h"
#include "tree/attributes.h"
#include "tree/numbers.h"
#include "tree/ops.h"
#include "tree/tree.h"

/* --- scopes ----------------------------------------------------------------------------------- */

/* Opens the node of an id in the newest generation. 0, or an error of the node's check; the caller
 * closes the scope either way. */
static int scope_open(struct tree *tree, uint64_t id, struct scope *scope)
{
    struct generation *generation = generations_get(&tree->generations);
    *scope = (struct scope){
        .tree = tree, .generation = generation, .is_held = true, .corpus = generation->corpus};
    int err = node_of_id(id, &scope->node);
    if (err) {
        scope->node = (struct node){.kind = KIND_NONE};
        return err;
    }
    const struct node_ops *ops = ops_of(scope->node.kind);
    if (ops->check)
        return ops->check(scope);
    return scope->node.i || scope->node.j ? -ESTALE : 0;
}

/* --- attributes ------------------------------------------------------------------------------- */

static int text_size(struct scope *scope, uint64_t *size)
{
    cleanup_buf struct buf text = {0};
    int err = ops_of(scope->node.kind)->render(scope, &text);
    *size = text.len;
    return err ? err : text.failed ? -ENOMEM : 0;
}

static int link_size(struct scope *scope, uint64_t *size)
{
    cleanup_buf struct buf target = {0};
    int err = ops_of(scope->node.kind)->target(scope, &target);
    *size = target.len;
    return err ? err : target.failed ? -ENOMEM : 0;
}

/* A node has the owner and mode of its file or folder in the content, or of the content folder if
 * it gathers from all files. */
static struct access access_of(const struct scope *scope)
{
    const struct layout *layout = &layouts[scope->node.kind];
    const struct corpus *corpus = scope->corpus;
    if (layout->of_episode)
        return corpus->episodes[scope->node.i]->id.access;
    return layout->of_folder ? corpus->folders[scope->node.i]->access
                             : access_of_gathered(&corpus->folders[0]->access);
}

static struct access shown_access(const struct scope *scope)
{
    const struct layout *layout = &layouts[scope->node.kind];
    struct access access = access_of(scope);
    if (layout->type == S_IFDIR && !layout->of_folder)
        access = access_of_folder(&access);
    access = access_shown(scope->corpus->access, &access);
    access.mode = layout->type == S_IFLNK   ? 0777
                  : layout->type == S_IFREG ? access.mode & 0444
                                            : access.mode;
    return access;
}

/* Whether clients may keep nothing: it is a folder that was opened by an id of an older version, or
 * nobody notifies them. */
static bool is_unfollowed(const struct scope *folder)
{
    return folder->is_unfollowed ||
           (layouts[folder->node.kind].accepts_old_version && !scope_is_newest(folder));
}

static bool is_linked(const struct scope *scope)
{
    return layouts[scope->node.kind].of_episode && episode_is_linked(scope_episode(scope));
}

/* The attributes that need no size. */
static void fill_identity(const struct scope *scope, struct tree_attr *attr)
{
    const struct layout *layout = &layouts[scope->node.kind];
    const struct node_ops *ops = ops_of(scope->node.kind);
    const struct access access = shown_access(scope);
    *attr = (struct tree_attr){
        .id = node_id(&scope->node),
        .generation = layout->has_version
                          ? node_whole_version(&scope->node, (uint32_t)scope_newest_version(scope))
                          : 0,
        .ino = inode_number(scope),
        .mode = layout->type | access.mode,
        .uid = access.uid,
        .gid = access.gid,
        .nlink = 1,
        .stamps = ops->stamps ? ops->stamps(scope) : scope_since(scope).stamps,
        .no_entry_cache = layout->no_entry_cache,
        .no_attr_cache = is_unfollowed(scope),
        .is_linked = is_linked(scope),
    };
}

static int fill_size(struct scope *scope, struct tree_attr *attr)
{
    const struct layout *layout = &layouts[scope->node.kind];
    const struct node_ops *ops = ops_of(scope->node.kind);
    if (layout->type == S_IFDIR)
        return 0;
    if (layout->type == S_IFLNK)
        return link_size(scope, &attr->size);
    int err = ops->size ? ops->size(scope, &attr->size) : text_size(scope, &attr->size);
    attr->has_cached_bytes = !err && scope->node.kind == KIND_FORMAT &&
                             (scope->entries[CACHE_TEXT] || scope->entries[CACHE_BODY]);
    return err;
}

static int fill_attr(struct scope *scope, struct tree_attr *attr)
{
    const struct layout *layout = &layouts[scope->node.kind];
    const struct node_ops *ops = ops_of(scope->node.kind);

    fill_identity(scope, attr);
    if (ops->links)
        attr->nlink = ops->links(scope);
    else if (layout->type == S_IFDIR)
        attr->nlink = 2 + (ops->folders ? ops->folders(scope) : 0);
    if (layout->type == S_IFREG && attr->nlink > 1 && numbers_are_shared(scope->tree, attr->ino))
        attr->nlink = 1;
    return fill_size(scope, attr);
}

int tree_getattr(struct tree *tree, uint64_t id, struct tree_attr *attr)
{
    cleanup_(scope_close) struct scope scope;
    int err = scope_open(tree, id, &scope);
    return err ? err : fill_attr(&scope, attr);
}

/* --- folders ---------------------------------------------------------------------------------- */

static int begin_folder(struct tree *tree, uint64_t id, struct scope *scope)
{
    int err = scope_open(tree, id, scope);
    return err ? err : layouts[scope->node.kind].type == S_IFDIR ? 0 : -ENOTDIR;
}

static int find_by_child(struct scope *scope, struct slice name, struct child *child)
{
    int err = 0;
    for (uint64_t index = 0; err >= 0; index++) {
        err = ops_of(scope->node.kind)->child(scope, index, child);
        if (err == 0 && slice_equal(child->name, name))
            return 0;
    }
    return err;
}

/* The child borrows the parts of the episode that its folder has loaded. */
static int child_attr(const struct scope *folder, const struct child *child, struct tree_attr *attr)
{
    cleanup_(scope_close) struct scope scope = scope_at(folder, child->node);
    /* i is the number of the episode in all nodes below it. */
    for (int i = 0; i < CACHE_KINDS && child->node.i == folder->node.i; i++) {
        scope.entries[i] = folder->entries[i];
        scope.is_borrowed[i] = scope.entries[i] != NULL;
    }
    return fill_attr(&scope, attr);
}

int tree_lookup(struct tree *tree, uint64_t folder, const char *name, struct tree_attr *attr)
{
    cleanup_(scope_close) struct scope scope;
    struct child child;
    child.no_entry_cache = false;
    *attr = (struct tree_attr){0};
    int err = begin_folder(tree, folder, &scope);
    if (err)
        return err;
    const struct layout *layout = &layouts[scope.node.kind];
    const struct node_ops *ops = ops_of(scope.node.kind);
    struct slice wanted = slice_of(name);
    bool may_combine = layout->combines && slice_starts(wanted, SLICE("by-"));
    err = ops->find ? ops->find(&scope, wanted, &child) : find_by_child(&scope, wanted, &child);
    if (err == -ENOENT && may_combine)
        err = search_find_combined(&scope, wanted, &child);
    bool has_child = !err;
    if (has_child)
        err = child_attr(&scope, &child, attr);
    attr->no_attr_cache |= child.no_entry_cache;
    const struct scope found = has_child ? scope_at(&scope, child.node) : scope;
    attr->is_linked = is_linked(&found);
    attr->is_outdated = attr->is_linked && !cache_is_newest(tree->cache, scope_episode(&found));
    /* A name with a leading dot never appears, so the kernel may cache its absence. Nothing
     * invalidates names in a folder of an old version, nor combined ones, whose views come and go.
     */
    attr->no_entry_cache |= is_unfollowed(&scope) || (!err && child.no_entry_cache) ||
                            (err && layout->no_negative_cache && name[0] != '.') ||
                            (err && may_combine);
    return err;
}

int tree_parent(struct tree *tree, uint64_t id, uint64_t *parent)
{
    cleanup_(scope_close) struct scope scope;
    int err = begin_folder(tree, id, &scope);
    if (err)
        return err;
    struct node node = ops_of(scope.node.kind)->parent(&scope);
    *parent = node_id(&node);
    return 0;
}

/*
 * The cookie of an entry is the index of the next one, if indexes are the same in every generation.
 * In a sorted list it is the number of the entry's name: the listing goes on behind that name, even
 * if names have come and gone. In a folder whose order depends on the version, the cookie has the
 * version beside the index.
 */
enum { LIST_BITS = 2, INDEX_BITS = 24, VERSION_MASK = 0xFFFF };
static const uint64_t first_name_cookie = UINT64_C(1) << 40;

static uint64_t version_mark(const struct scope *folder)
{
    return layouts[folder->node.kind].accepts_old_version
               ? (scope_newest_version(folder) & VERSION_MASK) << INDEX_BITS
               : 0;
}

static uint64_t cookie_behind(const struct scope *folder, const struct child *child, uint64_t index)
{
    uint32_t number;
    if (child->list == 0 || !dir_cookies_enter(&folder->tree->dir_cookies, child->name, &number))
        return version_mark(folder) | (index + 1);
    return first_name_cookie | (uint64_t)number << LIST_BITS | child->list;
}

static int index_of_cookie(struct scope *folder, uint64_t cookie, uint64_t *index)
{
    const struct layout *layout = &layouts[folder->node.kind];
    const struct node_ops *ops = ops_of(folder->node.kind);
    struct slice name;
    *index = cookie;
    if (cookie >= first_name_cookie) {
        cookie -= first_name_cookie;
        if (!ops->seek || !dir_cookies_find(&folder->tree->dir_cookies, cookie >> LIST_BITS, &name))
            return -EINVAL;
        *index = ops->seek(folder, cookie & ((1 << LIST_BITS) - 1), name);
    } else if (cookie && layout->accepts_old_version) {
        *index = cookie & ((1 << INDEX_BITS) - 1);
        return *index == (cookie ^ version_mark(folder)) ? 0 : -ESTALE;
    }
    return 0;
}

int tree_list(struct tree *tree, uint64_t folder, uint64_t cookie,
              bool (*each)(void *context, uint64_t next, const struct tree_entry *entry),
              void *context)
{
    cleanup_(scope_close) struct scope scope;
    struct tree_entry entry;
    struct child child;
    uint64_t index = 0;

    int err = begin_folder(tree, folder, &scope);
    if (!err)
        err = index_of_cookie(&scope, cookie, &index);
    while (err >= 0) {
        child.size_needs_render = false;
        child.list = 0;
        err = ops_of(scope.node.kind)->child(&scope, index, &child);
        uint64_t here = index++;
        if (err)
            continue;
        const struct layout *layout = &layouts[child.node.kind];
        const struct scope of_child = scope_at(&scope, child.node);
        entry = (struct tree_entry){
            .name = child.name,
            .has_attr = !child.size_needs_render && !layout->no_entry_cache &&
                        !is_unfollowed(&scope) && !is_linked(&of_child),
        };
        /* An error of one child does not hide the others. */
        if (!entry.has_attr || child_attr(&scope, &child, &entry.attr)) {
            fill_identity(&of_child, &entry.attr);
            entry.has_attr = false;
        }
        if (!each(context, cookie_behind(&scope, &child, here), &entry))
            return 0;
    }
    return err == -ENOENT ? 0 : err;
}

/* --- files and links -------------------------------------------------------------------------- */

static int read_now(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct layout *layout = &layouts[scope->node.kind];
    const struct node_ops *ops = ops_of(scope->node.kind);
    if (layout->type != S_IFREG)
        return layout->type == S_IFDIR ? -EISDIR : -EINVAL;
    if (ops->read)
        return ops->read(scope, offset, len, text);
    int err = ops->render(scope, &text->own);
    text->bytes = slice_range(buf_slice(&text->own), offset, len);
    return err;
}

/* The node's id has only the low bits of its version. */
static uint32_t whole_version(const struct scope *scope)
{
    const struct episode *now = corpus_episode(scope->corpus, scope->node.i);
    return now ? node_whole_version(&scope->node, now->version) : scope->node.version;
}

/* Reads an older version, which only the cache can have: the disk has the new one. */
static int read_past(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct layout *layout = &layouts[scope->node.kind];
    const struct node_ops *ops = ops_of(scope->node.kind);
    struct cache *cache = scope->tree->cache;
    if (!layout->has_version || layout->type != S_IFREG)
        return -ESTALE;
    scope->entries[CACHE_TEXT] = cache_find_text(cache, node_id(&scope->node));
    if (scope->entries[CACHE_TEXT]) {
        text->bytes = slice_range(buf_slice(&scope->entries[CACHE_TEXT]->text), offset, len);
        return 0;
    }
    if (!ops->read_past)
        return -ESTALE;
    /* The check may have loaded the newest body. */
    cache_put(cache, scope->entries[CACHE_BODY]);
    scope->entries[CACHE_BODY] = cache_find(cache, scope->node.i, whole_version(scope), CACHE_BODY);
    return scope->entries[CACHE_BODY] ? ops->read_past(scope, offset, len, text) : -ESTALE;
}

/* Moves the cache entries to the text, since its bytes may belong to one. */
static int end_read(struct scope *scope, int err, struct tree_text *text)
{
    if (!err && text->own.failed)
        err = -ENOMEM;
    for (int i = 0; i < CACHE_KINDS; i++)
        text->entries[i] = steal_pointer(&scope->entries[i]);
    if (err)
        tree_text_free(scope->tree, text);
    return err;
}

int tree_read(struct tree *tree, uint64_t id, uint64_t offset, size_t len, struct tree_text *text)
{
    cleanup_(scope_close) struct scope scope;
    *text = (struct tree_text){0};
    int err = scope_open(tree, id, &scope);
    if (!err)
        err = read_now(&scope, offset, len, text);
    else if (err == -ESTALE && scope.node.kind != KIND_NONE)
        err = read_past(&scope, offset, len, text);
    return end_read(&scope, err, text);
}

int tree_read_cached(struct tree *tree, uint64_t id, size_t len, struct tree_text *text)
{
    struct generation *generation = generations_get(&tree->generations);
    cleanup_(scope_close) struct scope scope = {
        .tree = tree, .generation = generation, .is_held = true, .corpus = generation->corpus};
    *text = (struct tree_text){0};
    int err = node_of_id(id, &scope.node);
    if (!err)
        err = read_past(&scope, 0, len, text);
    return end_read(&scope, err, text);
}

void tree_text_free(struct tree *tree, struct tree_text *text)
{
    buf_free(&text->own);
    for (int i = 0; i < CACHE_KINDS; i++)
        cache_put(tree->cache, text->entries[i]);
    *text = (struct tree_text){0};
}

uint64_t tree_siblings(uint64_t id)
{
    struct node node = {0};
    if (node_of_id(id, &node) || (node.kind != KIND_TURN && node.kind != KIND_ORIGINAL_TURN))
        return 0;
    node.j = 0;
    return node_id(&node);
}

int tree_read_siblings(struct tree *tree, uint64_t id,
                       bool (*each)(void *context, uint64_t id, struct slice bytes), void *context)
{
    if (!tree_siblings(id))
        return -EINVAL;
    cleanup_(scope_close) struct scope scope;
    const struct body *body;
    int err = scope_open(tree, id, &scope);
    if (!err)
        err = scope_body(&scope, &body);
    for (uint32_t i = 1, first = scope.node.j; !err && i < body->count; i++) {
        scope.node.j = (first + i) % body->count;
        struct slice bytes = turn_file(&scope, body);
        if (bytes.len && !each(context, node_id(&scope.node), bytes))
            break;
    }
    return err;
}

int tree_readlink(struct tree *tree, uint64_t id, struct buf *target)
{
    cleanup_(scope_close) struct scope scope;
    int err = scope_open(tree, id, &scope);
    if (err)
        return err;
    if (layouts[scope.node.kind].type != S_IFLNK)
        return -EINVAL;
    err = ops_of(scope.node.kind)->target(&scope, target);
    return err ? err : target->failed ? -ENOMEM : 0;
}

static bool has_attributes(const struct scope *scope)
{
    const struct layout *layout = &layouts[scope->node.kind];
    return layout->of_episode && layout->type != S_IFLNK;
}

int tree_getxattr(struct tree *tree, uint64_t id, const char *name, struct buf *value)
{
    cleanup_(scope_close) struct scope scope;
    int err = scope_open(tree, id, &scope);
    if (!err)
        err = has_attributes(&scope) ? attributes_get(&scope, slice_of(name), value) : -ENODATA;
    return err ? err : value->failed ? -ENOMEM : 0;
}

int tree_listxattr(struct tree *tree, uint64_t id, struct buf *names)
{
    cleanup_(scope_close) struct scope scope;
    int err = scope_open(tree, id, &scope);
    if (!err && has_attributes(&scope))
        err = attributes_list(&scope, names);
    return err ? err : names->failed ? -ENOMEM : 0;
}
