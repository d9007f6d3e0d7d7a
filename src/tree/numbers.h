/*
 * Inode numbers. Programs that copy take two names for one file where both have the same number and
 * a link count above 1: so of the files that have, no two in the newest corpus share a number. One
 * that would has a link count of 1.
 */
#ifndef TREE_NUMBERS_H
#define TREE_NUMBERS_H

#include "nodes/scope.h"

/* st_ino of an open node. */
uint64_t inode_number(const struct scope *scope);

/* Makes room for the hard links of a corpus with so many episodes. 0 or -ENOMEM. */
int numbers_reserve(struct tree *tree, size_t episodes);

/* Takes up those of `next`, which follows `old`; NULL: nothing. Before it is published, by the
 * publisher. Cannot fail after numbers_reserve(). */
void numbers_follow(struct tree *tree, const struct corpus *old, const struct corpus *next);

/* Whether two files with hard links have this number. Any thread. */
bool numbers_are_shared(struct tree *tree, uint64_t number);

#endif
