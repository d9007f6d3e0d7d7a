/*
 * What is put to the turns of captions by their times: chapters, which become sections, and what
 * was said in the language of the recording, where the captions are a translation.
 */
#ifndef TRANSCRIPT_ALIGN_H
#define TRANSCRIPT_ALIGN_H

#include "transcript/turns.h"
#include "values/diag.h"
#include "values/info_json.h"

/* Makes sections of chapters: a turn belongs to the one that its start lies in. Nothing where the
 * body has sections of its own. 0 or -ENOMEM. */
int align_chapters(struct body *body, const struct chapter *chapters, uint32_t count);

/*
 * Gives each turn the cues of `spoken` whose middle lies in it, with who says them, as its
 * original; `language` is theirs. Where fewer than half of the turns get one, the two do not run in
 * step: then none gets one, which is reported with the names of both. 0 or -ENOMEM.
 */
int align_originals(struct body *body, const struct body *spoken, struct slice language,
                    struct slice spoken_name, struct slice name, struct diags *diags);

#endif
