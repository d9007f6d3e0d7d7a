/*
 * Inode numbers. A copying program takes two names for hard links to one file if they have the same
 * inode number and a link count above 1. So the tree reports a link count of 1 for files whose
 * numbers collide.
 */
#ifndef TREE_NUMBERS_H
#define TREE_NUMBERS_H

#include "nodes/scope.h"

/* st_ino of an open node. */
uint64_t inode_number(const struct scope *scope);

/* Reserves memory for the hard links of a corpus with so many episodes. 0 or -ENOMEM. */
int numbers_reserve(struct tree *tree, size_t episodes);

/* Replaces the numbers of `old`, which may be NULL, by those of `next`. The publisher calls it
 * before it publishes `next`. Cannot fail after numbers_reserve(). */
void numbers_follow(struct tree *tree, const struct corpus *old, const struct corpus *next);

/* Whether two files with hard links have this number. Any thread. */
bool numbers_are_shared(struct tree *tree, uint64_t number);

#endif
