/*
 * The formats of an episode: what can stand in its folder. format.c has the table; nothing
 * outside model/ includes this.
 *
 * To add a file: a row in format.c, and its renderer in one of the files format_*.c.
 */
#ifndef MODEL_FORMAT_H
#define MODEL_FORMAT_H

#include "model/scope.h"

struct format {
    const char *name;
    enum kind kind; /* KIND_FORMAT: a file, which the rest of the row makes; or that of a folder */
    int (*exists)(struct scope *scope, bool *exists); /* NULL: always */

    /* Of a file: all of it; or a range of it and its size, where these need no rendering. */
    int (*render)(struct scope *scope, struct buf *out);
    int (*read)(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);
    int (*size)(struct scope *scope, uint64_t *size);
    bool is_costly;       /* listed without its size */
    enum kind also_below; /* the kind of folder in which its hard link stands; KIND_NONE: none */
};

/* The name of the i-th format: "turns", "meta.json"; NULL behind the last. */
const char *format_name(unsigned i);

/* Whether the format of this name stands in the episodes' folders. */
bool format_is_chosen(const struct scope *scope, const char *name);

/* The text file of an episode as a child of a folder of this kind, /text/<folder> or
 * /original/<folder>, where it has one; CHILD_GAP where it has none, or an error. */
int format_link(struct scope *scope, uint32_t episode, struct child *child);

/* format_text.c */
int transcript_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);
int transcript_size(struct scope *scope, uint64_t *size);
int original_txt_render(struct scope *scope, struct buf *out);
int quotes_render(struct scope *scope, struct buf *out);

/* format_record.c */
int turns_jsonl_render(struct scope *scope, struct buf *out);
int turns_tsv_render(struct scope *scope, struct buf *out);

/* format_table.c */
int sections_tsv_render(struct scope *scope, struct buf *out);
int voices_tsv_render(struct scope *scope, struct buf *out);
int glossary_tsv_render(struct scope *scope, struct buf *out);

/* format_caption.c */
int vtt_render(struct scope *scope, struct buf *out);
int srt_render(struct scope *scope, struct buf *out);
int podcast_json_render(struct scope *scope, struct buf *out);

/* format_html.c */
int html_render(struct scope *scope, struct buf *out);

/* nodes_meta.c */
int meta_json_render(struct scope *scope, struct buf *out);

#endif
