/* An episode's folder and its turns. */
#include <errno.h>
#include <stdio.h>

#include "model/nodes.h"

int64_t episode_mtime(const struct scope *scope)
{
    return scope_episode(scope)->id.mtime;
}

/* A folder stays the same folder whatever becomes of its content … */
uint64_t episode_identity(const struct scope *scope)
{
    return scope_episode(scope)->hash;
}

/* … and a file of other content is another file, as when an editor replaces it. */
uint64_t version_identity(const struct scope *scope)
{
    const struct episode *episode = scope_episode(scope);
    uint64_t state = hash_pair((uint64_t)episode->id.mtime, (uint64_t)episode->id.size);
    return hash_pair(episode->hash, state + scope->node.j);
}

struct node episode_parent(const struct scope *scope)
{
    return (struct node){.kind = KIND_FOLDER, .i = scope_episode(scope)->folder};
}

struct node parent_episode(const struct scope *scope)
{
    return (struct node){.kind = KIND_EPISODE, .i = scope->node.i};
}

/* --- turns ------------------------------------------------------------------------------------ */

/* Digits of a turn's number, so that names sort as the turns do. */
static int number_width(uint32_t count)
{
    int width = 3;
    for (uint32_t limit = 1000; count >= limit; limit *= 10)
        width++;
    return width;
}

void turn_name(uint32_t count, uint32_t turn, struct child *child)
{
    int len = snprintf(child->text, sizeof child->text, "%0*u.txt", number_width(count),
                       (unsigned)turn + 1);
    child->name = (struct slice){child->text, (size_t)len};
}

int turn_child(const struct scope *scope, const struct body *body, enum kind kind, uint64_t turn,
               struct child *child)
{
    if (turn >= body->count)
        return -ENOENT;
    if (kind == KIND_TURN || kind == KIND_ORIGINAL_TURN)
        tree_know_turns(scope->tree, scope->node.i, body->count);
    turn_name(body->count, (uint32_t)turn, child);
    child_is(child, kind, scope->node.i, scope_episode(scope)->version, child->name);
    child->node.j = (uint32_t)turn;
    return 0;
}

int turns_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    return err ? err : turn_child(scope, body, KIND_TURN, place, child);
}

int turn_number(struct slice name, uint64_t *turn)
{
    uint64_t number = 0;
    for (size_t i = 0; i < name.len && i < 6 && name.data[i] >= '0' && name.data[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(name.data[i] - '0');
    *turn = number - 1;
    return number ? 0 : -ENOENT;
}

int turns_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct body *body;
    uint64_t turn;
    int err = turn_number(name, &turn);
    if (!err)
        err = scope_body(scope, &body);
    if (!err)
        err = turn_child(scope, body, KIND_TURN, turn, child);
    /* One number has one name: 1.txt and 0001.txt are none where 001.txt is. */
    return err ? err : slice_equal(child->name, name) ? 0 : -ENOENT;
}

int turn_check(struct scope *scope)
{
    const struct body *body = NULL;
    int err = check_episode(scope);
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

int turn_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (!err)
        text->bytes = slice_range(turn_file(scope, body), offset, len);
    return err;
}

int turn_read_past(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct body *body = &scope->parts[PART_BODY]->body;
    if (scope->node.j >= body->count)
        return -ESTALE;
    struct slice file = turn_file(scope, body);
    text->bytes = slice_range(file, offset, len);
    return file.len ? 0 : -ESTALE;
}

int turn_size(struct scope *scope, uint64_t *size)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *size = err ? 0 : turn_file(scope, body).len;
    return err;
}
