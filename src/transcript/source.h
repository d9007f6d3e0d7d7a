/*
 * Reads a content file of any form: calls the reader of that form.
 */
#ifndef TRANSCRIPT_SOURCE_H
#define TRANSCRIPT_SOURCE_H

#include "cues/source_form.h"
#include "metadata/front.h"
#include "transcript/body.h"

/* Reads the front matter of a text, as front_read() does; none, and 0, if the form has none. */
int source_read_front(enum source_form form, struct arena *arena, struct slice text, bool is_all,
                      const struct limits *limits, struct diags *diags, struct front *front);

/* Reads the turns of a text without its front matter, as body_read() does. */
int source_read_body(enum source_form form, struct slice text, uint32_t first_line,
                     const struct yaml *front, struct slice aliases, const struct limits *limits,
                     struct diags *diags, struct body *body);

#endif
