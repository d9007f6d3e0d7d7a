/*
 * Resuming: builds the generations of the previous worker from its journal.
 */
#ifndef CORPUS_RESUME_H
#define CORPUS_RESUME_H

#include "corpus/builder.h"
#include "corpus/corpus.h"

/* Consecutive generations. */
enum { CORPORA_MOST = 64 };
struct corpora {
    struct corpus *at[CORPORA_MOST];
    size_t count;
};

/*
 * Builds the last generation that clients were notified of, and in `seen` the later ones, which
 * they may have seen. `builder` is new and not configured. The caller owns the corpora. 0; -ESTALE
 * if records are missing; -ENOMEM.
 */
int corpus_resume(struct builder *builder, struct corpus **notified, struct corpora *seen);

#endif
