/*
 * The tables of index/: of an episode the piece that it adds to each, and what is counted of all.
 */
#ifndef RENDER_TABLES_H
#define RENDER_TABLES_H

#include "base/buf.h"
#include "corpus/corpus.h"
#include "render/material.h"

/* episodes.tsv and episodes.jsonl: its first line, and the line of an episode, by its front matter
 * as far as that is there. 0 or -ENOMEM. */
void tables_begin_episodes(struct buf *out);
int tables_add_episode(const struct material *material, bool is_json, struct buf *out);

/* glossary.tsv: likewise, of an episode's body. */
void tables_begin_terms(struct buf *out);
void tables_add_terms(const struct material *material, struct buf *out);

/* by-tag.tsv and its kin, the commonest first. 0 or -ENOMEM. */
void tables_begin_counts(struct buf *out);
int tables_add_counts(const struct views *views, const struct view *view, struct buf *out);

/* by-date.tsv. 0 or -ENOMEM. */
int tables_add_days(const struct corpus *corpus, struct buf *out);

#endif
