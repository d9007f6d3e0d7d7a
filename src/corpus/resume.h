/*
 * Building what another builder had built, from its journal.
 */
#ifndef CORPUS_RESUME_H
#define CORPUS_RESUME_H

#include "corpus/builder.h"
#include "corpus/corpus.h"

/* Some generations, each of which follows the one before. */
enum { CORPORA_MOST = 64 };
struct corpora {
    struct corpus *at[CORPORA_MOST];
    size_t count;
};

/*
 * Makes of the journal's records what another builder had made when it died: `told`, of which
 * clients were told, and as `seen` those that follow it, which they may have seen. By a new
 * builder, instead of configuring it and building the first generation; history_configuration()
 * says by what files were read. 0; -ESTALE where that cannot be, since something is missing;
 * -ENOMEM.
 */
int corpus_resume(struct builder *builder, struct corpus **notified, struct corpora *seen);

#endif
