/*
 * Groups the files of a folder into episodes with companions: stems.h by the names alone, this
 * module by the files. A function returns 0 or a negative errno.
 */
#ifndef SOURCE_SCAN_STEMS_H
#define SOURCE_SCAN_STEMS_H

#include "source/scan_walk.h"

/* Notes a copy of a name, by its stem. */
int stem_note_name(struct scan_walk *w, struct listing *listing, const char *name);

/* Adds the episode of a stem, with its companions. */
int stem_add_episode(struct scan_walk *w, const struct listing *listing, uint32_t number);

/* Adds all episodes that a file of this stem may belong to. */
int stem_add_episodes_of(struct scan_walk *w, const struct listing *listing, struct slice name);

/* Lists the stems of a folder in which a target is a file; the walk owns the listing. */
int stem_list(struct scan_walk *w, struct slice folder, struct listing **listing);

/* Whether the listing has nothing that belongs to the file, so that it is an episode alone. */
bool stem_is_alone(const struct listing *listing, struct slice name);

#endif
