/*
 * The operations of nodes. Most .c files of this room have those of a few kinds; tree/ops.c says
 * which kind has which.
 *
 * To add a kind: its name and layout (node.h, node.c), its row here and in tree/ops.c, and its
 * place among its parent's children. A file of an episode needs no kind of its own: format.h has a
 * table of these.
 */
#ifndef NODES_NODES_H
#define NODES_NODES_H

#include "nodes/scope.h"

struct node_ops {
    /* Checks that i and j name something; NULL: both are 0. 0, -ESTALE, or an error of reading. */
    int (*check)(struct scope *scope);
    /* A number that no other node of the kind has, the same after a remount; NULL: 0. */
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
                     struct slice name);      /* the first place in a list whose name is greater */
    uint32_t (*folders)(struct scope *scope); /* sub-folders; NULL: none */

    /* Of a file: all of it; or a range of it and its size. */
    int (*render)(struct scope *scope, struct buf *out);
    int (*read)(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);
    int (*size)(struct scope *scope, uint64_t *size);
    /* A range of an older version, whose body the scope holds; NULL: the file does not keep any. */
    int (*read_past)(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);

    /* Of a link. */
    int (*target)(struct scope *scope, struct buf *target);
};

/* root.c */
extern const struct node_ops root_ops, readme_ops, ignore_ops;
/* Whether there is a by-voice: its entries lead to the folders of voices in the episodes. Whether
 * there are an index/ and a by-date. */
bool root_has_voices(const struct scope *scope);
bool root_has_words(const struct scope *scope); /* whether an episode has a body */
bool root_has_episodes(const struct scope *scope);
bool root_has_dates(const struct scope *scope);

/* folder.c */
extern const struct node_ops folder_ops, text_folder_ops, original_folder_ops;

/* format.c */
extern const struct node_ops episode_ops, format_ops;
/* Whether a format stands in its episode; also of the folders that formats are. */
int format_check(struct scope *scope);
/* The text file of an episode as a child of a folder of this kind, /text/<folder> or
 * /original/<folder>, where it has one; CHILD_GAP where it has none, or an error. */
int format_link(struct scope *scope, uint32_t episode, struct child *child);

/* turn.c */
extern const struct node_ops turns_ops, turn_ops;
/* What the file of a turn holds, or that of its original; empty where there is none. */
struct slice turn_file(const struct scope *scope, const struct body *body);

/* ref.c */
extern const struct node_ops refs_ops, ref_ops;

/* all_refs.c */
extern const struct node_ops all_refs_ops, ref_folder_ops, ref_entry_ops;
/* Whether there is a /ref: it leads to the turns of the episodes. */
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
    uint32_t version; /* of the links; 0 where they have none */
};
/* As the members of node_ops of the folder; links_check() is for a link in it. */
int links_child(const struct scope *scope, const struct links *links, uint64_t index,
                struct child *child);
int links_find(const struct scope *scope, const struct links *links, struct slice name,
               struct child *child);
uint64_t links_seek(const struct scope *scope, const struct links *links, struct slice name);
int links_check(const struct scope *scope, const struct links *links);

/* view.c */
extern const struct node_ops view_ops, by_voice_ops, facet_ops, spelling_ops, entry_ops;
/* Of an entry in a view or under a date. */
uint64_t entry_identity(const struct scope *scope);
struct stamps entry_stamps(const struct scope *scope);

/* date.c */
extern const struct node_ops dates_ops, year_ops, month_ops, day_ops, date_entry_ops;
/* Whether anything stands in the year, the month or the day of a date code. */
enum date_span { DATE_YEAR, DATE_MONTH, DATE_DAY };
bool dates_in(const struct corpus *corpus, uint32_t code, enum date_span span);

/* index.c */
extern const struct node_ops index_ops, index_table_ops;
/* Calls `each` with the name of every table that a corpus makes. */
void index_each_name(struct tree *tree, const struct corpus *corpus,
                     void (*each)(void *context, struct slice name), void *context);

/* whole.c */
extern const struct node_ops whole_table_ops, table_piece_ops;

/* control.c */
extern const struct node_ops control_ops, version_ops, snapshot_ops;

#endif
