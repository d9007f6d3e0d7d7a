/*
 * The folders of the next generation, and the names of the episodes in them. Each function returns
 * 0 or a negative errno.
 */
#ifndef CORPUS_BUILD_FOLDERS_H
#define CORPUS_BUILD_FOLDERS_H

#include "corpus/step.h"

/* Finds the folders of the next generation, and changes the episodes that get other names. */
int step_name_episodes(struct step *s);

/* Makes the folders, after all episodes. */
int step_make_folders(struct step *s);

#endif
