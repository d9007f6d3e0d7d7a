/*
 * Walks: a client goes through the episodes in their order and does the same with each. This module
 * finds the place of a request in a walk, and has the cache load what the next requests will need.
 */
#ifndef TREE_WALK_H
#define TREE_WALK_H

#include <stdbool.h>
#include <stdint.h>

struct tree;

enum {
    WALK_ROWS = 64,
    WALK_LISTINGS = WALK_ROWS - 1, /* the row of listings of episodes; others are formats */
};

struct walk_place {
    uint32_t row;   /* what the client does with each episode; below WALK_ROWS */
    uint32_t index; /* of the episode, in the order of paths */
};

/* The place of a node; false if it is neither the folder of an episode nor a format. */
bool walk_place_of(struct tree *tree, uint64_t id, struct walk_place *place);

/* The number of episodes behind this one, at most `most`, that fit into the cache. */
uint32_t walk_reach(struct tree *tree, uint32_t index, uint32_t most);

/* Has the cache make what a request at this place needs: the text of a file, or the body for a
 * listing. Ignores errors, which the request itself will report. */
void walk_prepare(struct tree *tree, const struct walk_place *place);

#endif
