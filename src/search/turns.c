/* The links of a selection: to its turns and its episodes. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/filename.h"
#include "nodes/episode.h"
#include "nodes/nodes.h"
#include "search/search.h"

/* --- turns ------------------------------------------------------------------------------------ */

/* "2024-03-09 The last keeper--004.txt": the entry, truncated so that the number fits. */
static int name_turn(const struct corpus *corpus, const struct selected *selected, uint32_t turn,
                     struct child *child)
{
    struct child numbered;
    cleanup_buf struct buf name = {0};
    episode_turn_name(selected->turn_count, turn, &numbered);
    struct slice entry = corpus->episodes[selected->episode]->entry;
    filename_cut(&name, entry, FILENAME_MAX_BYTES - numbered.name.len - 2, entry);
    buf_add_text(&name, "--");
    buf_add_slice(&name, numbered.name);
    return child_set_name(child, &name);
}

static int turn_child(const struct scope *scope, const struct selection *selection, uint64_t index,
                      struct child *child)
{
    if (index >= selection->turns)
        return -ENOENT;
    uint32_t at = selection_entry_of_turn(selection, index);
    const struct selected *selected = &selection->found[selection->by_entry[at]];
    child_is(child, KIND_SELECTION_TURN, scope->node.i, selection_version(scope), SLICE(""));
    child->node.j = (uint32_t)index;
    return name_turn(scope->corpus, selected,
                     selected_turn(selected, (uint32_t)(index - selection->first[at])), child);
}

static int turns_child(struct scope *scope, uint64_t index, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = hold_selection(scope, SELECTION_TURNS, &hold);
    return err ? err : turn_child(scope, hold.selection, index, child);
}

/* Finds the turn of an episode, and compares the name of its link, which may be truncated. */
static int find_in_episode(const struct scope *scope, const struct selection *selection,
                           uint32_t entry, uint64_t turn, struct slice name, struct child *child)
{
    const struct selected *selected = &selection->found[selection->by_entry[entry]];
    uint32_t nth = selected_find(selected, turn);
    if (nth == selected->count)
        return -ENOENT;
    int err = turn_child(scope, selection, selection->first[entry] + nth, child);
    return err ? err : slice_equal(child->name, name) ? 0 : -ENOENT;
}

/* Finds the entry before the last two dashes; if there is none, tries truncated entries. */
static int turns_find(struct scope *scope, struct slice name, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    const char *dash = name.len ? memrchr(name.data, '-', name.len) : NULL;
    uint64_t turn;
    if (!dash || dash == name.data ||
        episode_turn_number(slice_skip(name, (size_t)(dash - name.data) + 1), &turn))
        return -ENOENT;
    int err = hold_selection(scope, SELECTION_TURNS, &hold);
    if (err)
        return err;
    const struct selection *selection = hold.selection;
    struct slice entry = slice_head(name, (size_t)(dash - name.data) - 1);
    uint32_t at = corpus_find_entry(scope->corpus, selection->entries, selection->count, entry);
    if (at != NO_INDEX)
        return find_in_episode(scope, selection, at, turn, name, child);
    err = -ENOENT;
    for (at = 0; at < selection->count && err == -ENOENT; at++)
        err = find_in_episode(scope, selection, at, turn, name, child);
    return err;
}

/* Nobody gave out the id of a turn that is not found. */
static int turn_check(struct scope *scope)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = selection_check(scope);
    if (!err)
        err = hold_selection(scope, SELECTION_TURNS, &hold);
    return err ? err : scope->node.j < hold.selection->turns ? 0 : -ESTALE;
}

static uint64_t turn_identity(const struct scope *scope)
{
    return hash_pair(selection_part_identity(scope), scope->node.j);
}

static int turn_target(struct scope *scope, struct buf *target)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = hold_selection(scope, SELECTION_TURNS, &hold);
    if (err)
        return err;
    const struct selection *selection = hold.selection;
    uint32_t at = selection_entry_of_turn(selection, scope->node.j);
    const struct selected *selected = &selection->found[selection->by_entry[at]];
    struct child numbered;
    episode_turn_name(selected->turn_count,
                      selected_turn(selected, scope->node.j - (uint32_t)selection->first[at]),
                      &numbered);
    buf_add_text(target, "../../../episodes/");
    buf_add_slice(target, scope->corpus->episodes[selected->episode]->name);
    buf_add_text(target, "/turns/");
    buf_add_slice(target, numbered.name);
    return 0;
}

/* --- episodes --------------------------------------------------------------------------------- */

/* Lists the episodes of a selection, and holds it. */
static int hold_episodes(struct scope *scope, struct hold *hold, struct links *links)
{
    int err = hold_selection(scope, SELECTION_EPISODES, hold);
    if (!err)
        *links = (struct links){KIND_SELECTION_EPISODE, hold->selection->entries,
                                hold->selection->count, selection_version(scope)};
    return err;
}

static int episodes_child(struct scope *scope, uint64_t index, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    struct links links;
    int err = hold_episodes(scope, &hold, &links);
    return err ? err : links_child(scope, &links, index, child);
}

static int episodes_find(struct scope *scope, struct slice name, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    struct links links;
    int err = hold_episodes(scope, &hold, &links);
    return err ? err : links_find(scope, &links, name, child);
}

static uint64_t episodes_seek(struct scope *scope, unsigned list, struct slice name)
{
    cleanup_(end_hold) struct hold hold = {0};
    struct links links;
    (void)list;
    return hold_episodes(scope, &hold, &links) ? 0 : links_seek(scope, &links, name);
}

static int episode_link_check(struct scope *scope)
{
    int err = selection_check(scope);
    const struct episode *episode = corpus_episode(scope->corpus, scope->node.j);
    return err ? err : episode_shown(episode) ? 0 : -ESTALE;
}

static uint64_t episode_link_identity(const struct scope *scope)
{
    return selection_part(scope, scope->corpus->episodes[scope->node.j]->identity);
}

static int episode_link_target(struct scope *scope, struct buf *target)
{
    buf_add_text(target, "../../../episodes/");
    buf_add_slice(target, scope->corpus->episodes[scope->node.j]->name);
    return 0;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops selection_turns_ops = {
    .check = selection_check,
    .identity = selection_identity,
    .parent = selection_folder,
    .child = turns_child,
    .find = turns_find,
};

const struct node_ops selection_turn_ops = {
    .check = turn_check,
    .identity = turn_identity,
    .target = turn_target,
};

const struct node_ops selection_episodes_ops = {
    .check = selection_check,
    .identity = selection_identity,
    .parent = selection_folder,
    .child = episodes_child,
    .find = episodes_find,
    .seek = episodes_seek,
};

const struct node_ops selection_episode_ops = {
    .check = episode_link_check,
    .identity = episode_link_identity,
    .target = episode_link_target,
};
