/*
 * Which episodes the files of a folder make, and what stands beside each: stems.h goes by the names
 * alone, this by what is there. A function returns 0 or a negative errno.
 */
#ifndef SOURCE_SCAN_STEMS_H
#define SOURCE_SCAN_STEMS_H

#include "source/scan_walk.h"

/* Notes a name, for its stem. It is kept. */
int stem_note_name(struct scan_walk *w, struct listing *listing, const char *name);

/* Adds the episode of a stem, with all that belongs to it. */
int stem_add_episode(struct scan_walk *w, const struct listing *listing, uint32_t number);

/* Adds all episodes that a file of this stem may belong to. */
int stem_add_episodes_of(struct scan_walk *w, const struct listing *listing, struct slice name);

/* The stems of the folder in which a target is a file. */
int stem_list(struct scan_walk *w, struct slice folder, struct listing **listing);

/* Whether a file can be an episode alone, as far as the listing of its folder goes. */
bool stem_is_alone(const struct listing *listing, struct slice name);

#endif
