/*
 * What the name of captions says of them: `Night trains [dQw4w9WgXcQ].en.vtt` has a title, a video
 * and a language, `acde/2026-05-20_039/transcript.vtt` the title of its folders. Dates are of
 * date.h.
 */
#ifndef VALUES_FILE_NAME_H
#define VALUES_FILE_NAME_H

#include "base/arena.h"

struct file_name {
    struct slice stem;     /* the path up to the tag and the ending: what companions share */
    struct slice language; /* as written: "en", "zh-Hans"; empty: none */
    struct slice spoken;   /* the language of the recording, where the tag says it; "en" of
                              "en-orig" and "de-en" */
};

/*
 * Takes a path apart, whose last ending does not count. A language is the part of the name behind
 * its last dot: of ISO 639-1, or one of three letters that has no code of two, and perhaps with
 * subtags. Parts of the path, borrowed.
 */
struct file_name file_name_read(struct slice path);

/* The same of a path without its ending. */
struct file_name file_name_of_stem(struct slice stem);

/* Whether a text is a language, as names have it: en, zh-Hans. */
bool file_name_is_tag(struct slice tag);

/* The id of the video at the end of a stem, as yt-dlp writes it; empty where there is none. */
struct slice file_name_video(struct slice stem);

/* The name of the file that says nothing of what it holds: `transcript`, `captions_corrected`,
 * `GMT20240124-202901_Recording.transcript`. */
bool file_name_is_general(struct slice stem);

/* The title that a stem says: without date and video, valid UTF-8; that of its folder where the
 * name is general. Empty where it says none; data is NULL without memory. */
struct slice file_name_title(struct arena *arena, struct slice stem);

#endif
