/*
 * The operations of each kind of node, for this room alone.
 */
#ifndef TREE_OPS_H
#define TREE_OPS_H

#include "nodes/nodes.h"

const struct node_ops *ops_of(enum kind kind);

#endif
