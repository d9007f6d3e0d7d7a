/* The folders of the content, under episodes/ and again under text/. */
#include <errno.h>

#include "model/nodes.h"

static const struct folder *folder_of(const struct scope *scope)
{
    return &scope->corpus->folders[scope->node.i];
}

int folder_check(struct scope *scope)
{
    return scope->node.i < scope->corpus->folder_count && !scope->node.j ? 0 : -ESTALE;
}

uint64_t folder_identity(const struct scope *scope)
{
    return folder_of(scope)->hash;
}

int64_t folder_mtime(const struct scope *scope)
{
    return folder_of(scope)->mtime;
}

struct node folder_parent(const struct scope *scope)
{
    if (scope->node.i == 0)
        return (struct node){.kind = KIND_ROOT};
    return (struct node){.kind = scope->node.kind, .i = folder_of(scope)->parent};
}

uint32_t folder_folders(struct scope *scope)
{
    return folder_of(scope)->folder_count + folder_of(scope)->episode_count;
}

uint32_t text_folders(struct scope *scope)
{
    return folder_of(scope)->folder_count;
}

/* The sub-folders come first, then the episodes. */
static int sub_folder(const struct scope *scope, uint64_t place, struct child *child)
{
    uint32_t id = folder_of(scope)->folders[place];
    return child_is(child, scope->node.kind, id, 0, scope->corpus->folders[id].base);
}

int folder_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct folder *folder = folder_of(scope);
    if (place < folder->folder_count)
        return sub_folder(scope, place, child);
    place -= folder->folder_count;
    if (place >= folder->episode_count)
        return -ENOENT;
    uint32_t id = folder->episodes[place];
    return child_is(child, KIND_EPISODE, id, 0, scope->corpus->episodes[id].base);
}

static int find_sub_folder(const struct scope *scope, struct slice name, struct child *child)
{
    uint32_t id = corpus_find_folder(scope->corpus, folder_of(scope), name);
    return id == NO_INDEX ? -ENOENT : child_is(child, scope->node.kind, id, 0, name);
}

int folder_find(struct scope *scope, struct slice name, struct child *child)
{
    uint32_t id = corpus_find_episode(scope->corpus, folder_of(scope), name);
    return id == NO_INDEX ? find_sub_folder(scope, name, child)
                          : child_is(child, KIND_EPISODE, id, 0, name);
}

/* The same file as the episode's transcript.txt; none where there are no words. */
static int text_of(const struct scope *scope, uint32_t id, struct child *child)
{
    const struct episode *episode = &scope->corpus->episodes[id];
    if (!episode->has_body)
        return CHILD_GAP;
    memcpy(child->text, episode->base.data, episode->base.len);
    memcpy(child->text + episode->base.len, ".txt", 5);
    return child_is(child, KIND_TRANSCRIPT, id, episode->version,
                    (struct slice){child->text, episode->base.len + 4});
}

int text_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct folder *folder = folder_of(scope);
    if (place < folder->folder_count)
        return sub_folder(scope, place, child);
    place -= folder->folder_count;
    return place < folder->episode_count ? text_of(scope, folder->episodes[place], child) : -ENOENT;
}

int text_find(struct scope *scope, struct slice name, struct child *child)
{
    struct slice ending = SLICE(".txt");
    if (slice_ends(name, ending)) {
        struct slice base = {name.data, name.len - ending.len};
        uint32_t id = corpus_find_episode(scope->corpus, folder_of(scope), base);
        if (id != NO_INDEX)
            return text_of(scope, id, child) ? -ENOENT : 0;
    }
    return find_sub_folder(scope, name, child);
}
