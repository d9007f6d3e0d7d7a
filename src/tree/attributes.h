/*
 * Extended attributes of a folder or a file of an episode.
 */
#ifndef TREE_ATTRIBUTES_H
#define TREE_ATTRIBUTES_H

#include "nodes/scope.h"

/* Appends the value of an attribute; the names of all attributes that have one, each with a NUL
 * byte behind it. 0, -ENODATA (no value), -ENOMEM or an error of reading. */
int attributes_get(struct scope *scope, struct slice name, struct buf *value);
int attributes_list(struct scope *scope, struct buf *names);

#endif
