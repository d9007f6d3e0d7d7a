/*
 * The episodes of the next generation, and the lists in which all of them stand. Each function
 * gives 0 or a negative errno.
 */
#ifndef CORPUS_BUILD_EPISODES_H
#define CORPUS_BUILD_EPISODES_H

#include "corpus/step.h"

static inline uint32_t episode_change_folder(const struct episode_change *change)
{
    return change->is_there ? change->now.folder : change->before->folder;
}

/* Notes the change of an episode that a scan found at a path. */
int step_change_file(struct step *s, const struct scanned *file);

/* The change of an episode; made, with the same contents, where it has none yet. NULL: no memory.
 */
struct episode_change *step_change_episode(struct step *s, uint32_t number);

/* Changes the episodes that become private, or cease to be, because a folder has another
 * mode.
 */
int step_follow_access(struct step *s);

/* Makes the changed episodes; then, in this order, their lists. */
int step_make_episodes(struct step *s);
int step_list_paths(struct step *s);
int step_name_entries(struct step *s);
int step_list_dates(struct step *s);

/* For the steps: an episode as one block, NULL without memory; the entry that it has where no other
 * has it; the order of entries; the changed episodes in an order, only those under a date where
 * `with_date` says so, which are put in s->list. */
const struct episode *step_make_episode(struct step *s, const struct episode *from);
int step_plain_entry(struct step *s, struct episode_change *change);
int step_by_entry(const void *corpus, uint32_t a, uint32_t b);
uint32_t step_list_changes(struct step *s, bool with_date, order_fn *order);

/* `files` are in the order of their paths, each path once. */
int step_make_strays(struct step *s, const struct scanned *files, size_t count);

#endif
