/* The folders of the content, in episodes/, text/ and original/. */
#include <errno.h>

#include "nodes/nodes.h"
#include "render/format.h"

static const struct folder *folder_of(const struct scope *scope)
{
    return scope->corpus->folders[scope->node.i];
}

static int folder_check(struct scope *scope)
{
    return corpus_folder(scope->corpus, scope->node.i) && !scope->node.j ? 0 : -ESTALE;
}

static uint64_t folder_identity(const struct scope *scope)
{
    return folder_of(scope)->identity;
}

static struct stamps folder_stamps(const struct scope *scope)
{
    return folder_of(scope)->stamps;
}

static struct node folder_parent(const struct scope *scope)
{
    if (scope->node.i == 0)
        return (struct node){.kind = KIND_ROOT};
    return (struct node){.kind = scope->node.kind, .i = folder_of(scope)->parent};
}

static uint32_t folder_folders(struct scope *scope)
{
    return folder_of(scope)->folder_count + folder_of(scope)->episode_count;
}

static uint32_t text_folders(struct scope *scope)
{
    return folder_of(scope)->folder_count;
}

/* Two sorted lists: the sub-folders, then the episodes. */
enum { LIST_FOLDERS = 1, LIST_EPISODES };

static int sub_folder(const struct scope *scope, uint64_t index, struct child *child)
{
    uint32_t id = folder_of(scope)->folders[index];
    child_is(child, scope->node.kind, id, 0, scope->corpus->folders[id]->base);
    child->list = LIST_FOLDERS;
    return 0;
}

static uint64_t folder_seek(struct scope *scope, unsigned list, struct slice name)
{
    const struct folder *folder = folder_of(scope);
    if (list == LIST_FOLDERS)
        return corpus_folder_behind(scope->corpus, folder, name);
    if (scope->node.kind != KIND_FOLDER && slice_ends(name, SLICE(".txt")))
        name.len -= 4;
    return folder->folder_count + (uint64_t)corpus_episode_behind(scope->corpus, folder, name);
}

static int folder_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct folder *folder = folder_of(scope);
    if (index < folder->folder_count)
        return sub_folder(scope, index, child);
    index -= folder->folder_count;
    if (index >= folder->episode_count)
        return -ENOENT;
    uint32_t id = folder->episodes[index];
    child_is(child, KIND_EPISODE, id, 0, scope->corpus->episodes[id]->base);
    child->list = LIST_EPISODES;
    return 0;
}

static int find_sub_folder(const struct scope *scope, struct slice name, struct child *child)
{
    uint32_t id = corpus_find_folder(scope->corpus, folder_of(scope), name);
    return id == NO_INDEX ? -ENOENT : child_is(child, scope->node.kind, id, 0, name);
}

static int folder_find(struct scope *scope, struct slice name, struct child *child)
{
    uint32_t id = corpus_find_episode(scope->corpus, folder_of(scope), name);
    return id == NO_INDEX ? find_sub_folder(scope, name, child)
                          : child_is(child, KIND_EPISODE, id, 0, name);
}

/* --- text/ and original/ -------------------------------------------------------------------------
 *
 * Both have the folders of the content, and in them hard links to transcript.txt or original.txt of
 * the episodes. original/ has only the episodes with originals, which the bodies tell, and the
 * folders above them.
 */

static int original_folder_check(struct scope *scope)
{
    const struct voice_index *voice_index;
    int err = folder_check(scope);
    if (err || !scope->corpus->original_count)
        return err ? err : -ESTALE;
    if (scope->node.i == 0)
        return 0;
    err = scope_voice_index(scope, &voice_index);
    return err ? err : voice_index->folder_has_original[scope->node.i] ? 0 : -ESTALE;
}

/* Whether an episode has a file in a folder of this kind, or a folder has one below it. */
static int has_text(struct scope *scope, bool is_folder, uint32_t id, bool *has)
{
    const struct voice_index *voice_index;
    *has = is_folder || scope->corpus->episodes[id]->head.has_body;
    if (scope->node.kind == KIND_TEXT_FOLDER || !*has)
        return 0;
    int err = scope_voice_index(scope, &voice_index);
    *has = !err && (is_folder ? voice_index->folder_has_original[id]
                              : voice_index_has_original(voice_index, id));
    return err;
}

/* The hard link to the episode's file; CHILD_GAP if it has none. */
static int text_of(struct scope *scope, uint32_t id, struct child *child)
{
    bool has;
    int err = has_text(scope, false, id, &has);
    if (err || !has)
        return err ? err : CHILD_GAP;
    err = format_link(scope, id, child);
    child->list = LIST_EPISODES;
    return err;
}

static int text_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct folder *folder = folder_of(scope);
    if (index < folder->folder_count) {
        bool has;
        int err = has_text(scope, true, folder->folders[index], &has);
        return err ? err : has ? sub_folder(scope, index, child) : CHILD_GAP;
    }
    index -= folder->folder_count;
    return index < folder->episode_count ? text_of(scope, folder->episodes[index], child) : -ENOENT;
}

static int text_find(struct scope *scope, struct slice name, struct child *child)
{
    struct slice ending = SLICE(".txt");
    if (slice_ends(name, ending)) {
        struct slice base = {name.data, name.len - ending.len};
        uint32_t id = corpus_find_episode(scope->corpus, folder_of(scope), base);
        int err = id == NO_INDEX ? 0 : text_of(scope, id, child);
        if (id != NO_INDEX)
            return err == CHILD_GAP ? -ENOENT : err;
    }
    bool has;
    int err = find_sub_folder(scope, name, child);
    if (!err)
        err = has_text(scope, true, child->node.i, &has);
    return err ? err : has ? 0 : -ENOENT;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops folder_ops = {
    .check = folder_check,
    .identity = folder_identity,
    .stamps = folder_stamps,
    .parent = folder_parent,
    .child = folder_child,
    .find = folder_find,
    .seek = folder_seek,
    .folders = folder_folders,
};

const struct node_ops text_folder_ops = {
    .check = folder_check,
    .identity = folder_identity,
    .stamps = folder_stamps,
    .parent = folder_parent,
    .child = text_child,
    .find = text_find,
    .seek = folder_seek,
    .folders = text_folders,
};

const struct node_ops original_folder_ops = {
    .check = original_folder_check,
    .identity = folder_identity,
    .stamps = folder_stamps,
    .links = scope_links_uncounted,
    .parent = folder_parent,
    .child = text_child,
    .find = text_find,
    .seek = folder_seek,
};
