/*
 * The functions that the rows of kinds.c are made of, by the file that has them. What each
 * does is said at its field of struct kind_row in kinds.h.
 */
#ifndef MODEL_NODES_H
#define MODEL_NODES_H

#include "model/kinds.h"

/* nodes_root.c */
struct node parent_root(const struct scope *scope);
int root_child(struct scope *scope, uint64_t place, struct child *child);
int root_find(struct scope *scope, struct slice name, struct child *child);
uint32_t root_folders(struct scope *scope);
/* Whether there is a by-voice: its entries lead to the folders of voices in the episodes. */
bool root_has_voices(const struct scope *scope);
int ignore_render(struct scope *scope, struct buf *out);
uint64_t corpus_identity(const struct scope *scope);

uint64_t root_seek(struct scope *scope, unsigned run, struct slice name);

/* nodes_readme.c */
int readme_render(struct scope *scope, struct buf *out);

/* nodes_folder.c */
int folder_check(struct scope *scope);
uint64_t folder_identity(const struct scope *scope);
int64_t folder_mtime(const struct scope *scope);
struct node folder_parent(const struct scope *scope);
int folder_child(struct scope *scope, uint64_t place, struct child *child);
int folder_find(struct scope *scope, struct slice name, struct child *child);
uint32_t folder_folders(struct scope *scope);
int text_child(struct scope *scope, uint64_t place, struct child *child);
int text_find(struct scope *scope, struct slice name, struct child *child);
uint32_t text_folders(struct scope *scope);
uint64_t folder_seek(struct scope *scope, unsigned run, struct slice name);
int original_folder_check(struct scope *scope);

/* nodes_episode.c */
int64_t episode_mtime(const struct scope *scope);
uint64_t episode_identity(const struct scope *scope);
uint64_t version_identity(const struct scope *scope);
struct node episode_parent(const struct scope *scope);
struct node parent_episode(const struct scope *scope);
int turns_child(struct scope *scope, uint64_t place, struct child *child);
int turn_child(const struct scope *scope, const struct body *body, enum kind kind, uint64_t turn,
               struct child *child);
/* Names a turn, from 0, of so many: "007.txt". */
void turn_name(uint32_t count, uint32_t turn, struct child *child);
/* The turn, from 0, that a name such as 007.txt numbers; -ENOENT where it numbers none. */
int turn_number(struct slice name, uint64_t *turn);
int turns_find(struct scope *scope, struct slice name, struct child *child);
int turn_check(struct scope *scope);
/* What the file of a turn holds, or that of its original; empty where there is none. */
struct slice turn_file(const struct scope *scope, const struct body *body);
int turn_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);
int turn_size(struct scope *scope, uint64_t *size);
int turn_read_past(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);

/* format.c */
int episode_child(struct scope *scope, uint64_t place, struct child *child);
int episode_find(struct scope *scope, struct slice name, struct child *child);
int format_check(struct scope *scope);
uint32_t format_links(const struct scope *scope);
int format_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);
int format_size(struct scope *scope, uint64_t *size);
int format_read_past(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);

/* nodes_part.c */
int originals_child(struct scope *scope, uint64_t place, struct child *child);
int originals_find(struct scope *scope, struct slice name, struct child *child);
int sections_child(struct scope *scope, uint64_t place, struct child *child);
uint32_t sections_folders(struct scope *scope);
int section_check(struct scope *scope);
int section_child(struct scope *scope, uint64_t place, struct child *child);
struct node parent_sections(const struct scope *scope);
int voices_child(struct scope *scope, uint64_t place, struct child *child);
uint32_t voices_folders(struct scope *scope);
int voice_check(struct scope *scope);
int voice_child(struct scope *scope, uint64_t place, struct child *child);
struct node parent_voices(const struct scope *scope);
uint64_t part_identity(const struct scope *scope);
int turn_link_check(struct scope *scope);
int turn_link_target(struct scope *scope, struct buf *target);

