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

/* Gives each turn its reference, and takes those whose words were corrected from `refs` of the
 * front matter, a mapping of the old one to the new one; `front` may be NULL. 0 or -ENOMEM. */
int refs_note(struct body *body, const struct yaml *front);

/* Appends it as text. */
void ref_add(struct buf *out, uint64_t ref);

/* Reads it; false where `text` is none as ref_add() writes it. */
bool ref_read(struct slice text, uint64_t *ref);

/* All of those of a body, packed into places: its turns, and then those that were corrected. */
struct body_refs {
    uint32_t turn_count, old_count;
    const uint64_t *turns;
    const struct old_ref *old;
};

static inline uint32_t body_refs_count(const struct body_refs *refs)
{
    return refs->turn_count + refs->old_count;
}

/* The place of a reference; their count where it is not among them. */
uint32_t body_refs_find(const struct body_refs *refs, uint64_t ref);

/* What stands at a place, and the turn that it leads to. */
struct old_ref body_refs_at(const struct body_refs *refs, uint32_t place);

/* The turn, from 0, that it leads to; that many as there are: to none. */
uint32_t refs_find(const struct body *body, uint64_t ref);

#endif
