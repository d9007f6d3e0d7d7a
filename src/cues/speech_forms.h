/*
 * Where each dialect of speech recognition keeps what was said: a table for speech_json.c.
 */
#ifndef CUES_SPEECH_FORMS_H
#define CUES_SPEECH_FORMS_H

#include <stdbool.h>

#include "cues/speech_shape.h"

/*
 * Where a dialect keeps its pieces, each with words and times: a path by keys to their array; "*"
 * is every item of an array on the way, "0" its first. "a|b" is either key.
 */
struct speech_form {
    const char *path;
    const char *parts; /* the key of an array of pieces in each; the speaker stands outside of it */
    const char *text, *other_text; /* their keys; the first one counts */
    const char *start, *end;       /* or `start` alone has both */
    const char *duration;          /* … or is this before the end */
    const char *speaker;
    const char *alternative; /* where the texts are lists of what it may be: the key in these */
    const char *channel;     /* its number; "*": the place in the list on the way */
    double unit;             /* milliseconds in one of its times; 0: seconds, or milliseconds where
                                nobody could speak so fast */
    bool of_words;           /* the pieces are words, whatever they look like … */
    bool has_own_space;      /* … and so is the space between them */
    bool omits_zero;         /* a time that is none is 0, where the other is there */
    bool follows;            /* a piece begins where the one before it ended */
    bool says_again;         /* words with a speaker are those without, once more */
    bool is_of_parts;        /* `alternative` are the parts of a text, one behind the other */
    bool rolls;              /* a text stays on the screen below the next */
    bool in_lines;           /* the file may be one object after another; with no path they are
                                the pieces */
};

/* The form of a dialect, which is not SPEECH_NONE. */
const struct speech_form *speech_form_of(enum speech_dialect dialect);

/* Where AWS says who speaks when, if its items do not. */
extern const struct speech_form speech_aws_spans;

/* What AssemblyAI finds that is spoken about, one after the other. */
extern const struct speech_form speech_assemblyai_chapters;

#endif
