/*
 * Groups files of a folder by their names alone. A stem is a name without its last ending: `talk`
 * of talk.vtt, talk.srt and talk.info.json. A stem with a language behind it is a variant:
 * `talk.de` of `talk`, even if no file has the stem `talk`.
 */
#ifndef SOURCE_STEMS_H
#define SOURCE_STEMS_H

#include "base/map.h"
#include "values/file_name.h"

enum stem_kind {
    STEM_MARKDOWN, /* sources, the preferred ones first */
    STEM_WEBVTT,
    STEM_SUBRIP,
    STEM_SBV,
    STEM_JSON,
    STEM_TSV,
    STEM_TEXT,
    STEM_YAML, /* sidecars */
    STEM_INFO,
    STEM_KINDS,
    STEM_NOTHING = STEM_KINDS,
};

enum { NO_STEM = UINT32_MAX };

struct stem {
    struct slice name;
    struct slice files[STEM_KINDS]; /* their names; of two of a kind, the first by name */
    struct file_name parts;
    uint32_t base; /* the stem of which it is a variant; itself if it is none */
    uint32_t first_variant, next_variant;
};

struct stems {
    struct stem *at; /* owned */
    size_t count, cap;
    struct map index; /* by name */
    bool has_captions;
};

/* The kind of a file of this name, and its stem. STEM_NOTHING: no part of an episode. */
enum stem_kind stem_of_file(struct slice name, struct slice *stem);

/* Adds a file; borrows the name. False if memory runs out. */
bool stems_add(struct stems *stems, struct slice name);

/* The stem of this name, or NO_STEM. */
uint32_t stems_find(const struct stems *stems, struct slice name);

void stems_free(struct stems *stems);

static inline bool stem_kind_is_captions(enum stem_kind kind)
{
    return kind >= STEM_WEBVTT && kind <= STEM_JSON;
}

#endif
