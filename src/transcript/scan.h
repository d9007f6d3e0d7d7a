/*
 * Scans the beginning of a content file for the corpus. The caller reads the file, and no more of
 * it than this needs.
 */
#ifndef TRANSCRIPT_SCAN_H
#define TRANSCRIPT_SCAN_H

#include "metadata/config.h"
#include "metadata/head.h"
#include "metadata/sidecar.h"

/*
 * Scans the first bytes of a file, or all of it. The sidecars `beside` it, to which its front
 * matter is added, and its path give what these bytes lack. `arena` owns texts and facts; problems
 * go to `diags`. The caller zeroes `head` and `facts`.
 *
 * 0; -EAGAIN when the front matter does not end in these bytes (call again with more); -ENOMEM.
 */
int scan_head(struct arena *arena, struct slice path, struct slice bytes, bool is_all,
              const struct config *config, const struct limits *limits, struct sidecars *beside,
              struct diags *diags, struct head *head, struct fact **facts);

#endif
