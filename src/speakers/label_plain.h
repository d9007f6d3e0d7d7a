/*
 * Labels that are not bold.
 */
#ifndef SPEAKERS_LABEL_PLAIN_H
#define SPEAKERS_LABEL_PLAIN_H

#include "speakers/label_form.h"

/* Whether a name is short and has only characters that names have. */
bool label_may_be_name(struct slice name);

/* Parses a line without bold text at its front, from the name on. */
enum label_form label_read_unmarked(struct slice line, struct label *label);

/* Parses `Name — words`, `[Name] words` and `[!quote] Name`, behind a time or not: all that marks
 * the name is a sign, so the file has to prove it. label_read() does not know these. */
bool label_read_signed(struct slice line, struct label *label);

/* Whether a line is nothing but a name, or a nick, as it may stand above a time and words: `Ana
 * Lima`, and no colon. */
bool label_is_lone_name(struct slice line);

#endif