/* nodes_meta.c */
int meta_child(struct scope *scope, uint64_t place, struct child *child);
int meta_value_check(struct scope *scope);
int meta_value_render(struct scope *scope, struct buf *out);

/* nodes_view.c */
int heard_check(struct scope *scope);
int view_check(struct scope *scope);
uint64_t view_identity(const struct scope *scope);
int64_t view_mtime(const struct scope *scope);
int view_child(struct scope *scope, uint64_t place, struct child *child);
int view_find(struct scope *scope, struct slice name, struct child *child);
uint32_t view_folders(struct scope *scope);
uint64_t view_seek(struct scope *scope, unsigned run, struct slice name);
uint64_t facet_seek(struct scope *scope, unsigned run, struct slice name);
int facet_check(struct scope *scope);
uint64_t facet_identity(const struct scope *scope);
int64_t facet_mtime(const struct scope *scope);
struct node facet_parent(const struct scope *scope);
int facet_child(struct scope *scope, uint64_t place, struct child *child);
int facet_find(struct scope *scope, struct slice name, struct child *child);
int spelling_check(struct scope *scope);
int spelling_target(struct scope *scope, struct buf *target);
int entry_check(struct scope *scope);
uint64_t entry_identity(const struct scope *scope);
int64_t entry_mtime(const struct scope *scope);
int entry_target(struct scope *scope, struct buf *target);

/* nodes_date.c */
/* Whether anything stands in the year, the month or the day of a date code. */
enum date_span { DATE_YEAR, DATE_MONTH, DATE_DAY };
bool dates_in(const struct corpus *corpus, uint32_t code, enum date_span span);
uint64_t day_seek(struct scope *scope, unsigned run, struct slice name);
int dates_check(struct scope *scope);
int dates_child(struct scope *scope, uint64_t place, struct child *child);
int dates_find(struct scope *scope, struct slice name, struct child *child);
uint32_t dates_folders(struct scope *scope);
int year_check(struct scope *scope);
int year_child(struct scope *scope, uint64_t place, struct child *child);
uint32_t year_folders(struct scope *scope);
struct node year_parent(const struct scope *scope);
int month_check(struct scope *scope);
int month_child(struct scope *scope, uint64_t place, struct child *child);
uint32_t month_folders(struct scope *scope);
struct node month_parent(const struct scope *scope);
int day_check(struct scope *scope);
int day_child(struct scope *scope, uint64_t place, struct child *child);
int day_find(struct scope *scope, struct slice name, struct child *child);
struct node day_parent(const struct scope *scope);
uint64_t date_identity(const struct scope *scope);
int64_t date_mtime(const struct scope *scope);
int date_entry_check(struct scope *scope);
int date_entry_target(struct scope *scope, struct buf *target);

/* attributes.c: the value of an extended attribute, -ENODATA where there is none; the names of
 * those that there are, each with a NUL byte behind it. Of a folder or a file of an episode. */
int attributes_get(struct scope *scope, struct slice name, struct buf *value);
int attributes_list(struct scope *scope, struct buf *names);

/* nodes_index.c */
int index_check(struct scope *scope);
int index_child(struct scope *scope, uint64_t place, struct child *child);
uint64_t index_seek(struct scope *scope, unsigned run, struct slice name);
/* Calls `each` with the name of every table that a corpus makes. */
void index_each_name(struct tree *tree, const struct corpus *corpus,
                     void (*each)(void *context, struct slice name), void *context);
int index_table_check(struct scope *scope);
uint64_t index_table_identity(const struct scope *scope);
int index_table_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);
int index_table_size(struct scope *scope, uint64_t *size);

/* nodes_control.c */
int control_child(struct scope *scope, uint64_t place, struct child *child);
int control_find(struct scope *scope, struct slice name, struct child *child);
int version_render(struct scope *scope, struct buf *out);
int snapshot_check(struct scope *scope);
uint64_t snapshot_identity(const struct scope *scope);
int snapshot_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);
int snapshot_size(struct scope *scope, uint64_t *size);

#endif
