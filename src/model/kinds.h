/*
 * The kinds of node, for the files of the tree: each of them has the functions of a few
 * kinds, and kinds.c has the table that ties them together. Nothing outside model/ includes
 * this.
 *
 * To add a kind: a name here, a row in kinds.c, and its place among its parent's children. A file
 * of an episode needs no kind of its own: format.h has a table of these.
 */
#ifndef MODEL_KINDS_H
#define MODEL_KINDS_H

#include <limits.h>

#include "model/survey.h"
#include "model/tree.h"

enum kind {
    KIND_NONE,
    KIND_ROOT, /* 1, so that its id is 1 */
    KIND_README,
    KIND_IGNORE,
    KIND_FOLDER,
    KIND_EPISODE,
    KIND_TURNS,
    KIND_TURN,
    KIND_ORIGINAL,
    KIND_ORIGINAL_TURN,
    KIND_SECTIONS,
    KIND_SECTION,
    KIND_SECTION_TURN,
    KIND_VOICES,
    KIND_VOICE,
    KIND_VOICE_TURN,
    KIND_META,
    KIND_META_VALUE,
    KIND_FORMAT,
    KIND_TEXT_FOLDER,
    KIND_ORIGINAL_FOLDER,
    KIND_INDEX,
    KIND_INDEX_TABLE,
    KIND_VIEW,
    KIND_FACET,
    KIND_ENTRY,
    KIND_SPELLING,
    KIND_HEARD,
    KIND_HEARD_FACET,
    KIND_HEARD_ENTRY,
    KIND_HEARD_SPELLING,
    KIND_DATES,
    KIND_YEAR,
    KIND_MONTH,
    KIND_DAY,
    KIND_DATE_ENTRY,
    KIND_CONTROL,
    KIND_VERSION,
    KIND_STATUS,
    KIND_GENERATION,
    KIND_PROBLEMS,
    KIND_COUNT,
};

/* A node id, unpacked. What i and j number is said in the table. */
struct node {
    enum kind kind;
    uint32_t i;
    uint32_t j;
    uint32_t version; /* of the episode's content, where its bytes depend on that */
};

/* A node while it is looked at, with those parts of its episode that were needed for that. */
struct scope {
    struct tree *tree;
    const struct corpus *corpus;
    struct corpus *held; /* the same, where this scope holds it; NULL: another does */
    struct node node;
    struct parsed *parts[PARTS];
    bool is_lent[PARTS]; /* it is held by another scope */
};

/* A child: where it leads and what it is called. */
struct child {
    struct node node;
    struct slice name;
    bool is_costly; /* its size takes work: listed without attributes */
    uint8_t
        run; /* 0: its place is the same in every generation; else the sorted run it stands in */
    char text[NAME_MAX + 1]; /* for a name that is made up */
};

enum { CHILD_GAP = 1 /* nothing at this place, but more behind it */ };

struct kind_row {
    const char *path; /* what it stands for */
    mode_t type;      /* S_IFDIR, S_IFREG or S_IFLNK */
    uint8_t i_bits;   /* how the id is packed: 8 bits of kind, then these */
    uint8_t j_bits;
    bool has_version; /* the rest of the id holds a version */
    bool of_episode;  /* it stands below an episode's folder, or is that: i numbers the episode */
    bool of_folder;   /* it stands for a folder of the content, which i numbers */
    bool is_volatile; /* its bytes are what they were when it was looked up */
    bool is_outdated; /* an id of an older version is taken for the node as it is now */
    bool is_open;     /* of a folder: names may come to be in it that nobody can tell beforehand */

    /* Whether i and j name something; NULL: they are 0. 0 or -ESTALE, or an error of reading. */
    int (*check)(struct scope *scope);
    /* What tells it from every other node, after a remount too; NULL: the kind alone. */
    uint64_t (*identity)(const struct scope *scope);
    /* NULL: the time of the newest content. */
    int64_t (*mtime)(const struct scope *scope);
    /* NULL: 1 for a file, two and its sub-folders for a folder. */
    uint32_t (*links)(const struct scope *scope);

