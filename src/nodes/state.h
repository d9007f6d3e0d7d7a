/*
 * The state of a tree, for the operations of its nodes and for tree.c.
 */
#ifndef NODES_STATE_H
#define NODES_STATE_H

#include "base/number_set.h"
#include "index/generations.h"
#include "index/status.h"
#include "nodes/dir_cookies.h"
#include "nodes/exposed_turns.h"
#include "query/selections.h"
#include "nodes/snapshots.h"
#include "nodes/tree_options.h"
#include "index/whole_tables.h"

/* The numbers of the files that have hard links, in the newest corpus. */
struct linked_numbers {
    pthread_mutex_t lock;
    struct number_set set; /* with the lock held */
    bool are_shared;       /* two files have the same; atomic */
};

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
    struct linked_numbers linked_numbers;
    uint64_t made[KIND_COUNT]; /* the newest generation whose text of this kind was made; 0: none */
};

#endif
