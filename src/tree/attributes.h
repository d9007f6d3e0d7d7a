/*
 * Extended attributes of a folder or a file of an episode.
 */
#ifndef TREE_ATTRIBUTES_H
#define TREE_ATTRIBUTES_H

#include "nodes/scope.h"

/* Appends the value of one, -ENODATA where there is none; the names of those that there are, each
 * with a NUL byte behind it. */
int attributes_get(struct scope *scope, struct slice name, struct buf *value);
int attributes_list(struct scope *scope, struct buf *names);

#endif
