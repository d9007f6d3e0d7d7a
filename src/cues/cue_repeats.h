/*
 * Repetitions in captions that roll: lines that build up and stay on the screen, and sentences in
 * which one word after the other is marked. The decision is for the whole file: if its captions do
 * not roll, a repetition was spoken.
 */
#ifndef CUES_CUE_REPEATS_H
#define CUES_CUE_REPEATS_H

#include "cues/cues.h"

/* Statistics of the captions so far; zeroed before the first. */
struct cue_repeats {
    size_t captions, marked;
    struct slice id; /* of the last one */
};

/*
 * Counts a caption, whose cues are those from `first` on: its id (the line above its times), and
 * whether it has times inside or a word underlined. A caption that grows replaces the one before
 * it: its id is of the same utterance (guid/12-1 behind guid/12-0), it begins with the same words,
 * and it starts before the other ends.
 */
void cue_repeats_note(struct cue_repeats *repeats, struct cues *cues, size_t first, struct slice id,
                      bool is_marked);

/* Drops the repeated words from each cue, if the captions of the file roll. */
void cue_repeats_drop(const struct cue_repeats *repeats, struct cues *cues);

#endif
