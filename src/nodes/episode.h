/*
 * What the nodes that belong to one episode have in common, its folder included: i numbers it.
 */
#ifndef NODES_EPISODE_H
#define NODES_EPISODE_H

#include "nodes/scope.h"

/* Checks that i numbers an episode, in the node's version of it where it has one. */
int episode_check(struct scope *scope);

struct stamps episode_stamps(const struct scope *scope);

/* Of a folder, which stays the same one whatever becomes of the content; of a file, which is
 * another one with each version. */
uint64_t episode_identity(const struct scope *scope);
uint64_t episode_version_identity(const struct scope *scope);
uint64_t episode_part_identity(const struct scope *scope); /* j numbers it in its folder */
uint64_t episode_file_identity(const struct scope *scope);

/* The episode's folder, as the parent of what stands in it. */
struct node episode_folder(const struct scope *scope);

/* The turn, from 0, of a body as a child of this kind; -ENOENT behind the last. Notes that its name
 * is given out, where it is a file's. */
int episode_turn_child(const struct scope *scope, const struct body *body, enum kind kind,
                       uint64_t turn, struct child *child);

/* The target of a link to the turn that j numbers: `turns` is the way to its folder. */
int episode_turn_target(struct scope *scope, const char *turns, struct buf *target);

/* Names a turn, from 0, of so many: "007.txt". */
void episode_turn_name(uint32_t count, uint32_t turn, struct child *child);

/* The turn, from 0, that a name such as 007.txt numbers; -ENOENT where it numbers none. */
int episode_turn_number(struct slice name, uint64_t *turn);

#endif
