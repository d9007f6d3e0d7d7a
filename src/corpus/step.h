/*
 * The step from one generation of the corpus to the next: its state while corpus_next() runs.
 */
#ifndef CORPUS_STEP_H
#define CORPUS_STEP_H

#include "corpus/builder.h"
#include "corpus/corpus.h"

/* An episode that is new, changed or gone. */
struct episode_change {
    uint32_t number;
    const struct episode *before; /* NULL: it is new */
    bool is_there;                /* the next generation has it, as `now` */
    struct episode now;           /* borrows its texts and problems; step_make_episode() copies */
    bool has_new_facet_refs;
    uint32_t next; /* in the same folder; NO_INDEX */
};

/* A folder in which something changed. */
struct folder_change {
    bool is_touched;
    bool has_new_names; /* its children are others */
    bool is_there;
    struct stamps stamps;       /* its own */
    uint32_t episodes, folders; /* their numbers in the next generation */
    uint32_t episode_changes;   /* the first change in it; NO_INDEX */
    uint32_t new_folders,
        next_new_folder; /* the first new folder in it; the next new one beside it */
};

/* The step from one generation to the next. */
struct step {
    struct builder *builder;
    const struct corpus *old; /* never NULL: empty before the first */
    struct corpus *next;
    struct txn txn;
    struct arena scratch;
    struct episode_change *episode_changes;
    size_t episode_change_count, episode_change_cap;
    uint32_t *change_of;                  /* by number of the episode; NO_INDEX */
    bool *changed;                        /* by number of the episode */
    struct folder_change *folder_changes; /* by number of the folder */
    bool *folder_gone;                    /* by number of the folder */
    uint32_t *touched;                    /* folders, the deepest first */
    uint32_t touched_count;
    uint32_t *list; /* scratch: numbers of episodes or folders */
};

void step_sort(uint32_t *list, uint32_t count, order_fn *order, const void *context);

/* The next state of a list of episodes: without the changed ones, merged with s->list, which is in
 * order. */
const uint32_t *step_next_list(struct step *s, const uint32_t *old, uint32_t old_count,
                               uint32_t added_count, order_fn *order, uint32_t *count);

#endif
