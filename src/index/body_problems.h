/*
 * The problems in the bodies of the episodes, as each was last parsed. The cache notes them, since
 * it drops bodies, and calls these functions with its lock held.
 */
#ifndef INDEX_BODY_PROBLEMS_H
#define INDEX_BODY_PROBLEMS_H

#include "corpus/corpus.h"

struct body_note;

struct body_problems {
    struct body_note *notes; /* by number of the episode */
    size_t cap;
};

/* Copies the problems of a body, the list `first`. If memory runs out the note is lost, and no
 * reader fails. */
void body_problems_note(struct body_problems *all, uint32_t number, uint32_t version,
                        const struct diag *first);

/* Those of the bodies that the corpus shows. */
uint32_t body_problems_count(const struct body_problems *all, const struct corpus *corpus);

/* `arena` owns the copies. 0 or -ENOMEM. */
int body_problems_copy(const struct body_problems *all, const struct corpus *corpus,
                       struct arena *arena, struct problems *problems);

void body_problems_free(struct body_problems *all);

#endif
