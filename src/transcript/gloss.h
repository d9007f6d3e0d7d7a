/*
 * The gloss of a term: "（Original: definition）" behind it.
 */
#ifndef TRANSCRIPT_GLOSS_H
#define TRANSCRIPT_GLOSS_H

#include <stdbool.h>

#include "base/slice.h"

/* Whether a bracket stands at the head of `behind`, as far as its first byte says: most bold text
 * has none behind it. */
bool gloss_may_begin(struct slice behind);

/* Reads the gloss at the head of `behind`, the text behind a term. False if there is none. */
bool gloss_read(struct slice behind, struct slice *original, struct slice *definition);

#endif
