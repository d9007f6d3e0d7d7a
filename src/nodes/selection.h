/*
 * What the nodes of a selection have in common: i numbers its query.
 */
#ifndef NODES_SELECTION_H
#define NODES_SELECTION_H

#include "nodes/scope.h"
#include "query/selections.h"

/* A selection, while a function looks at it. */
struct hold {
    struct selections *selections;
    struct held_selection *held;
    const struct selection *selection;
};

/* Holds what the query of a node finds in the generation of its scope, until end_hold(); nobody
 * holds two at once. 0 or an error. */
int hold_selection(struct scope *scope, enum selection_part part, struct hold *hold);
void end_hold(struct hold *hold);

/* The selections of the tree; the query of a node, copied to `text`: empty where it is forgotten.
 */
struct selections *selections_of(const struct scope *scope);
struct slice selection_query(const struct scope *scope, char text[NAME_MAX]);

/* Notes that somebody looks at what is in the folder; false: its query is forgotten. */
bool selection_use(const struct scope *scope);

/* Adds a value to those that a term may have, between quotes. */
void selection_add_value(struct buf *values, struct slice value);

/* Adds the canonical spelling of "query key:values" to `out`; an empty query is none. 0,
 * -ENAMETOOLONG where it does not fit a name, -ENOMEM. */
int selection_narrow(const struct scope *scope, struct slice query, struct slice key,
                     const struct buf *values, struct buf *out);

/* The version of all nodes of a selection. */
uint32_t selection_version(const struct scope *scope);

/* The identity of one of the many things in a selection. */
uint64_t selection_part(const struct scope *scope, uint64_t part);

/* As the members of node_ops. That of a part is another one with each content; j numbers it. */
int selection_check(struct scope *scope);
uint64_t selection_identity(const struct scope *scope);
uint64_t selection_part_identity(const struct scope *scope);
struct node selection_folder(const struct scope *scope);

#endif
