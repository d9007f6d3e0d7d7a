/*
 * Labels: the part of a line that says who speaks. This is about the shape of one line; whether
 * a label of that shape names a speaker is for the whole file to say (speaker_stats.h).
 */
#ifndef SPEAKERS_LABEL_H
#define SPEAKERS_LABEL_H

#include "speakers/label_form.h"

/* Reads the shape of a line that is bold from `bold_at` to `bold_end`, near its front; nowhere
 * where these are 0. */
struct label label_read(struct slice line, size_t bold_at, size_t bold_end);

/* Whether a label marks a place in the recording and no speech: `**Break:** \[25:59\]`, `Jingle:`.
 */
bool label_is_mark(const struct label *label);

/* Whether all that stands behind a bold label is from when to when: `**Bells:** \[05:16\] to
 * \[06:36\]`. It is how long they were played, but where the label names somebody who speaks. */
bool label_is_played(const struct label *label);

/* Whether a line is nothing but a time, or from when to when; *time is the first. */
bool label_take_time_line(struct slice line, int64_t *time);

/* Whether a line is what whoever writes down a trial says of it: in capitals, or in brackets. */
bool label_is_direction(struct slice line);

/* Whether something in a plain label or behind it says that nobody speaks: a verb of saying, an
 * address, a time of day. */
bool label_is_refused(const struct label *label);

#endif
