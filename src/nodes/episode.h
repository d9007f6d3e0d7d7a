/*
 * Functions for the folder of an episode and the nodes below it: i is the number of the episode.
 */
#ifndef NODES_EPISODE_H
#define NODES_EPISODE_H

#include "nodes/scope.h"

/* Checks that the episode exists, in the version of the node if that has one. */
int episode_check(struct scope *scope);

struct stamps episode_stamps(const struct scope *scope);

/* Identities for inode numbers. The first and third are for folders, which stay the same ones when
 * the content changes; the others for files, which are others in each version. */
uint64_t episode_identity(const struct scope *scope);
uint64_t episode_version_identity(const struct scope *scope);
uint64_t episode_part_identity(const struct scope *scope); /* j is its number in the folder */
uint64_t episode_file_identity(const struct scope *scope);

/* The episode's folder, the parent of its children. */
struct node episode_folder(const struct scope *scope);

/* The turn, from 0, of a body as a child of this kind; -ENOENT behind the last. Notes in the tree
 * that the kernel may know the name, if it is that of a file. */
int episode_turn_child(const struct scope *scope, const struct body *body, enum kind kind,
                       uint64_t turn, struct child *child);

/* The target of a link to turn j; `turns` is the relative path of its folder. */
int episode_turn_target(struct scope *scope, const char *turns, struct buf *target);

/* Names a turn, from 0, of `count` turns: "007.txt". */
void episode_turn_name(uint32_t count, uint32_t turn, struct child *child);

/* The turn, from 0, of a name such as 007.txt. 0, or -ENOENT for other names. */
int episode_turn_number(struct slice name, uint64_t *turn);

#endif
