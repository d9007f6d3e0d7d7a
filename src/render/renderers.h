/*
 * The renderers of an episode's formats, by file. The row in format.c says which material each
 * needs. They return 0 or -ENOMEM, or set `out->failed`.
 */
#ifndef RENDER_RENDERERS_H
#define RENDER_RENDERERS_H

#include "base/buf.h"
#include "render/material.h"

/* format_text.c */
void transcript_read(const struct material *material, uint64_t offset, size_t len, struct buf *out);
uint64_t transcript_size(const struct material *material);
int original_txt_render(const struct material *material, struct buf *out);
int quotes_render(const struct material *material, struct buf *out);

/* format_turns.c */
int turns_jsonl_render(const struct material *material, struct buf *out);
int turns_tsv_render(const struct material *material, struct buf *out);

/* format_table.c */
int sections_tsv_render(const struct material *material, struct buf *out);
int voices_tsv_render(const struct material *material, struct buf *out);
int glossary_tsv_render(const struct material *material, struct buf *out);

/* format_caption.c */
int vtt_render(const struct material *material, struct buf *out);
int srt_render(const struct material *material, struct buf *out);
int podcast_json_render(const struct material *material, struct buf *out);

/* format_html.c */
int html_render(const struct material *material, struct buf *out);

/* meta.c */
int meta_json_render(const struct material *material, struct buf *out);

#endif
