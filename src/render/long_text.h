/*
 * Long texts: texts with a record a turn. A record repeats what the episode is called and where it
 * stands, so such a text may be hundreds of times as long as its source. One over CACHE_SHORT_TEXT
 * is never whole in memory: the cache has its layout, for which it is rendered once, and the pieces
 * that are read.
 */
#ifndef RENDER_LONG_TEXT_H
#define RENDER_LONG_TEXT_H

#include "index/cache.h"
#include "render/material.h"

enum { LONG_TEXT_GROUP = 128 /* turns that are rendered at once where a text is counted */ };

/* A text of an episode. */
struct long_text {
    struct cache *cache;
    uint64_t key;                                          /* in the cache, where it is short */
    int (*load)(void *context, struct material *material); /* as scope_material() */
    void *context;
    int (*render)(const struct material *material, struct buf *out); /* makes a range of turns */
};

/* Counts its bytes. -EFBIG over CACHE_MAX_TEXT. `scratch` is used, and is empty before. */
int long_text_count(const struct long_text *text, struct buf *scratch, uint64_t *size);

/* Whether the cache has it, or its layout if it is too long to be kept. */
bool long_text_is_known(const struct long_text *text);

/* The size of the text; or a range of it, which is added to `out`. 0; -EFBIG over CACHE_MAX_TEXT;
 * or an error of the material. */
int long_text_size(const struct long_text *text, uint64_t *size);
int long_text_read(const struct long_text *text, uint64_t offset, size_t len, struct buf *out);

#endif
