/*
 * The voices of a body: who is heard in its turns, how much and for how long.
 */
#ifndef TRANSCRIPT_VOICES_H
#define TRANSCRIPT_VOICES_H

#include "base/buf.h"
#include "syntax/lines.h"
#include "values/yaml.h"
#include "transcript/turns.h"

/*
 * Fills body->voices, and the voice of each turn, from the speakers of the turns: one voice a
 * person (persons.h has what `lines`, `front` and `aliases` are asked for). Names are added to
 * `notes`, which become the body's. 0 or -ENOMEM.
 */
int voices_gather(struct body *body, const struct lines *lines, const struct yaml *front,
                  struct slice aliases, struct buf *notes);

/* The voice whose folder has this name, or NO_VOICE. */
uint32_t body_find_voice(const struct body *body, struct slice name);

#endif
