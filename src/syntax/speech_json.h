/*
 * Transcripts of speech recognition in JSON as cues. Where a dialect has a time a word, words are
 * joined to captions: up to the end of a sentence, a pause, another speaker, or what two lines
 * hold.
 *
 * A speaker who is a number is `Speaker 0`; all others are named as the file names them.
 */
#ifndef SYNTAX_SPEECH_JSON_H
#define SYNTAX_SPEECH_JSON_H

#include "syntax/cues.h"
#include "syntax/speech_shape.h"
#include "values/diag.h"

/*
 * Appends the cues of a text of this dialect, which is none but SPEECH_NONE. What is not UTF-8, and
 * NUL, become U+FFFD; the former is reported, and where the JSON breaks off: what stands before
 * that is read. 0; -E2BIG where there are more than cues->most; -ENOMEM. `cues` is to be freed
 * either way.
 */
int speech_json_read(struct slice text, enum speech_dialect dialect, struct diags *diags,
                     struct cues *cues);

#endif
