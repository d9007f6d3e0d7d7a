/*
 * The names in labels: which have the form of a person's, and which identify no person.
 */
#ifndef SPEAKERS_LABEL_NAMES_H
#define SPEAKERS_LABEL_NAMES_H

#include <stdbool.h>

#include "base/slice.h"

/* Whether a label is the number of a point, `3. Tax` or `一、税`: no speaker has one. */
bool label_is_numbered(struct slice name);

/* Whether a plain label has the form of a name: a few capitalised words, or a few characters of a
 * script that has no capitals and none of those that make a clause. */
bool label_is_name(struct slice name);

/* What a label announces by its word. */
enum label_use {
    LABEL_ANNOUNCES_NOTHING,
    LABEL_ANNOUNCES_NOTE,  /* Note, Source, 结论 */
    LABEL_ANNOUNCES_FIELD, /* hardly a person's, if it stands once or twice: Photo, Sponsors */
};
enum label_use label_use_of(struct slice name);

/* Whether it announces a note. */
bool label_is_note(struct slice name);

/* Whether a name identifies no person across episodes: Host, Speaker 1, 主持人, Audience, Q. */
bool label_is_anonymous(struct slice name);

/* Whether it is a label that speaker diarization makes: SPEAKER_00, spk_0, Speaker A, A. */
bool label_is_machine(struct slice name);

#endif
