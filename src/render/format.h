/*
 * The formats of an episode: the table of the files and folders that its folder can have.
 *
 * To add a file, add a row at the end of the table in format.c and a renderer in one of the files
 * format_*.c. Inode numbers are hashes of the number of a row, so rows keep their order.
 */
#ifndef RENDER_FORMAT_H
#define RENDER_FORMAT_H

#include "render/renderers.h"

/* The type of a format: a file, or one of the folders, whose nodes the room `nodes` has. */
enum format_type {
    FORMAT_FILE,
    FORMAT_TURNS,
    FORMAT_ORIGINAL,
    FORMAT_SECTIONS,
    FORMAT_VOICES,
    FORMAT_META,
    FORMAT_REFS,
};

/* The folder that has a hard link of the file, beside the episode's folder. */
enum format_link { LINK_NOWHERE, LINK_IN_TEXT, LINK_IN_ORIGINAL };

struct format {
    const char *name;
    enum format_type type;

    /* Whether an episode has the format, and what exists() needs to know; NULL: every episode. */
    unsigned exists_by;
    bool (*exists)(const struct material *material);

    /* Of a file: renders all of it; or reads a range and returns the size, if these need no
     * rendering. */
    unsigned needs;
    int (*render)(const struct material *material, struct buf *out);
    void (*read)(const struct material *material, uint64_t offset, size_t len, struct buf *out);
    uint64_t (*size)(const struct material *material);
    bool has_pieces;        /* it renders a range of turns by itself: material->range */
    bool is_unlisted;       /* lookup finds it, listings omit it */
    bool size_needs_render; /* a listing omits its attributes */
    enum format_link link;

    /* Of a file of the content folder, which is served as it is: its extension, and the condition
     * for it. */
    const char *source;
};

/* The i-th format; NULL behind the last. */
const struct format *format_at(uint64_t i);

/* Its name: "turns", "meta.json"; NULL behind the last. */
const char *format_name(unsigned i);

/* Whether the option formats= includes the i-th format. `chosen` has a bit for each; 0: all. */
static inline bool format_is_chosen(uint64_t chosen, uint64_t i)
{
    return !chosen || chosen >> i & 1;
}

/* Likewise, by its name. */
bool format_is_chosen_name(uint64_t chosen, const char *name);

#endif
