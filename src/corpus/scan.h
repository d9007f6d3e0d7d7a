/*
 * What the beginning of a content file says about it, for the corpus. No more of a file is read
 * than that takes, and whoever calls this reads it.
 */
#ifndef CORPUS_SCAN_H
#define CORPUS_SCAN_H

#include "corpus/episode.h"
#include "transcript/config.h"

/*
 * Reads `head`, the first bytes of a file and perhaps all of it, into `file`, all of which but
 * path, id and problems is filled in. Texts live in `arena`, problems go to `diags`.
 *
 * 0; -EAGAIN when the front matter does not end in `head` (call again with more); -ENOMEM.
 */
int scan_head(struct arena *arena, struct slice head, bool is_all, const struct config *config,
              const struct limits *limits, struct diags *diags, struct scanned *file);

#endif
