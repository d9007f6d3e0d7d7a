/*
 * Parses an episode for the cache: its front matter, or its turns, of its file and its companions.
 */
#ifndef INDEX_PARSE_EPISODE_H
#define INDEX_PARSE_EPISODE_H

#include "base/arena.h"
#include "index/content_reader.h"
#include "transcript/body.h"

/* What is parsed, and how. */
struct parse_episode {
    const struct content *content;
    const struct limits *limits;
    const struct episode *episode;
    struct arena *arena; /* for what is parsed */
};

/* Reads the front matter and the sidecars. 0; -EAGAIN if a file changed since the scan; another
 * error of reading; -ENOMEM. */
int parse_episode_front(const struct parse_episode *p, struct front *front);

/* Parses the turns, with their originals and problems. It parses the front matter too, whose names
 * are evidence for speakers; *has_front: it is the whole of it. The caller frees the body either
 * way. Errors as above. */
int parse_episode_body(const struct parse_episode *p, struct diags *diags, struct body *body,
                       struct front *front, bool *has_front);

#endif
