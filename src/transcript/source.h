/*
 * Reading a content file of whatever form: what each reader takes, in one place.
 */
#ifndef TRANSCRIPT_SOURCE_H
#define TRANSCRIPT_SOURCE_H

#include "syntax/source_form.h"
#include "transcript/body.h"
#include "transcript/front.h"

/* The front matter at the front of a text, as front_read() gives it; none, and 0, where the form
 * has none. */
int source_read_front(enum source_form form, struct arena *arena, struct slice text, bool is_all,
                      const struct limits *limits, struct diags *diags, struct front *front);

/* The turns of a text, which begins behind its front matter, on `first_line`: as body_read(). */
int source_read_body(enum source_form form, struct slice text, uint32_t first_line,
                     const struct yaml *front, struct slice aliases, const struct limits *limits,
                     struct diags *diags, struct body *body);

#endif
