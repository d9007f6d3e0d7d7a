/*
 * README.md in the root: what the mount contains, with counts, and commands that work on it.
 */
#ifndef RENDER_README_H
#define RENDER_README_H

#include "base/buf.h"
#include "corpus/corpus.h"

/* `formats`: those that the mount shows (format_is_chosen()); `has_voices`: it has a by-voice. */
void readme_render(const struct corpus *corpus, uint64_t formats, bool has_voices, struct buf *out);

#endif
