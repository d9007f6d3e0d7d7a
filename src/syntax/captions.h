/*
 * Files of captions as cues: WebVTT (W3C) and SubRip, which has no specification.
 *
 * A WebVTT file is read as its specification says. Where that finds no cue in it, and in SubRip,
 * whatever looks like times is: `0:0:0.570`, `0.860`, `00:00:20,5`. A cue is known by the line of
 * its times, never by its number; in WebVTT an empty line ends it, in SubRip the next times do.
 *
 * Captions that are built up line by line, as YouTube's are, or word by word, say all words again
 * and again: where most cues of a file do that, each is kept once. Elsewhere what is said twice was
 * said twice.
 */
#ifndef SYNTAX_CAPTIONS_H
#define SYNTAX_CAPTIONS_H

#include "syntax/cues.h"
#include "values/diag.h"
#include "syntax/source_form.h"

/*
 * Appends the cues of a text of either form, SOURCE_WEBVTT or SOURCE_SUBRIP. What is not UTF-8, and
 * NUL, become U+FFFD; the former is reported, as are times that cannot be read. 0; -E2BIG where
 * there are more than cues->most; -ENOMEM. `cues` is to be freed either way.
 */
int captions_read(struct slice text, enum source_form form, struct diags *diags, struct cues *cues);

/* What the beginning of a file says of the whole; it costs no reading of the cues. `is_all` says
 * that it is the whole. */
struct captions_head {
    bool has_cues;         /* … or may have some */
    bool is_no_transcript; /* chapters, or places in pictures: `sprite.jpg#xywh=0,0,160,90` */
    struct slice language; /* as the header says it, in the text; empty: it does not */
};
struct captions_head captions_read_head(struct slice text, bool is_all, enum source_form form);

#endif
