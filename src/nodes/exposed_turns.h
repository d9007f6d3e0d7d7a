/*
 * How many names in turns/ the kernel may have cached, by the number of the episode. When the
 * episode changes, the tree invalidates so many.
 */
#ifndef NODES_EXPOSED_TURNS_H
#define NODES_EXPOSED_TURNS_H

#include "base/journal.h"
#include "corpus/episode.h"

enum { EXPOSED_CHUNK = 4096 /* episodes; a chunk never moves while others read it */ };

struct exposed_turns {
    uint16_t *chunks[CORPUS_MAX_EPISODES / EXPOSED_CHUNK];
    struct journal *journal; /* logs the counts; or NULL */
};

void exposed_turns_free(struct exposed_turns *exposed);

/* Reserves memory for so many episodes. 0 or -ENOMEM. Only the publisher calls it. */
int exposed_turns_reserve(struct exposed_turns *exposed, size_t episodes);

/* Notes that a reply names this many turns. Any thread. */
void exposed_turns_note(struct exposed_turns *exposed, uint32_t episode, uint32_t turns);

/* Returns the number, and resets it to 0. */
uint32_t exposed_turns_take(struct exposed_turns *exposed, uint32_t episode);

/* Restores a record of a previous worker. 0 or -ENOMEM. */
int exposed_turns_restore(struct exposed_turns *exposed, const struct journal_record *record);

#endif
