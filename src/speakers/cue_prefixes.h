/*
 * Labels at the front of cues, `Ana Lima: words`, `[Ana Lima] words`, or a name on a line above the
 * words, where so many cues have one that no rule for names is needed: they are the format's.
 */
#ifndef SPEAKERS_CUE_PREFIXES_H
#define SPEAKERS_CUE_PREFIXES_H

#include "cues/cues.h"

/* Makes the labels of all cues their speakers, if each of three cues or more has one, or if there
 * are few cues and each label is a whole name; a cue without one goes on then. 0 or -ENOMEM. */
int cue_prefixes_take(struct cues *cues);

#endif
