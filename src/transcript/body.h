/*
 * Reading the body of a transcript: what turns.h describes is made here of the lines of a file.
 */
#ifndef TRANSCRIPT_BODY_H
#define TRANSCRIPT_BODY_H

#include "syntax/cues.h"
#include "transcript/turns.h"
#include "values/diag.h"
#include "values/yaml.h"

/*
 * Reads a body, of a file within the limits, that begins on `first_line` of its file. `front`, or
 * NULL, is the front matter: names in it are evidence of who speaks. `aliases` are those of the
 * configuration (config.h).
 *
 * 0 or -ENOMEM. `body` is to be freed either way. Parts that cannot be understood stay as words
 * without a speaker; a body over a limit has no turns at all. Both are reported in `diags`.
 */
int body_read(struct slice text, uint32_t first_line, const struct yaml *front,
              struct slice aliases, const struct limits *limits, struct diags *diags,
              struct body *body);

/* The same of cues, whose memory is taken over whatever comes back. */
int body_of_cues(struct cues *cues, const struct yaml *front, struct slice aliases,
                 const struct limits *limits, struct diags *diags, struct body *body);

/* The same of plain text, in which nothing is Markdown. */
int body_of_text(struct slice text, const struct yaml *front, struct slice aliases,
                 const struct limits *limits, struct diags *diags, struct body *body);

/* Whether what stands at the beginning of a file has the mark of an original, <details>. A hint
 * that costs no reading: it can be wrong either way. */
bool body_may_have_originals(struct slice head);

void body_free(struct body *body);

/* Bytes of memory that a body holds. */
size_t body_size(const struct body *body);

/* Whether every turn has a start, none before the one it follows: then captions can be made. */
bool body_is_timed(const struct body *body);

/* The first turn, from 0, that stands in this section or behind it; and how many stand in it. */
uint32_t body_first_turn(const struct body *body, uint32_t section);
uint32_t body_count_turns(const struct body *body, uint32_t section);

#endif
