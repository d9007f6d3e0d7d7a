/*
 * Plain text, and the table that Whisper writes (TSV): transcripts where the configuration says so.
 *
 * A text is timed where its lines begin with times, at least one of three: `00:00:06 words`,
 * `[00:06.000 --> 00:09.500] words`, `0:00:36.2 **Name** words`, or a time alone above the words.
 * It is read as cues, each up to the next time; a name in asterisks holds until another name, `>>`
 * or a dash. Any other text is read as lines in paragraphs, without Markdown. What Google
 * Meet writes above and below the words is left out (meet_text.h).
 */
#ifndef SYNTAX_PLAIN_TEXT_H
#define SYNTAX_PLAIN_TEXT_H

#include "cues/cues.h"
#include "syntax/lines.h"
#include "values/diag.h"

bool plain_text_is_timed(struct slice text);

/*
 * Append the cues of a timed text, or the lines of another, of which there are no more than `most`.
 * Broken UTF-8 and NUL become U+FFFD; the former is reported. 0; -E2BIG if there are more; -ENOMEM.
 * The caller frees `cues` and `lines` either way.
 */
int plain_text_read_cues(struct slice text, struct diags *diags, struct cues *cues);
int plain_text_read_lines(struct slice text, size_t most, struct diags *diags, struct lines *lines);

/* Whether a text begins with the head of Whisper's table; a speaker may stand in it too. */
bool whisper_table_is(struct slice text);

/* The cues of such a table, whose times are milliseconds; the rest as above. */
int whisper_table_read(struct slice text, struct diags *diags, struct cues *cues);

#endif
