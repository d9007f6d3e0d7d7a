/*
 * The voices of a body: the persons who speak, how much and for how long.
 */
#ifndef TRANSCRIPT_VOICES_H
#define TRANSCRIPT_VOICES_H

#include "base/buf.h"
#include "syntax/lines.h"
#include "values/yaml.h"
#include "transcript/turns.h"

/*
 * Fills body->voices, and the voice of each turn, from the speakers of the turns: one voice a
 * person (persons.h explains `lines`, `front` and `aliases`). Names go to `notes`, which becomes
 * the body's. 0 or -ENOMEM.
 */
int voices_gather(struct body *body, const struct lines *lines, const struct yaml *front,
                  struct slice aliases, struct buf *notes);

/* The voice whose folder has this name, or NO_VOICE. */
uint32_t body_find_voice(const struct body *body, struct slice name);

#endif
