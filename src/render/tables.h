/*
 * The tables of index/: the lines of one episode in each table, and the counts of values and days.
 */
#ifndef RENDER_TABLES_H
#define RENDER_TABLES_H

#include "base/buf.h"
#include "corpus/corpus.h"
#include "render/material.h"

/* episodes.tsv and episodes.jsonl: the header line of the former, and the line of an episode, whose
 * front matter may be missing. 0 or -ENOMEM. */
void tables_begin_episodes(struct buf *out);
int tables_add_episode(const struct material *material, bool is_json, struct buf *out);

/* glossary.tsv: the header line, and the lines of an episode's terms. */
void tables_begin_terms(struct buf *out);
void tables_add_terms(const struct material *material, struct buf *out);

/* counts.tsv and voices.tsv: the header line, and the line of an episode, those of its voices. 0 or
 * -ENOMEM. */
void tables_begin_body_counts(struct buf *out);
void tables_add_body_counts(const struct material *material, struct buf *out);
void tables_begin_voices(struct buf *out);
int tables_add_voices(const struct material *material, struct buf *out);

/* turns.jsonl and turns.tsv: the header line of the latter, and the records of an episode with its
 * title and date behind them. 0 or -ENOMEM. */
void tables_begin_turns(struct buf *out);
int tables_add_turns_json(const struct material *material, struct buf *out);
int tables_add_turns_tsv(const struct material *material, struct buf *out);

/* by-tag.tsv and the tables of the other views: the header line, and the values of a view, the
 * commonest first. `counts` has for each facet how many of its episodes count, of which 0 have no
 * line; NULL: all do. 0 or -ENOMEM. */
void tables_begin_counts(struct buf *out);
int tables_add_counts(const struct views *views, const struct view *view, const uint32_t *counts,
                      struct buf *out);

/* by-date.tsv, of the episodes that `has` has by their numbers; NULL: of all. 0 or -ENOMEM. */
int tables_add_days(const struct corpus *corpus, const bool *has, struct buf *out);

#endif
