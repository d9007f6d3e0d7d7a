/* The turns of an episode, and their originals as files. */
#include <errno.h>

#include "nodes/episode.h"
#include "nodes/nodes.h"

static int turns_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    return err ? err : episode_turn_child(scope, body, KIND_TURN, index, child);
}

static int turns_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct body *body;
    uint64_t turn;
    int err = episode_turn_number(name, &turn);
    if (!err)
        err = scope_body(scope, &body);
    if (!err)
        err = episode_turn_child(scope, body, KIND_TURN, turn, child);
    /* A turn has one name: 1.txt and 0001.txt do not exist beside 001.txt. */
    return err ? err : slice_equal(child->name, name) ? 0 : -ENOENT;
}

static int turn_check(struct scope *scope)
{
    const struct body *body = NULL;
    int err = episode_check(scope);
    if (!err)
        err = scope_body(scope, &body);
    /* cppcheck-suppress uninitStructMember ; a body was read where there is no error */
    if (err || scope->node.j >= body->count)
        return err ? err : -ESTALE;
    bool exists = scope->node.kind == KIND_TURN || body->turns[scope->node.j].original.len;
    return exists ? 0 : -ESTALE;
}

struct slice turn_file(const struct scope *scope, const struct body *body)
{
    const struct turn *turn = &body->turns[scope->node.j];
    return scope->node.kind == KIND_TURN ? turn_text(body, turn) : turn_original(body, turn);
}

static int turn_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (!err)
        text->bytes = slice_range(turn_file(scope, body), offset, len);
    return err;
}

static int turn_read_past(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct body *body = &scope->entries[CACHE_BODY]->body;
    if (scope->node.j >= body->count)
        return -ESTALE;
    struct slice file = turn_file(scope, body);
    text->bytes = slice_range(file, offset, len);
    return file.len ? 0 : -ESTALE;
}

static int turn_size(struct scope *scope, uint64_t *size)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *size = err ? 0 : turn_file(scope, body).len;
    return err;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops turns_ops = {
    .check = format_check,
    .identity = episode_identity,
    .stamps = episode_stamps,
    .parent = episode_folder,
    .child = turns_child,
    .find = turns_find,
};

const struct node_ops turn_ops = {
    .check = turn_check,
    .identity = episode_version_identity,
    .stamps = episode_stamps,
    .read = turn_read,
    .size = turn_size,
    .read_past = turn_read_past,
};
