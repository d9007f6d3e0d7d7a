/*
 * The members of struct tree, for the files of this room.
 */
#ifndef TREE_TREE_INSIDE_H
#define TREE_TREE_INSIDE_H

#include "index/generations.h"
#include "tree/dir_cookies.h"
#include "tree/exposed_turns.h"
#include "tree/snapshots.h"
#include "tree/status.h"
#include "tree/tree_options.h"

struct tree {
    struct cache *cache; /* borrowed */
    struct tree_options options;
    struct generations generations;
    struct status status;
    struct exposed_turns exposed_turns;
    struct snapshots snapshots;
    struct dir_cookies dir_cookies;
    uint64_t made[KIND_COUNT]; /* the newest generation whose text of this kind was made; 0: none */
};

#endif
