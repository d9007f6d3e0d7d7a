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

struct material {
    const struct episode *episode;
    const struct yaml *front;        /* NULL: not asked for, or the file has none */
    const struct body *body;         /* NULL: not asked for */
    const struct selected *selected; /* the turns that are shown; NULL: all are */
};

static inline bool material_shows(const struct material *material, uint32_t turn)
{
    return !material->selected || selected_has(material->selected, turn);
}

#endif
