/*
 * The forms of content files, and the endings that tell them.
 */
#ifndef SYNTAX_SOURCE_FORM_H
#define SYNTAX_SOURCE_FORM_H

#include "base/slice.h"

enum source_form {
    SOURCE_NONE, /* no transcript */
    SOURCE_MARKDOWN,
    SOURCE_WEBVTT,
    SOURCE_SUBRIP,
    SOURCE_JSON, /* of speech recognition, where it has the shape of that: speech_shape.h */
    SOURCE_FORMS,
};

/* The form of the file of this name or path, by its ending in whatever case. */
enum source_form source_form_of(struct slice path);

/* Its name in tables: "markdown", "webvtt". */
const char *source_form_name(enum source_form form);

/* All endings, for people: "*.md, *.markdown, *.vtt, *.srt, *.json". */
const char *source_form_endings(void);

#endif
