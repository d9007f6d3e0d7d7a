/*
 * Walks: a client that goes through the episodes in their order and does the same with each. This
 * says where a request stands in such a walk, and makes what the next requests will need.
 */
#ifndef TREE_WALK_H
#define TREE_WALK_H

#include <stdbool.h>
#include <stdint.h>

struct tree;

enum {
    WALK_ROWS = 64,
    WALK_LISTINGS = WALK_ROWS - 1, /* the row of the episodes' folders; others are formats */
};

struct walk_place {
    uint32_t row;   /* what is done with each episode; below WALK_ROWS */
    uint32_t index; /* of the episode, in the order of paths */
};

/* The place of a node; false if it is no file or folder of an episode that walks are known of. */
bool walk_place_of(struct tree *tree, uint64_t id, struct walk_place *place);

/* The number of episodes behind one, at most `most`, for which the cache has room. */
uint32_t walk_reach(struct tree *tree, uint32_t index, uint32_t most);

/* Has the cache make what a request at this place needs: the text of a file, or the body that a
 * listing depends on. The request reports errors. */
void walk_prepare(struct tree *tree, const struct walk_place *place);

#endif
