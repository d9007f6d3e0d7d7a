/*
 * Aligns other files with the turns of captions by time: chapters become sections, and where the
 * captions are a translation, cues in the language of the recording become originals.
 */
#ifndef TRANSCRIPT_ALIGN_H
#define TRANSCRIPT_ALIGN_H

#include "transcript/turns.h"
#include "values/diag.h"
#include "values/info_json.h"

/* Makes sections of chapters: a turn belongs to the chapter that contains its start. Does nothing
 * if the body has sections of its own. 0 or -ENOMEM. */
int align_chapters(struct body *body, const struct chapter *chapters, uint32_t count);

/*
 * Gives each turn the cues of `spoken` whose middle lies in it, with their speakers, as its
 * original in `language`. If fewer than half of the turns would get one, the two files are out of
 * step: then no turn gets one, and a problem names both files. 0 or -ENOMEM.
 */
int align_originals(struct body *body, const struct body *spoken, struct slice language,
                    struct slice spoken_name, struct slice name, struct diags *diags);

#endif
