/*
 * The voices of a body: who is heard in its turns, how much and for how long.
 */
#ifndef TRANSCRIPT_VOICES_H
#define TRANSCRIPT_VOICES_H

#include "transcript/turns.h"

/* Fills body->voices, and the voice of each turn, from the speakers of the turns. 0 or -ENOMEM. */
int voices_gather(struct body *body);

#endif
