/*
 * How many names of turns were given out, by the number of the episode: so many are called back
 * when the episode is another.
 */
#ifndef TREE_KNOWN_TURNS_H
#define TREE_KNOWN_TURNS_H

#include "base/journal.h"
#include "corpus/episode.h"

enum { KNOWN_CHUNK = 4096 /* episodes: in chunks, so that readers never see one move */ };

struct known_turns {
    uint16_t *chunks[CORPUS_MAX_EPISODES / KNOWN_CHUNK];
    struct journal *journal; /* where they are noted; NULL: nowhere */
};

void known_turns_free(struct known_turns *known);

/* Makes room for so many episodes. 0 or -ENOMEM. By whoever publishes. */
int known_turns_reserve(struct known_turns *known, size_t episodes);

/* Says that names of so many turns are given out. Any thread. */
void known_turns_note(struct known_turns *known, uint32_t episode, uint32_t turns);

/* How many were; they are given back by that. */
uint32_t known_turns_take(struct known_turns *known, uint32_t episode);

/* Takes up what another noted. 0 or -ENOMEM. */
int known_turns_take_up(struct known_turns *known, const struct journal_record *record);

#endif
