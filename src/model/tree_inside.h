/*
 * What a tree is made of, for the files that answer for it.
 */
#ifndef MODEL_TREE_INSIDE_H
#define MODEL_TREE_INSIDE_H

#include "model/bookmarks.h"
#include "model/generations.h"
#include "model/known_turns.h"
#include "model/snapshots.h"
#include "model/status.h"
#include "model/tree_options.h"

struct tree {
    struct cache *cache; /* borrowed */
    struct tree_options options;
    struct generations generations;
    struct status status;
    struct known_turns known_turns;
    struct snapshots snapshots;
    struct bookmarks bookmarks;
    uint64_t made[KIND_COUNT]; /* the generation of which a text was made last; 0: none */
};

#endif
