/*
 * The folders of the next generation, and the names of the episodes in them. Each function gives 0
 * or a negative errno.
 */
#ifndef CORPUS_BUILD_FOLDERS_H
#define CORPUS_BUILD_FOLDERS_H

#include "corpus/step.h"

/* Finds out which folders there will be, and changes the episodes whose names follow from that. */
int step_name_episodes(struct step *s);

/* The folders, when all episodes are made. */
int step_make_folders(struct step *s);

#endif
