/* References to turns: unlisted links, which a look-up finds. */
#include <errno.h>

#include "nodes/episode.h"
#include "nodes/nodes.h"
#include "transcript/refs.h"

static int refs_find_child(struct scope *scope, struct slice name, struct child *child)
{
    const struct body *body;
    uint64_t ref;
    int err = scope_body(scope, &body);
    if (!err && !ref_read(name, &ref))
        err = -ENOENT;
    return err ? err : episode_turn_child(scope, body, KIND_REF, refs_find(body, ref), child);
}

static int ref_check(struct scope *scope)
{
    const struct body *body;
    int err = episode_check(scope);
    if (!err)
        err = scope_body(scope, &body);
    /* cppcheck-suppress uninitStructMember ; a body was read where there is no error */
    return err ? err : scope->node.j < body->count ? 0 : -ESTALE;
}

static int ref_target(struct scope *scope, struct buf *target)
{
    return episode_turn_target(scope, "../turns/", target);
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops refs_ops = {
    .check = format_check,
    .identity = episode_identity,
    .stamps = episode_stamps,
    .parent = episode_folder,
    .child = scope_no_child,
    .find = refs_find_child,
};

const struct node_ops ref_ops = {
    .check = ref_check,
    .identity = episode_part_identity,
    .stamps = episode_stamps,
    .target = ref_target,
};
