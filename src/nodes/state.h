/*
 * The state of a tree, for the operations of its nodes and for tree.c.
 */
#ifndef NODES_STATE_H
#define NODES_STATE_H

#include "index/generations.h"
#include "nodes/dir_cookies.h"
#include "nodes/exposed_turns.h"
#include "query/selections.h"
#include "nodes/snapshots.h"
#include "nodes/status.h"
#include "nodes/tree_options.h"
#include "nodes/whole_tables.h"

struct tree {
    struct cache *cache; /* borrowed */
    struct tree_options options;
    struct generations generations;
    struct status status;
    struct exposed_turns exposed_turns;
    struct snapshots snapshots;
    struct dir_cookies dir_cookies;
    struct whole_tables whole_tables;
    struct selections selections;
    uint64_t made[KIND_COUNT]; /* the newest generation whose text of this kind was made; 0: none */
};

#endif
