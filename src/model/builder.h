/*
 * Building a corpus: what its steps share. build.c has their order, and is the only caller.
 */
#ifndef MODEL_BUILDER_H
#define MODEL_BUILDER_H

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "model/corpus.h"

/* A facet while it grows. */
struct growing {
    struct slice fold; /* view and folded value: the key of corpus->folded */
    uint32_t view;
    uint32_t best; /* the commonest spelling so far, once counted */
    uint32_t *episodes;
    uint32_t *spellings; /* the first of each episode */
    uint32_t count;
    size_t cap, spelling_cap;
};

/* One way of writing a value of a view. */
struct spelling {
    struct slice text;
    uint32_t facet;
    uint32_t uses;
};

/* What is needed while building, and not after. */
struct builder {
    struct corpus *corpus;
    const struct scanned *files; /* in the order of the episodes */
    struct arena scratch;
    struct map taken;     /* folder number and name: what stands in episodes/ */
    struct map paths;     /* folder on disk -> number */
    struct map views;     /* name -> number */
    struct map spellings; /* view and value -> number */
    struct growing *facets;
    size_t facet_cap;
    struct spelling *spelling;
    size_t spelling_count, spelling_cap;
    size_t folder_cap;
    bool keeps_spellings; /* each entry of a facet remembers how its episode spells it */
};

/* The folders, the name of each episode in its own, and what stands in each. */
int build_folders(struct builder *b);

/* The name of each episode in the views, and their order. */
int build_entries(struct builder *b, const struct corpus_options *options);

/* The views, their facets and the other spellings of these; to be called behind build_entries(). */
int build_views(struct builder *b);

/* The date view; likewise. */
int build_dates(struct builder *b, const struct config *config);

/* A copy of a buffer in an arena; the buffer is freed. 0 or -ENOMEM. */
int keep_text(struct arena *arena, struct buf *buf, struct slice *kept);

#endif
