/*
 * Sidecars: files beside captions that describe them. STEM.yaml, STEM.md with front matter and no
 * words, and STEM.info.json become values as front matter has them; then the name says what nobody
 * else does. Of two that say the same the one that is read first counts.
 */
#ifndef TRANSCRIPT_SIDECAR_H
#define TRANSCRIPT_SIDECAR_H

#include "values/info_json.h"

enum sidecar_form { SIDECAR_YAML, SIDECAR_FRONT, SIDECAR_INFO };

struct sidecars {
    struct arena *arena;   /* of all that follows; borrowed */
    struct yaml *map;      /* what they and the front matter say; NULL: nothing */
    struct slice spoken;   /* the language that was spoken, as one of them says it */
    struct slice original; /* … as `original:` says it, which comes first; empty: none does */
    const struct chapter *chapters;
    uint32_t chapter_count;
};

/* Nothing yet. */
struct sidecars sidecars_begin(struct arena *arena);

/* Puts front matter, which may be NULL, before all that was read. It has to live as long as the
 * arena. */
void sidecars_put_front(struct sidecars *all, struct yaml *front);

/* Reads one whose bytes these are. Its mistakes are reported with `name` before them. 0 or -ENOMEM.
 */
int sidecars_read(struct sidecars *all, enum sidecar_form form, struct slice name,
                  struct slice bytes, const struct limits *limits, struct diags *diags);

/* Adds what the path of captions says of them: title, language, url. 0 or -ENOMEM. */
int sidecars_add_name(struct sidecars *all, struct slice path);

#endif
