/*
 * The operations of the nodes of search/; tree/ops.c assigns them to the kinds.
 */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include "nodes/selection.h"

struct node_ops;

/* j of KIND_SELECTION_VIEW: the number of a view, or one of these. */
enum {
    SELECTION_BY_VOICE = 1 << 8,
    SELECTION_BY_DATE,
};

/* search.c */
extern const struct node_ops search_ops, search_readme_ops, selection_spelling_ops;

/* selection.c */
extern const struct node_ops selection_ops, selection_file_ops;

/* turns.c */
extern const struct node_ops selection_turns_ops, selection_turn_ops, selection_episodes_ops,
    selection_episode_ops;

/* views.c */
extern const struct node_ops selection_view_ops, selection_value_ops, combined_ops;

/*
 * Combines views: by-<view> in the folder of a value of another view, or in episodes/ of a
 * selection, is a link to that view of the combined selection. `scope` is the folder. 0, -ENOENT,
 * or an error.
 */
int search_find_combined(struct scope *scope, struct slice name, struct child *child);

#endif
