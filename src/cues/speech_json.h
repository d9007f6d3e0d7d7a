/*
 * Transcripts of speech recognition in JSON as cues. Where a dialect has a time a word, words are
 * joined to captions: up to the end of a sentence, a pause, another speaker, or what two lines
 * hold.
 *
 * A speaker that is a number becomes `Speaker 0`; others keep the name in the file.
 */
#ifndef CUES_SPEECH_JSON_H
#define CUES_SPEECH_JSON_H

#include "cues/cues.h"
#include "cues/speech_shape.h"
#include "values/diag.h"

/*
 * Appends the cues of a text of this dialect, which is not SPEECH_NONE. Broken UTF-8 and NUL become
 * U+FFFD; broken UTF-8 and broken JSON are reported, and the JSON is read up to the break. 0;
 * -E2BIG if there are more than cues->most; -ENOMEM. The caller frees `cues` either way.
 */
int speech_json_read(struct slice text, enum speech_dialect dialect, struct diags *diags,
                     struct cues *cues);

#endif
