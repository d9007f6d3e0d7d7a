/*
 * References, by which turns are cited. A reference hashes the words of a turn and the label of its
 * speaker: it finds these words or nothing, and changes around them do not matter.
 *
 * It is 64 bits, written as 13 characters of base32 (RFC 4648, small letters, no padding): XXH3 of
 * the label, a NUL and the words, each as utf8_squeeze() has it. If both recur in an episode it is
 * XXH3 of the text "own/before/count": the reference that the turn would have, that of the nearest
 * unique turn before it (empty if there is none), and the ordinal of the turn among its equals from
 * there on, from 1.
 *
 * Users keep references: the rule changes with a major version alone (tests/unit/test_refs.c).
 */
#ifndef TRANSCRIPT_REFS_H
#define TRANSCRIPT_REFS_H

#include "base/buf.h"
#include "transcript/turns.h"
#include "values/yaml.h"

enum { REF_LEN = 13 /* characters */ };

/* Gives each turn its reference, and reads from `refs` of the front matter, a mapping of old to new
 * references, those of turns whose words were corrected. `front` may be NULL. 0 or -ENOMEM. */
int refs_note(struct body *body, const struct yaml *front);

/* Appends it as text. */
void ref_add(struct buf *out, uint64_t ref);

/* Parses what ref_add() writes; false for any other text. */
bool ref_read(struct slice text, uint64_t *ref);

/* All references of a body, packed: those of its turns, then the old ones. */
struct body_refs {
    uint32_t turn_count, old_count;
    const uint64_t *turns;
    const struct old_ref *old;
};

static inline uint32_t body_refs_count(const struct body_refs *refs)
{
    return refs->turn_count + refs->old_count;
}

/* The index of a reference; their count if it is not among them. */
uint32_t body_refs_find(const struct body_refs *refs, uint64_t ref);

/* The reference at an index, and its turn. */
struct old_ref body_refs_at(const struct body_refs *refs, uint32_t place);

/* The index of the turn with this reference; body->count if there is none. */
uint32_t refs_find(const struct body *body, uint64_t ref);

#endif
