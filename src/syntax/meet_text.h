/*
 * The text that Google Meet leaves in a document, saved as plain text: above the words stand a
 * title, a date and the attendees, and below them when the meeting ended. These are front matter.
 *
 *     Weekly meeting (2024-03-05 at 06:00 GMT-8)      Mar 5, 2024
 *     Attendees                                       Weekly meeting - Transcript
 *     Ana Lima, Tom Reed                              00:00:00
 *     Transcript                                      Ana Lima: Good morning.
 *     Ana Lima: Good morning.                         Transcription ended after 00:32:05
 */
#ifndef SYNTAX_MEET_TEXT_H
#define SYNTAX_MEET_TEXT_H

#include "values/yaml.h"

/* The part of a text that was said: all of it, unless the text is Meet's. */
struct slice meet_text_body(struct slice text);

/* The front matter of a text of Meet: `title`, `date` and `people`. NULL if the text is another;
 * 0 or -ENOMEM. */
int meet_text_front(struct arena *arena, struct slice text, struct yaml **front);

#endif
