#include "nodes/episode.h"

#include <errno.h>
#include <stdio.h>

#include "nodes/state.h"

int episode_check(struct scope *scope)
{
    const struct layout *layout = &layouts[scope->node.kind];
    const struct episode *episode = corpus_episode(scope->corpus, scope->node.i);
    if (!episode || (!layout->j_bits && scope->node.j))
        return -ESTALE;
    uint32_t version = node_version(scope->node.kind, episode->version);
    if (layout->accepts_old_version)
        return scope->node.version <= version ? 0 : -ESTALE;
    return layout->has_version && version != scope->node.version ? -ESTALE : 0;
}

struct stamps episode_stamps(const struct scope *scope)
{
    return episode_newest(scope_episode(scope));
}

/* The inode number of a folder stays when its content changes … */
uint64_t episode_identity(const struct scope *scope)
{
    return scope_episode(scope)->identity;
}

uint64_t episode_part_identity(const struct scope *scope)
{
    return hash_pair(scope_episode(scope)->identity, scope->node.j);
}

/* … and a file with other content gets another one, as when an editor replaces the file. */
uint64_t episode_version_identity(const struct scope *scope)
{
    return hash_pair(scope_episode(scope)->version_identity, scope->node.j);
}

/* The same for a file that depends on the companions too. */
uint64_t episode_file_identity(const struct scope *scope)
{
    return hash_pair(scope_episode(scope)->files_identity, scope->node.j);
}

struct node episode_folder(const struct scope *scope)
{
    return (struct node){.kind = KIND_EPISODE, .i = scope->node.i};
}

/* --- turns ------------------------------------------------------------------------------------ */

/* The digits of a turn's number: names of one width sort in the order of turns. */
static int number_width(uint32_t count)
{
    int width = 3;
    for (uint32_t limit = 1000; count >= limit; limit *= 10)
        width++;
    return width;
}

void episode_turn_name(uint32_t count, uint32_t turn, struct child *child)
{
    int len = snprintf(child->text, sizeof child->text, "%0*u.txt", number_width(count),
                       (unsigned)turn + 1);
    child->name = (struct slice){child->text, (size_t)len};
}

int episode_turn_child(const struct scope *scope, const struct body *body, enum kind kind,
                       uint64_t turn, struct child *child)
{
    if (turn >= body->count)
        return -ENOENT;
    if (kind == KIND_TURN || kind == KIND_ORIGINAL_TURN)
        exposed_turns_note(&scope->tree->exposed_turns, scope->node.i, body->count);
    episode_turn_name(body->count, (uint32_t)turn, child);
    child_is(child, kind, scope->node.i, scope_episode(scope)->version, child->name);
    child->node.j = (uint32_t)turn;
    return 0;
}

int episode_turn_target(struct scope *scope, const char *turns, struct buf *target)
{
    struct child child;
    const struct body *body;
    int err = scope_body(scope, &body);
    if (!err)
        err = episode_turn_child(scope, body, KIND_TURN, scope->node.j, &child);
    if (err)
        return err;
    buf_add_text(target, turns);
    buf_add_slice(target, child.name);
    return 0;
}

int episode_turn_number(struct slice name, uint64_t *turn)
{
    uint64_t number = 0;
    for (size_t i = 0; i < name.len && i < 6 && name.data[i] >= '0' && name.data[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(name.data[i] - '0');
    *turn = number - 1;
    return number ? 0 : -ENOENT;
}
