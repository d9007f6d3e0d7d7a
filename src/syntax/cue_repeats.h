/*
 * What captions say more than once: lines that are built up and stay on the screen, and sentences
 * in which one word after the other is marked. Whether a file does that is decided for the whole of
 * it: elsewhere what is said twice was said twice.
 */
#ifndef SYNTAX_CUE_REPEATS_H
#define SYNTAX_CUE_REPEATS_H

#include "syntax/cues.h"

/* What the captions of a file have been like so far; zeroed before the first. */
struct cue_repeats {
    size_t captions, marked;
    struct slice id; /* of the last one */
};

/*
 * Takes note of a caption, whose cues are those from `first` on: its id (the line above its times),
 * and whether it has times inside or a word underlined. One that grows replaces the one before it:
 * with an id of the same utterance (guid/12-1 behind guid/12-0) it begins with the words of that,
 * before these are over.
 */
void cue_repeats_note(struct cue_repeats *repeats, struct cues *cues, size_t first, struct slice id,
                      bool is_marked);

/* Drops what was there before from each cue, in a file that repeats itself. */
void cue_repeats_drop(const struct cue_repeats *repeats, struct cues *cues);

#endif
