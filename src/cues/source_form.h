/*
 * The forms of content files, and their file name extensions.
 */
#ifndef CUES_SOURCE_FORM_H
#define CUES_SOURCE_FORM_H

#include <stdint.h>

#include "base/slice.h"

enum source_form {
    SOURCE_NONE, /* no transcript */
    SOURCE_MARKDOWN,
    SOURCE_WEBVTT,
    SOURCE_SUBRIP,
    SOURCE_SBV,
    SOURCE_JSON, /* of speech recognition, where it has the shape of that: speech_shape.h */
    SOURCE_TSV,  /* Whisper's table, where the configuration asks for it */
    SOURCE_TEXT, /* likewise */
    SOURCE_FORMS,
};

/* The form of the file of this name or path, by its extension in any case. */
enum source_form source_form_of(struct slice path);

/* Its name in tables: "markdown", "webvtt". */
const char *source_form_name(enum source_form form);

/* Whether files of a form are transcripts without a line in the configuration. */
static inline bool source_form_is_default(enum source_form form)
{
    return form != SOURCE_NONE && form < SOURCE_TSV;
}

/* Forms, a bit each. */
static inline uint32_t source_form_bit(enum source_form form)
{
    return UINT32_C(1) << form;
}

/* The extensions of these as messages name them: "*.md, *.markdown, *.vtt, *.srt …". */
const char *source_form_endings(void);

/* Advice for a folder that has no files of these forms. */
#define SOURCE_FORM_ADVICE                                                                   \
    "plain text (*.txt) and Whisper's tables (*.tsv) are read where .transcriptfs.yaml has " \
    "inputs: [\"*.txt\"]"

#endif
