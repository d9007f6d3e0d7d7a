/*
 * Tables over many episodes that are too long to be kept, of the mount (KIND_WHOLE_TABLE) or of a
 * selection, whose number the node has as its i. whole_tables.h says how they are laid out.
 */
#ifndef NODES_WHOLE_H
#define NODES_WHOLE_H

#include "nodes/scope.h"

/* The first ones are those of index/. */
enum whole_table {
    WHOLE_TURNS_JSON,
    WHOLE_TURNS_TSV,
    WHOLE_QUOTES,
    WHOLE_TABLES,
    WHOLE_IN_INDEX = WHOLE_QUOTES
};

const char *whole_name(enum whole_table table);

/* As the members of node_ops; they also serve a generation before, as long as its layout is
 * remembered and the bytes are the same or kept. */
int whole_check(struct scope *scope, enum whole_table table);
uint64_t whole_hash(const struct scope *scope, enum whole_table table); /* of the corpus */
struct stamps whole_stamps(const struct scope *scope, enum whole_table table);
int whole_size(struct scope *scope, enum whole_table table, uint64_t *size);
int whole_read(struct scope *scope, enum whole_table table, uint64_t offset, size_t len,
               struct tree_text *text);

#endif
