/*
 * The input of a renderer: an episode, and the parts of it that the renderer's row in format.c asks
 * for. The caller loads the parts and keeps them until the renderer returns.
 */
#ifndef RENDER_MATERIAL_H
#define RENDER_MATERIAL_H

#include "corpus/episode.h"
#include "query/selected.h"
#include "transcript/turns.h"
#include "values/yaml.h"

enum { NEEDS_NOTHING = 0, NEEDS_FRONT = 1, NEEDS_BODY = 2 };

/* Turns from 0, up to the one before `end`; an end of 0: all of them. */
struct turn_range {
    uint32_t first, end;
};

struct material {
    const struct episode *episode;
    const struct yaml *front;        /* NULL: not asked for, or the file has none */
    const struct body *body;         /* NULL: not asked for */
    const struct selected *selected; /* the turns that are shown; NULL: all are */
    struct turn_range range;         /* the piece of a text that is rendered, where it has pieces */
};

static inline bool material_shows(const struct material *material, uint32_t turn)
{
    return !material->selected || selected_has(material->selected, turn);
}

/* The end of the turns that are rendered. What stands before all turns belongs to the first piece,
 * what stands behind them to the last one. */
static inline uint32_t material_end(const struct material *material)
{
    uint32_t end = material->range.end, count = material->body->count;
    return end && end < count ? end : count;
}

#endif
