/*
 * README.md in the root: what is here, counted, and commands that work on this very mount.
 */
#ifndef RENDER_README_H
#define RENDER_README_H

#include "base/buf.h"
#include "corpus/corpus.h"

/* `formats` are those that are chosen (format.h); `has_voices`: there is a by-voice. */
void readme_render(const struct corpus *corpus, uint64_t formats, bool has_voices, struct buf *out);

#endif
