/*
 * Tables over many episodes that are too long for the cache: of the mount (KIND_WHOLE_TABLE), or of
 * a selection, whose number is i. whole_tables.h has their layout.
 */
#ifndef NODES_WHOLE_H
#define NODES_WHOLE_H

#include "nodes/scope.h"
#include "nodes/whole_count.h"

/* For the members of node_ops. They also serve an older generation, as long as the tree has its
 * layout, and the bytes are unchanged or in the cache. */
int whole_check(struct scope *scope, enum whole_table table);
uint64_t whole_hash(const struct scope *scope, enum whole_table table); /* of the files in it */
struct stamps whole_stamps(const struct scope *scope, enum whole_table table);
int whole_size(struct scope *scope, enum whole_table table, uint64_t *size);
int whole_read(struct scope *scope, enum whole_table table, uint64_t offset, size_t len,
               struct tree_text *text);

#endif
