/*
 * What an episode's front matter says about it, as far as the formats and attributes cite it.
 */
#ifndef RENDER_EPISODE_METADATA_H
#define RENDER_EPISODE_METADATA_H

#include "base/buf.h"
#include "render/material.h"

struct episode_metadata {
    struct slice title;    /* its title; where it has none, its name; cut where it is very long */
    struct slice date;     /* "2025-10-23", "2025-10"; empty: not known */
    struct slice url;      /* where it can be heard or read: http or https; empty: not known */
    struct slice language; /* a BCP 47 tag; empty: not said, or no such tag */
    const struct yaml *creators; /* who made it: a value or a list; NULL: not said */
    char date_text[16];
    char url_text[48]; /* of a video that only its id names */
};

/* Reads it from front matter, as far as that is there; texts live as long as the material. 0 or
 * -ENOMEM. `about` must not be copied: its date points into itself. */
int episode_metadata_read(const struct material *material, struct episode_metadata *metadata);

/* Appends the link to a time in the recording, in milliseconds; NO_TIME: to the whole. The second
 * stands in it as YouTube has it, elsewhere as a media fragment (W3C Media Fragments, 4.2.1). A
 * link that has a fragment already stays as it is. `url` is not empty. */
void episode_metadata_add_link(const struct episode_metadata *metadata, int64_t start,
                               struct buf *out);

/* Where the turn and its original stand: "interviews/tea-mountain.md:43-48", in UTF-8. */
void episode_metadata_add_lines(const struct episode *episode, const struct turn *turn,
                                struct buf *out);

/* Calls `add` for each of the values in `value` (values_each), which may be NULL. 0 or -ENOMEM. */
int episode_metadata_each(const struct yaml *value, void (*add)(void *context, struct slice text),
                          void *context);

#endif
