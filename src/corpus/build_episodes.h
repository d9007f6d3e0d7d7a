/*
 * The episodes of the next generation, and the lists in which all of them stand. Each function
 * gives 0 or a negative errno.
 */
#ifndef CORPUS_BUILD_EPISODES_H
#define CORPUS_BUILD_EPISODES_H

#include "corpus/step.h"

static inline uint32_t draft_folder(const struct draft *draft)
{
    return draft->is_there ? draft->now.folder : draft->before->folder;
}

/* Drafts what was found at a path. */
int step_draft_file(struct step *s, const struct scanned *file);

/* The draft of an episode; one that stays as it is gets one that says the same. NULL: no memory. */
struct draft *step_draft(struct step *s, uint32_t number);

/* Drafts the episodes that come to be private, or to be so no more, since a folder has another
 * mode.
 */
int step_follow_access(struct step *s);

/* The episodes of the drafts; then, in this order, their lists. */
int step_make_episodes(struct step *s);
int step_list_paths(struct step *s);
int step_name_entries(struct step *s);
int step_list_dates(struct step *s);

/* `files` are in the order of their paths, each path once. */
int step_make_strays(struct step *s, const struct scanned *files, size_t count);

#endif
