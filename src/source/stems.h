/*
 * Which files of a folder belong together, by their names alone. A stem is a name without its last
 * ending: `talk` of talk.vtt, talk.srt and talk.info.json. It is a variant of another where a
 * language stands behind that: `talk.de` of `talk`, whether there is a file of that name or not.
 */
#ifndef SOURCE_STEMS_H
#define SOURCE_STEMS_H

#include "base/map.h"
#include "values/file_name.h"

enum stem_kind {
    STEM_MARKDOWN, /* kinds of sources stand in the order in which they are preferred */
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
    uint32_t base; /* what it is a variant of; itself where there is no language */
    uint32_t first_variant, next_variant;
};

struct stems {
    struct stem *at; /* owned */
    size_t count, cap;
    struct map index; /* by name */
    bool has_captions;
};

/* What a file of this name is, and its stem. STEM_NOTHING: no part of an episode. */
enum stem_kind stem_of_file(struct slice name, struct slice *stem);

/* Adds a file; the name is borrowed. False without memory. */
bool stems_add(struct stems *stems, struct slice name);

/* The stem of this name, or NO_STEM. */
uint32_t stems_find(const struct stems *stems, struct slice name);

void stems_free(struct stems *stems);

static inline bool stem_kind_is_captions(enum stem_kind kind)
{
    return kind >= STEM_WEBVTT && kind <= STEM_JSON;
}

#endif
