/*
 * Which kind of node is asked what: read by tree.c alone.
 */
#ifndef MODEL_OPS_H
#define MODEL_OPS_H

#include "model/nodes.h"

const struct node_ops *ops_of(enum kind kind);

#endif
