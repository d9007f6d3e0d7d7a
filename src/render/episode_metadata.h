/*
 * The metadata of an episode that formats and extended attributes cite, from its front matter.
 */
#ifndef RENDER_EPISODE_METADATA_H
#define RENDER_EPISODE_METADATA_H

#include "base/buf.h"
#include "render/material.h"

struct episode_metadata {
    struct slice title;          /* its title, or its name if it has none; truncated if very long */
    struct slice date;           /* "2025-10-23", "2025-10"; empty: unknown */
    struct slice url;            /* of the recording or the text: http or https; empty: unknown */
    struct slice language;       /* a BCP 47 tag; empty: unknown, or not such a tag */
    const struct yaml *creators; /* a value or a list; NULL: unknown */
    char date_text[16];
    char url_text[48]; /* of a video that is known by its id only */
};

/* Reads it from the front matter, if there is any; texts live as long as the material. 0 or
 * -ENOMEM. `about` must not be copied: its date points into itself. */
int episode_metadata_read(const struct material *material, struct episode_metadata *metadata);

/* Whether a turn has a link, and appends it: its own, that stands at its time in the source, or
 * that of the episode. */
bool episode_metadata_has_link(const struct episode_metadata *metadata, const struct turn *turn);
void episode_metadata_add_turn_link(const struct episode_metadata *metadata,
                                    const struct body *body, const struct turn *turn,
                                    struct buf *out);

/* Appends the source lines of a turn and its original: "interviews/tea-mountain.md:43-48", in
 * UTF-8. */
void episode_metadata_add_lines(const struct episode *episode, const struct turn *turn,
                                struct buf *out);

/* Calls `add` for each of the values in `value` (values_each), which may be NULL. 0 or -ENOMEM. */
int episode_metadata_each(const struct yaml *value, void (*add)(void *context, struct slice text),
                          void *context);

#endif
