/*
 * Sidecars: files beside captions that describe them. STEM.yaml, STEM.md with front matter and no
 * words, and STEM.info.json become values as front matter has them; the file name gives what they
 * lack. Of two values of a key the one read first counts.
 */
#ifndef METADATA_SIDECAR_H
#define METADATA_SIDECAR_H

#include "values/info_json.h"

enum sidecar_form { SIDECAR_YAML, SIDECAR_FRONT, SIDECAR_INFO };

struct sidecars {
    struct arena *arena;   /* of all that follows; borrowed */
    struct yaml *map;      /* the values of all and of the front matter; NULL: none */
    struct slice spoken;   /* the language that was spoken, as one of them gives it */
    struct slice original; /* … as `original:` gives it, which takes precedence; empty: none */
    const struct chapter *chapters;
    uint32_t chapter_count;
};

/* No sidecars yet. */
struct sidecars sidecars_begin(struct arena *arena);

/* Puts front matter, which may be NULL, before all that was read. It has to live as long as the
 * arena. */
void sidecars_put_front(struct sidecars *all, struct yaml *front);

/* Reads the bytes of one, and reports its mistakes with `name` before them. 0 or -ENOMEM. */
int sidecars_read(struct sidecars *all, enum sidecar_form form, struct slice name,
                  struct slice bytes, const struct limits *limits, struct diags *diags);

/* Adds the facts in the path of captions: title, language, url. 0 or -ENOMEM. */
int sidecars_add_name(struct sidecars *all, struct slice path);

#endif
