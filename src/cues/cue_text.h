/*
 * The text of a caption: tags and entities become plain text, voices (<v Name>) become speakers.
 */
#ifndef CUES_CUE_TEXT_H
#define CUES_CUE_TEXT_H

#include "cues/cues.h"
#include "cues/source_form.h"

/* State that continues from caption to caption. */
struct cue_voice {
    struct part {
        uint32_t at, len; /* in cues.text */
    } open;               /* the voice of the last <v> that is not closed */
};

/*
 * Appends the cues of `raw`, the lines of one caption: none, one, or one a voice. `cue` has its
 * times and lines. *is_marked becomes true if it has times inside or a word underlined. 0; -E2BIG;
 * -ENOMEM.
 */
int cue_text_read(struct cues *cues, struct cue *cue, struct slice raw, enum source_form form,
                  struct cue_voice *voice, bool *is_marked);

#endif
