/*
 * Reads the body of a transcript: turns the lines of a file into a struct body (turns.h).
 */
#ifndef TRANSCRIPT_BODY_H
#define TRANSCRIPT_BODY_H

#include "cues/cues.h"
#include "transcript/turns.h"
#include "values/diag.h"
#include "values/yaml.h"

/*
 * Reads a body that begins on `first_line` of its file. `front`, or NULL, is the front matter: its
 * names are evidence for speakers. `aliases` are those of the configuration (config.h).
 *
 * 0 or -ENOMEM. The caller frees `body` either way. Parts that cannot be parsed stay as words
 * without a speaker; a body over a limit has no turns at all. `diags` gets both.
 */
int body_read(struct slice text, uint32_t first_line, const struct yaml *front,
              struct slice aliases, const struct limits *limits, struct diags *diags,
              struct body *body);

/* Reads cues likewise, and takes ownership of them even on an error. */
int body_of_cues(struct cues *cues, const struct yaml *front, struct slice aliases,
                 const struct limits *limits, struct diags *diags, struct body *body);

/* Reads plain text likewise, without Markdown. */
int body_of_text(struct slice text, const struct yaml *front, struct slice aliases,
                 const struct limits *limits, struct diags *diags, struct body *body);

/* Whether the beginning of a file has the mark of an original, <details>: a cheap hint, which can
 * be wrong either way. */
bool body_may_have_originals(struct slice head);

/* Whether Markdown has words at first sight, in the plainest of paragraphs. False says nothing. */
bool body_shows_words(struct slice text);

void body_free(struct body *body);

/* The memory that a body holds, in bytes. */
size_t body_size(const struct body *body);

/* Whether every turn has a start, none before the one it follows: then captions can be made. */
bool body_is_timed(const struct body *body);

/* The first turn, from 0, that stands in this section or behind it; and how many stand in it. */
uint32_t body_first_turn(const struct body *body, uint32_t section);
uint32_t body_count_turns(const struct body *body, uint32_t section);

#endif
