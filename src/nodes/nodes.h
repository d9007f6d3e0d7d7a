/*
 * The operations of nodes. Most .c files of this room have those of a few kinds; tree/ops.c assigns
 * them to the kinds.
 *
 * To add a kind: its name and layout (node.h, node.c), its row here and in tree/ops.c, and its
 * place among its parent's children. A file of an episode needs no kind of its own, but a row in
 * the table of format.h.
 */
#ifndef NODES_NODES_H
#define NODES_NODES_H

#include "nodes/scope.h"

struct node_ops {
    /* Checks that i and j name a node; NULL: both are 0. 0, -ESTALE, or an error of reading. */
    int (*check)(struct scope *scope);
    /* A number that is unique in its kind, and the same after a remount; NULL: 0. */
    uint64_t (*identity)(const struct scope *scope);
    /* NULL: the times of the newest content. */
    struct stamps (*stamps)(const struct scope *scope);
    /* NULL: 1 for a file, two and its sub-folders for a folder. */
    uint32_t (*links)(const struct scope *scope);

    /* Of a folder. */
    struct node (*parent)(const struct scope *scope);
    int (*child)(struct scope *scope, uint64_t index,
                 struct child *child); /* 0, CHILD_GAP, -ENOENT */
    int (*find)(struct scope *scope, struct slice name, struct child *child); /* NULL: by child() */
    uint64_t (*seek)(struct scope *scope, unsigned list,
                     struct slice name);      /* the index of the first greater name in a list */
    uint32_t (*folders)(struct scope *scope); /* sub-folders; NULL: none */

    /* Of a file: render() makes all of it; or read() makes a range, and size() the size. */
    int (*render)(struct scope *scope, struct buf *out);
    int (*read)(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);
    int (*size)(struct scope *scope, uint64_t *size);
    /* A range of an older version, whose body the scope holds; NULL: a body is not enough. */
    int (*read_past)(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);

    /* Of a link. */
    int (*target)(struct scope *scope, struct buf *target);
};

/* root.c */
extern const struct node_ops root_ops, readme_ops, ignore_ops;
bool root_has_voices(const struct scope *scope);   /* by-voice, which leads to folders of voices */
bool root_has_words(const struct scope *scope);    /* an episode has a body */
bool root_has_episodes(const struct scope *scope); /* index/ */
bool root_has_dates(const struct scope *scope);    /* by-date */

/* folder.c */
extern const struct node_ops folder_ops, text_folder_ops, original_folder_ops;

/* format.c */
extern const struct node_ops episode_ops, format_ops;
/* Checks that the episode has this format; also for formats that are folders. */
int format_check(struct scope *scope);
/* The text file of an episode as a child of /text/<folder> or /original/<folder>, by the kind of
 * the scope. 0; CHILD_GAP if the episode has none; or an error. */
int format_link(struct scope *scope, uint32_t episode, struct child *child);

/* turn.c */
extern const struct node_ops turns_ops, turn_ops;
/* The bytes of the file of a turn, or of its original; empty if there is none. */
struct slice turn_file(const struct scope *scope, const struct body *body);

/* ref.c */
extern const struct node_ops refs_ops, ref_ops;

/* all_refs.c */
extern const struct node_ops all_refs_ops, ref_folder_ops, ref_entry_ops;
/* Whether there is a /ref, which leads to the turns of the episodes. */
bool all_refs_exist(const struct scope *scope);

/* meta.c */
extern const struct node_ops meta_ops, meta_value_ops;

/* part.c */
extern const struct node_ops originals_ops, sections_ops, section_ops, voices_ops, voice_ops,
    turn_link_ops;

/* links.c */
/* Links to episodes, sorted by entry; a link is (kind, i of its folder, episode). */
struct links {
    enum kind kind;
    const uint32_t *episodes;
    uint32_t count;
    uint32_t version; /* of the links, or 0 */
};
/* For the members of node_ops of the folder; links_check() is for a link in it. */
int links_child(const struct scope *scope, const struct links *links, uint64_t index,
                struct child *child);
int links_find(const struct scope *scope, const struct links *links, struct slice name,
               struct child *child);
uint64_t links_seek(const struct scope *scope, const struct links *links, struct slice name);
int links_check(const struct scope *scope, const struct links *links);

/* view.c */
extern const struct node_ops view_ops, by_voice_ops, facet_ops, spelling_ops, entry_ops;
/* For an entry in a view or under a date. */
uint64_t entry_identity(const struct scope *scope);
struct stamps entry_stamps(const struct scope *scope);

/* date.c */
extern const struct node_ops dates_ops, year_ops, month_ops, day_ops, date_entry_ops;
/* Whether the year, the month or the day of a date code has an episode. */
enum date_span { DATE_YEAR, DATE_MONTH, DATE_DAY };
bool dates_in(const struct corpus *corpus, uint32_t code, enum date_span span);

/* index.c */
extern const struct node_ops index_ops, index_table_ops;
/* Calls `each` with the name of every table of a corpus. */
void index_each_name(struct tree *tree, const struct corpus *corpus,
                     void (*each)(void *context, struct slice name), void *context);

/* whole.c */
extern const struct node_ops whole_table_ops, table_piece_ops;

/* control.c */
extern const struct node_ops control_ops, version_ops, snapshot_ops;

#endif
