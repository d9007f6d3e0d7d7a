/*
 * README.md of search/: what a query is, with examples that find something here.
 */
#ifndef RENDER_SEARCH_README_H
#define RENDER_SEARCH_README_H

#include "base/buf.h"
#include "corpus/corpus.h"

/* It reads no body. */
void search_readme_render(const struct corpus *corpus, struct buf *out);

#endif
