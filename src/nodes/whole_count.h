/*
 * What whole tables are made of, and how long: counts the piece of each episode for the layout of a
 * table. whole.c reads them.
 */
#ifndef NODES_WHOLE_COUNT_H
#define NODES_WHOLE_COUNT_H

#include "index/whole_tables.h"
#include "nodes/selection.h"
#include "render/long_text.h"

/* Those of index/ come first. */
enum whole_table {
    WHOLE_TURNS_JSON,
    WHOLE_TURNS_TSV,
    WHOLE_QUOTES,
    WHOLE_TABLES,
    WHOLE_IN_INDEX = WHOLE_QUOTES
};

const char *whole_name(enum whole_table table);

/* Adds the header line of a table, if it has one. */
void whole_begin(unsigned table, struct buf *out);

/* Holds the selection in the scope's own generation; NULL in `hold` for a table of all episodes. */
int whole_hold(struct scope *scope, const struct select_visitor *visitor, struct hold *hold);

/* Whether an episode still has the piece; `selected` is NULL in a table of all. */
bool whole_is_same(const struct table_piece *piece, const struct episode *episode,
                   const struct selected *selected);

/* The key of a piece in the cache, and its text, of the episode of a scope. */
uint64_t whole_piece_key(unsigned table, const struct table_piece *piece);
struct long_text whole_piece_text(struct scope *episode, unsigned table, uint64_t key);

/* Whether the node is of its scope's own generation. */
bool whole_is_current(const struct scope *scope);

/* The layout of the node's generation; NULL: it is not remembered. The caller puts it back. */
struct table_layout *whole_find_layout(const struct scope *scope, enum whole_table table);

/* Likewise, and counts it if the generation is the scope's own. 0 or an error. */
int whole_get_layout(struct scope *scope, enum whole_table table, struct table_layout **layout);

#endif
