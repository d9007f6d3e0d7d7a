/*
 * Building the generations of the corpus: what its files share. build.c has the order of the steps
 * and is the only one that is called from outside; build_episodes.c makes the episodes and their
 * lists, build_folders.c the folders and the names in them.
 */
#ifndef MODEL_BUILDER_H
#define MODEL_BUILDER_H

#include "model/history.h"

/* What is true of a folder for ever, and who may read it. */
struct place {
    struct slice path, name, base;
    uint32_t parent, depth;
    uint64_t hash;
    struct access access; /* as it was found last; all 0: not yet, and nobody may */
};

struct builder {
    struct corpus_options options;
    struct journal *journal; /* NULL while it is read back */
    struct ledger ledger;
    struct map paths;   /* of content files -> number of the episode */
    uint32_t *versions; /* by that number: how often it was another */
    size_t path_count, path_cap;
    struct map folders;      /* path -> number */
    struct map folder_names; /* … by what they are called */
    struct place *places;
    size_t place_count, place_cap;
    struct slice date_view;
    uint64_t generation;
    struct arena arena; /* of paths and names */
};

/* An episode that is new, other or gone. */
struct draft {
    uint32_t number;
    const struct episode *before; /* NULL: it is new */
    bool is_there;                /* in the next generation, as: */
    struct episode now;           /* texts and problems live elsewhere, and are copied */
    bool has_new_marks;
    uint32_t next; /* in the same folder; NO_INDEX */
};

/* A folder that is touched. */
struct work {
    bool is_touched;
    bool has_new_names; /* what stands in it is not what stood in it */
    bool is_there;
    uint32_t episodes, folders; /* that will be in it */
    uint32_t drafts;            /* the first in it, whether it is there or gone; NO_INDEX */
    uint32_t news, next_new;    /* the first folder that is new in it; the next beside it */
};

/* The step from one generation to the next. */
struct step {
    struct builder *builder;
    const struct corpus *old; /* never NULL: empty before the first */
    struct corpus *next;
    struct turnover turnover;
    struct arena scratch;
    struct draft *drafts;
    size_t draft_count, draft_cap;
    uint32_t *draft_of; /* by number of the episode; NO_INDEX */
    bool *changed;      /* by number of the episode */
    struct work *works; /* by number of the folder */
    bool *folder_gone;  /* by number of the folder */
    uint32_t *touched;  /* folders, the deepest first */
    uint32_t touched_count;
    uint32_t *list; /* of episodes or folders, for a moment */
};

/* --- build.c ------------------------------------------------------------------------------------
 */

/* The number of the episode at `path`, entered where it is new. 0, -E2BIG or -ENOMEM. */
int builder_find_number(struct builder *builder, struct slice path, uint32_t *number);

/* The folder at `path`, entered with those above it where it is new. 0 or -ENOMEM. */
int builder_find_place(struct builder *builder, struct slice path, uint32_t *number);

/* Whether some may not read it who may read the content folder: a folder, or a file in a folder. */
bool builder_is_private(const struct builder *builder, uint32_t folder);
bool builder_hides(const struct builder *builder, const struct access *file, uint32_t folder);

void step_sort(uint32_t *list, uint32_t count, order_fn *order, const void *context);

/* The next state of a list of episodes: without those that changed, with s->list, which is in
 * order.
 */
const uint32_t *step_next_list(struct step *s, const uint32_t *old, uint32_t old_count,
                               uint32_t added_count, order_fn *order, uint32_t *count);

/* --- build_episodes.c: 0 or a negative errno -----------------------------------------------------
 */

static inline uint32_t draft_folder(const struct draft *draft)
{
    return draft->is_there ? draft->now.folder : draft->before->folder;
}

/* Drafts what was found at a path. */
int step_draft_file(struct step *s, const struct scanned *file);

/* The draft of an episode; one that stays as it is gets one that says the same. NULL: no memory. */
struct draft *step_draft(struct step *s, uint32_t number);

/* Drafts the episodes that come to be private, or to be so no more, since a folder has another
 * mode.
 */
int step_follow_access(struct step *s);

/* The episodes of the drafts; then, in this order, their lists. */
int step_make_episodes(struct step *s);
int step_list_paths(struct step *s);
int step_name_entries(struct step *s);
int step_list_dates(struct step *s);

/* `files` are in the order of their paths, each path once. */
int step_make_strays(struct step *s, const struct scanned *files, size_t count);

/* --- build_folders.c: likewise -------------------------------------------------------------------
 */

/* Finds out which folders there will be, and drafts the episodes whose names change by that. */
int step_name_episodes(struct step *s);

/* The folders, when all episodes are made. */
int step_make_folders(struct step *s);

#endif
