/* References to turns: links that are found by name, and not listed. */
#include <errno.h>

#include "nodes/episode.h"
#include "nodes/nodes.h"
#include "transcript/refs.h"

static int no_child(struct scope *scope, uint64_t index, struct child *child)
{
    (void)scope, (void)index, (void)child;
    return -ENOENT;
}

enum { MOST_CORRECTIONS = 16 /* of one reference: more are a circle */ };

static int refs_find_child(struct scope *scope, struct slice name, struct child *child)
{
    const struct body *body;
    struct material material;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    uint32_t turn = refs_find(body, name);
    if (turn == body->count)
        err = scope_material(scope, NEEDS_FRONT, &material);
    for (int i = 0; i < MOST_CORRECTIONS && !err && turn == body->count && name.len; i++) {
        err = refs_corrected(material.front, name, &name);
        turn = refs_find(body, name);
    }
    return err ? err : episode_turn_child(scope, body, KIND_REF, turn, child);
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

/* --- what the tree calls ---------------------------------------------------------------------- */

const struct node_ops refs_ops = {
    .check = format_check,
    .identity = episode_identity,
    .mtime = episode_mtime,
    .parent = episode_folder,
    .child = no_child,
    .find = refs_find_child,
};

const struct node_ops ref_ops = {
    .check = ref_check,
    .identity = episode_part_identity,
    .mtime = episode_mtime,
    .target = ref_target,
};
