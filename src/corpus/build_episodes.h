/*
 * The episodes of the next generation, and their lists. Functions that return int return 0 or a
 * negative errno.
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

/* The change of an episode. If it has none yet, adds one with the same contents. NULL if memory
 * runs out. */
struct episode_change *step_change_episode(struct step *s, uint32_t number);

/* Changes the episodes that become private, or cease to be, because the mode of a folder changed.
 */
int step_follow_access(struct step *s);

/* Makes the changed episodes; then, in this order, their lists. */
int step_make_episodes(struct step *s);
int step_list_paths(struct step *s);
int step_name_entries(struct step *s);
int step_list_dates(struct step *s);

/* For the steps. step_make_episode() makes an episode as one block; NULL if memory runs out.
 * step_plain_entry() makes the entry before disambiguation. step_by_entry() is the order of
 * entries. step_list_changes() puts the changed episodes, or those `with_date`, in order into
 * s->list and returns their number. */
const struct episode *step_make_episode(struct step *s, const struct episode *from);
int step_plain_entry(struct step *s, struct episode_change *change);
int step_by_entry(const void *corpus, uint32_t a, uint32_t b);
uint32_t step_list_changes(struct step *s, bool with_date, order_fn *order);

/* Makes the strays; `files` are in the order of their paths, each path once. */
int step_make_strays(struct step *s, const struct scanned *files, size_t count);

#endif
