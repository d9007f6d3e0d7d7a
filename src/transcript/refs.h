/*
 * References: what a turn is cited by. A reference is made of the words of a turn and of the label
 * of its speaker, so it leads to these words or to nothing, whatever comes and goes around them.
 *
 * It is 64 bits, written as 13 characters of base32 (RFC 4648, small letters, no padding): XXH3 of
 * the label, a NUL and the words, each as utf8_squeeze() has it. Where both recur in an episode it
 * is XXH3 of the text "own/before/count": the reference that the turn would have, that of the
 * nearest turn before it which does not recur, empty where there is none, and the how-manieth of
 * its kind from there on, from 1.
 *
 * People cite by it: the rule changes with a major version alone (tests/unit/test_refs.c).
 */
#ifndef TRANSCRIPT_REFS_H
#define TRANSCRIPT_REFS_H

#include "base/buf.h"
#include "transcript/turns.h"
#include "values/yaml.h"

enum { REF_LEN = 13 /* characters */ };

/* Gives each turn its reference. 0 or -ENOMEM. */
int refs_note(struct body *body);

/* Appends it as text. */
void ref_add(struct buf *out, uint64_t ref);

/* Reads it; false where `text` is none as ref_add() writes it. */
bool ref_read(struct slice text, uint64_t *ref);

/* The turn, from 0, that has the reference of this text; that many as there are: none has. */
uint32_t refs_find(const struct body *body, struct slice ref);

/* What front matter, which may be NULL, puts in the place of a reference whose words were
 * corrected: the text under it in the mapping `refs`, empty where there is none. 0 or -ENOMEM. */
int refs_corrected(const struct yaml *front, struct slice ref, struct slice *now);

#endif
