/*
 * Labels: the part of a line that names its speaker. This parses the shape of one line;
 * speaker_stats.h decides, over the whole file, whether a label of that shape names a speaker.
 */
#ifndef SPEAKERS_LABEL_H
#define SPEAKERS_LABEL_H

#include "speakers/label_form.h"

/* Parses a line that is bold from `bold_at` to `bold_end`, near its front; 0 and 0: nowhere. */
struct label label_read(struct slice line, size_t bold_at, size_t bold_end);

/* Whether there is nothing but a time, or pointed brackets, that makes a plain label one. */
bool label_is_loose(const struct label *label);

/* Whether a label marks a place in the recording and no speech: `**Break:** \[25:59\]`, `Jingle:`.
 */
bool label_is_mark(const struct label *label);

/* Whether only a range of times follows a bold label: `**Bells:** \[05:16\] to \[06:36\]`. That is
 * a sound that was played, unless the label names a speaker. */
bool label_is_played(const struct label *label);

/* Whether a line is nothing but a time or a range of times; *time is the first. */
bool label_take_time_line(struct slice line, int64_t *time);

/* Whether a line is a remark of the court reporter: in capitals, or in brackets. */
bool label_is_direction(struct slice line);

/* Whether a plain label or the text behind it shows that it is no speaker: a verb of saying, an
 * address, a time of day. */
bool label_is_refused(const struct label *label);

#endif
