/*
 * What a renderer is given: an episode, and those of its parts that it says it needs. Whoever calls
 * it reads these before, and keeps them until it is done.
 */
#ifndef MODEL_MATERIAL_H
#define MODEL_MATERIAL_H

#include "model/episode.h"
#include "parse/turns.h"
#include "parse/yaml.h"

enum { NEEDS_NOTHING = 0, NEEDS_FRONT = 1, NEEDS_BODY = 2 };

struct material {
    const struct episode *episode;
    const struct yaml *front; /* NULL: it was not asked for, or there is none */
    const struct body *body;  /* NULL: it was not asked for */
};

#endif
