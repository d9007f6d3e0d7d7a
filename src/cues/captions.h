/*
 * Files of captions as cues: WebVTT (W3C), and two forms without a specification: SubRip, and SBV,
 * which YouTube writes and whose times are a line such as `0:00:00.570,0:00:03.000`.
 *
 * A WebVTT file is read as its specification says. If that finds no cue, and in SubRip, anything
 * that looks like times counts: `0:0:0.570`, `0.860`, `00:00:20,5`. The line of its times
 * identifies a cue, never its number; in WebVTT an empty line ends it, in the others the next times
 * do.
 *
 * Captions that are built up line by line, as YouTube's are, or word by word, repeat all words
 * again and again: if most cues of a file do that, the reader keeps each word once. In other files
 * a repetition was spoken.
 */
#ifndef CUES_CAPTIONS_H
#define CUES_CAPTIONS_H

#include "cues/cues.h"
#include "cues/source_form.h"
#include "values/diag.h"

/*
 * Appends the cues of a text of one of these forms. Broken UTF-8 and NUL
 * become U+FFFD; broken UTF-8 and times that cannot be parsed are reported. 0; -E2BIG if there are
 * more than cues->most; -ENOMEM. The caller frees `cues` either way.
 */
int captions_read(struct slice text, enum source_form form, struct diags *diags, struct cues *cues);

/* What the beginning of a file, or where `is_all` the whole, shows without parsing its cues. */
struct captions_head {
    bool has_cues;         /* … or may have some */
    bool is_no_transcript; /* chapters, or places in pictures: `sprite.jpg#xywh=0,0,160,90` */
    struct slice language; /* from the header, borrowed from the text; empty: none */
};
struct captions_head captions_read_head(struct slice text, bool is_all, enum source_form form);

#endif
