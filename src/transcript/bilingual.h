/*
 * Bodies in two languages, in which each turn is followed by its translation in another script:
 *
 *     **Ana:** What is it about?        or, within one turn,   **Ana:** What is it about?
 *     **Ana:** 它讲的是什么？                                  它讲的是什么？
 */
#ifndef TRANSCRIPT_BILINGUAL_H
#define TRANSCRIPT_BILINGUAL_H

#include "cues/cues.h"
#include "transcript/turns.h"
#include "values/yaml.h"

/*
 * If a body is bilingual, each pair becomes one turn with its original. The half in the language of
 * the front matter is the text; if that names none, the first half is the original.
 *
 * The whole body counts: at least 12 pairs of different scripts, in the same order, in which four
 * fifths of the text's stretches stand; nine in ten of them with a ratio of lengths within a factor
 * of 1.75 of the median; and the lengths of these correlate (r > 0.63). A pair off by a factor of
 * more than 2.5 stays two turns; a body that has originals of its own stays as it is. 0 or -ENOMEM.
 */
int bilingual_join(struct body *body, const struct yaml *front);

/*
 * Splits captions that have each line twice, in two scripts: the lines of the text stay in `cues`,
 * and the others become `originals`, with the same times. Does nothing for any other file, or if
 * times go back. `language` becomes that of the originals if it is known. 0, -E2BIG or -ENOMEM.
 */
int bilingual_split_cues(struct cues *cues, const struct yaml *front, struct cues *originals,
                         char language[4]);

/* Whether the beginning of a body looks bilingual: a cheap hint, which can be wrong either way. */
bool bilingual_may_be(struct slice head);

#endif
