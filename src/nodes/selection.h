/*
 * Functions for the nodes of a selection: i is the number of its query.
 */
#ifndef NODES_SELECTION_H
#define NODES_SELECTION_H

#include "nodes/scope.h"
#include "query/selections.h"

/* A selection that a function holds. */
struct hold {
    struct selections *selections;
    struct held_selection *held;
    const struct selection *selection;
};

/* Holds the result of the node's query in the generation of its scope, until end_hold(). A thread
 * holds one at a time. 0 or an error. */
int hold_selection(struct scope *scope, enum selection_part part, struct hold *hold);

/* Holds what is found, and shows it to the visitor if this thread finds it. */
int hold_selection_with(struct scope *scope, const struct select_visitor *visitor,
                        struct hold *hold);
void end_hold(struct hold *hold);

/* The selections of the tree; the query of a node, copied to `text`, empty if the tree has
 * forgotten it. */
struct selections *selections_of(const struct scope *scope);
struct slice selection_query(const struct scope *scope, char text[NAME_MAX]);

/* Notes that a client uses the folder, and whether it may keep what it sees; false: the tree has
 * forgotten its query. */
bool selection_use(struct scope *scope);

/* Adds a value, in quotes, to the values of a term. */
void selection_add_value(struct buf *values, struct slice value);

/* Adds the canonical spelling of "query key:values" to `out`; `query` may be empty. 0;
 * -ENAMETOOLONG if it is too long for a name; -EINVAL if it is no query that search/ takes;
 * -ENOMEM.
 */
int selection_narrow(const struct scope *scope, struct slice query, struct slice key,
                     const struct buf *values, struct buf *out);

/* The version of all nodes of a selection: the generation of scope_since(). */
uint32_t selection_version(const struct scope *scope);

/* A hash of the files in which something is found; 0 if memory runs out. */
uint64_t selection_hash(const struct scope *scope);

/* The identity of one of the many nodes in a selection. */
uint64_t selection_part(const struct scope *scope, uint64_t part);

/* For the members of node_ops. selection_part_identity() is for part j, and changes with the
 * content. */
int selection_check(struct scope *scope);

/* Whether the node shows what the query finds now: a file may have been opened in a generation of
 * which it became known only later that the result is the same. */
bool selection_is_current(const struct scope *scope);
uint64_t selection_identity(const struct scope *scope);
uint64_t selection_part_identity(const struct scope *scope);
struct node selection_folder(const struct scope *scope);

#endif
