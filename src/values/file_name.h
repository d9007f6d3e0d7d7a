/*
 * The facts in the file name of captions: `Night trains [dQw4w9WgXcQ].en.vtt` has a title, a video
 * and a language, `acde/2026-05-20_039/transcript.vtt` the title of its folders. Dates are of
 * date.h.
 */
#ifndef VALUES_FILE_NAME_H
#define VALUES_FILE_NAME_H

#include "base/arena.h"

struct file_name {
    struct slice stem;     /* the path up to the tag and the ending: what companions share */
    struct slice language; /* as written: "en", "zh-Hans"; empty: none */
    struct slice spoken; /* the language of the recording, if the tag has it; "en" of "en-orig" and
                            "de-en" */
};

/*
 * Parses a path without its extension. A language is the part of the name behind its last dot: a
 * code of ISO 639-1, or of three letters if it has none there, with optional subtags. The results
 * borrow from the path.
 */
struct file_name file_name_read(struct slice path);

/* Likewise, for a path that has no extension any more. */
struct file_name file_name_of_stem(struct slice stem);

/* Whether a text is a language, as names have it: en, zh-Hans. */
bool file_name_is_tag(struct slice tag);

/* The id of the video at the end of a stem, as yt-dlp writes it; empty if there is none. */
struct slice file_name_video(struct slice stem);

/* The title in a stem, without date and video, valid UTF-8; that of its folder if the name is
 * generic. Empty if there is none; data is NULL if memory runs out. */
struct slice file_name_title(struct arena *arena, struct slice stem);

#endif
