/*
 * The formats of an episode: what can stand in its folder, and what each is made of.
 *
 * To add a file: a row at the end of the table in format.c, and its renderer in one of the files
 * format_*.c. Inode numbers are hashes of the number of a row: rows keep their order.
 */
#ifndef RENDER_FORMAT_H
#define RENDER_FORMAT_H

#include "render/renderers.h"

/* What a format is: a file, or one of the folders, which the tree makes. */
enum format_type {
    FORMAT_FILE,
    FORMAT_TURNS,
    FORMAT_ORIGINAL,
    FORMAT_SECTIONS,
    FORMAT_VOICES,
    FORMAT_META,
};

/* Where its hard link stands beside the episode's folder. */
enum format_link { LINK_NOWHERE, LINK_IN_TEXT, LINK_IN_ORIGINAL };

struct format {
    const char *name;
    enum format_type type;

    /* Whether an episode has it, by so much of it; NULL: always. */
    unsigned exists_by;
    bool (*exists)(const struct material *material);

    /* Of a file: all of it; or a range of it and its size, where these need no rendering. Without
     * either it is the source itself. */
    unsigned needs;
    int (*render)(const struct material *material, struct buf *out);
    void (*read)(const struct material *material, uint64_t offset, size_t len, struct buf *out);
    uint64_t (*size)(const struct material *material);
    bool size_needs_render; /* listed without its size */
    enum format_link link;
};

/* The i-th format; NULL behind the last. */
const struct format *format_at(uint64_t i);

/* Its name: "turns", "meta.json"; NULL behind the last. */
const char *format_name(unsigned i);

/* Whether a format stands in the episodes' folders, where those do that are chosen: a bit a format;
 * 0: all. */
static inline bool format_is_chosen(uint64_t chosen, uint64_t i)
{
    return !chosen || chosen >> i & 1;
}

/* The same by its name. */
bool format_is_chosen_name(uint64_t chosen, const char *name);

#endif