    /* Of a folder. */
    struct node (*parent)(const struct scope *scope);
    int (*child)(struct scope *scope, uint64_t place,
                 struct child *child); /* 0, CHILD_GAP, -ENOENT */
    int (*find)(struct scope *scope, struct slice name, struct child *child); /* NULL: by child() */
    uint64_t (*seek)(struct scope *scope, unsigned run,
                     struct slice name);      /* the first place in a run whose name is greater */
    uint32_t (*folders)(struct scope *scope); /* sub-folders; NULL: none */

    /* Of a file: all of it; or a range of it and its size. */
    int (*render)(struct scope *scope, struct buf *out);
    int (*read)(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);
    int (*size)(struct scope *scope, uint64_t *size);
    /* A range of it as it was in another version, of which the scope holds the body. NULL: not. */
    int (*read_past)(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text);

    /* Of a link. */
    int (*target)(struct scope *scope, struct buf *target);
};

extern const struct kind_row kinds[KIND_COUNT];

/* --- for the functions of the rows --------------------------------------------------------------
 */

/* The episode of a node whose i numbers one. */
static inline const struct episode *scope_episode(const struct scope *scope)
{
    return scope->corpus->episodes[scope->node.i];
}

/* The front matter (NULL: there is none) or the body of the node's episode, or the node's own text
 * that `render` makes; held until the scope ends. 0 or an error. */
int scope_front(struct scope *scope, const struct yaml **map);
int scope_body(struct scope *scope, const struct body **body);
int scope_text(struct scope *scope, int (*render)(struct scope *scope, struct buf *out),
               struct slice *text);

/* Whether that text is kept already; it is held from then on. */
bool scope_has_text(struct scope *scope);

/* Notes that the text of a node was made of the scope's corpus; whether it was. Of the newest such
 * corpus alone. */
void scope_note_made(const struct scope *scope);
bool scope_was_made(const struct scope *scope);

/* A look at another node of the same tree, and its end. */
struct scope scope_at(const struct scope *scope, struct node node);
void scope_end(struct scope *scope);

/* A link count of 1, which says of a folder that its folders are not counted. */
uint32_t links_uncounted(const struct scope *scope);

/* Checks that i numbers an episode, in the node's version of it where it has one. */
int check_episode(struct scope *scope);

/* The same for a node that belongs to the whole corpus: its version is the generation. */
int check_generation(struct scope *scope);

/* The id of a node. */
uint64_t tree_id(const struct node *node);

/* Says that names of so many turns are given out, so that they can be called back. */
void tree_know_turns(struct tree *tree, uint32_t episode, uint32_t turns);

/* i-th place of a child that has a fixed name. */
static inline int child_is(struct child *child, enum kind kind, uint32_t i, uint32_t version,
                           struct slice name)
{
    child->node = (struct node){.kind = kind, .i = i, .version = version};
    child->name = name;
    child->is_costly = false;
    child->run = 0;
    return 0;
}

/* What takes the bodies of all episodes of the scope's corpus to know; read when first asked for.
 * 0, -EAGAIN where there is one of a newer corpus, or an error of reading. */
int scope_survey(struct scope *scope, const struct survey **survey);

/* How that stands, in a word or two, and how many episodes are done. */
const char *tree_survey_progress(struct tree *tree, size_t *done);

/* Where requests are counted; NULL: nowhere. */
const struct request_count *tree_requests(const struct tree *tree);

/* What is new, as it was told last. */
void tree_read_news(struct tree *tree, struct tree_news *news);

/* What a tree is made of, for status files. */
struct tree_parts {
    struct cache *cache;
    struct tree_options options;
};
const struct tree_parts *tree_parts(const struct tree *tree);

/*
 * Keeps a text under a serial number, so that a file that changes all the time can be read as it
 * was when it was looked up. The newest of a kind is reused while it is the same, and is forgotten
 * only when there is a newer one. 0 or -ENOMEM.
 */
int tree_keep_snapshot(struct tree *tree, enum kind kind, struct buf *text, uint32_t *serial);

/* How long it is, and a copy of a range of it; -ESTALE where it was forgotten. */
int tree_size_snapshot(struct tree *tree, enum kind kind, uint32_t serial, uint64_t *size);
int tree_read_snapshot(struct tree *tree, enum kind kind, uint32_t serial, uint64_t offset,
                       size_t len, struct tree_text *text);

#endif
