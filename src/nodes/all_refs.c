/* /ref: the turns of all episodes by their references, which the voice index has. */
#include <errno.h>

#include "base/identity.h"
#include "nodes/episode.h"
#include "nodes/nodes.h"
#include "nodes/state.h"
#include "render/format.h"
#include "transcript/refs.h"

bool all_refs_exist(const struct scope *scope)
{
    return corpus_has(scope->corpus, "ref") &&
           format_is_chosen_name(scope->tree->options.formats, "turns");
}

static int all_refs_check(struct scope *scope)
{
    return all_refs_exist(scope) ? 0 : -ESTALE;
}

/* The references of an episode; NULL: it has none, or is private. */
static const struct body_refs *refs_of(const struct scope *scope, uint32_t episode)
{
    return voice_index_refs(scope->generation->voice_index, scope->corpus, episode);
}

/* The index of a reference in an episode; false if the episode lacks it. */
static bool find_in(const struct scope *scope, uint32_t episode, uint64_t ref, uint32_t *place)
{
    const struct body_refs *refs = refs_of(scope, episode);
    *place = refs ? body_refs_find(refs, ref) : 0;
    return refs && *place < body_refs_count(refs);
}

/* The first episode with the reference, whose number is in the node id; false: none has it. */
static bool find_first(const struct scope *scope, uint64_t ref, struct node *node)
{
    for (uint32_t i = 0; i < scope->corpus->episode_count; i++) {
        node->i = scope->corpus->by_path[i];
        if (find_in(scope, node->i, ref, &node->j))
            return true;
    }
    return false;
}

/* The reference of a checked node. */
static struct old_ref ref_of(const struct scope *scope)
{
    return body_refs_at(refs_of(scope, scope->node.i), scope->node.j);
}

static int find_ref(struct scope *scope, struct slice name, struct child *child)
{
    const struct voice_index *voice_index;
    struct node node;
    uint64_t ref;
    if (!ref_read(name, &ref))
        return -ENOENT;
    int err = scope_voice_index(scope, &voice_index);
    if (err || !find_first(scope, ref, &node))
        return err ? err : -ENOENT;
    child_is(child, KIND_REF_FOLDER, node.i, (uint32_t)scope->corpus->generation, name);
    child->node.j = node.j;
    return 0;
}

/* --- /ref/<reference> ------------------------------------------------------------------------- */

static int place_check(struct scope *scope)
{
    const struct voice_index *voice_index;
    int err = all_refs_check(scope);
    if (!err)
        err = scope_check_generation(scope);
    if (!err)
        err = scope_voice_index(scope, &voice_index);
    if (err)
        return err;
    const struct body_refs *refs = refs_of(scope, scope->node.i);
    return refs && scope->node.j < body_refs_count(refs) ? 0 : -ESTALE;
}

static int ref_folder_check(struct scope *scope)
{
    struct node node;
    int err = place_check(scope);
    if (err)
        return err;
    bool is_first = find_first(scope, ref_of(scope).ref, &node) && node.i == scope->node.i &&
                    node.j == scope->node.j;
    return is_first ? 0 : -ESTALE;
}

static uint64_t ref_folder_identity(const struct scope *scope)
{
    uint64_t ref = ref_of(scope).ref; /* an author can choose words for it: hash it again */
    return identity_of(IDENTITY_REF, (struct slice){(const char *)&ref, sizeof ref});
}

static struct node ref_folder_parent(const struct scope *scope)
{
    (void)scope;
    return (struct node){.kind = KIND_ALL_REFS};
}

static int ref_folder_child(struct scope *scope, uint64_t index, struct child *child)
{
    uint32_t place;
    if (index >= scope->corpus->episode_count)
        return -ENOENT;
    uint32_t episode = scope->corpus->by_path[index];
    if (!find_in(scope, episode, ref_of(scope).ref, &place))
        return CHILD_GAP;
    child_is(child, KIND_REF_ENTRY, episode, (uint32_t)scope->corpus->generation,
             scope->corpus->episodes[episode]->entry);
    child->node.j = place;
    return 0;
}

/* --- /ref/<reference>/<entry> ----------------------------------------------------------------- */

static uint64_t ref_entry_identity(const struct scope *scope)
{
    return hash_pair(scope_episode(scope)->identity, ref_of(scope).ref);
}

static int ref_entry_target(struct scope *scope, struct buf *target)
{
    struct child turn;
    episode_turn_name(refs_of(scope, scope->node.i)->turn_count, ref_of(scope).turn, &turn);
    buf_add_text(target, "../../episodes/");
    buf_add_slice(target, scope_episode(scope)->name);
    buf_add_text(target, "/turns/");
    buf_add_slice(target, turn.name);
    return 0;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops all_refs_ops = {
    .check = all_refs_check,
    .parent = scope_root,
    .child = scope_no_child,
    .find = find_ref,
};

const struct node_ops ref_folder_ops = {
    .check = ref_folder_check,
    .identity = ref_folder_identity,
    .parent = ref_folder_parent,
    .child = ref_folder_child,
};

const struct node_ops ref_entry_ops = {
    .check = place_check,
    .identity = ref_entry_identity,
    .stamps = episode_stamps,
    .target = ref_entry_target,
};
