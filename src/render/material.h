/*
 * What a renderer is given: an episode, and those of its parts that it says it needs. Whoever calls
 * it reads these before, and keeps them until it is done.
 */
#ifndef RENDER_MATERIAL_H
#define RENDER_MATERIAL_H

#include "corpus/episode.h"
#include "syntax/yaml.h"
#include "transcript/turns.h"

enum { NEEDS_NOTHING = 0, NEEDS_FRONT = 1, NEEDS_BODY = 2 };

struct material {
    const struct episode *episode;
    const struct yaml *front; /* NULL: it was not asked for, or there is none */
    const struct body *body;  /* NULL: it was not asked for */
};

#endif
