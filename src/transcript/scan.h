/*
 * What the beginning of a content file says about it, for the corpus. No more of a file is read
 * than that takes, and whoever calls this reads it.
 */
#ifndef TRANSCRIPT_SCAN_H
#define TRANSCRIPT_SCAN_H

#include "transcript/config.h"
#include "transcript/head.h"
#include "transcript/sidecar.h"

/*
 * Reads the first bytes of a file, perhaps all of it; what they do not say of it, what stands
 * `beside` it may, to which its front matter is added, and its path.
 * Texts and facts live in `arena`, problems go to `diags`. `head` and `facts` are zeroed before.
 *
 * 0; -EAGAIN when the front matter does not end in these bytes (call again with more); -ENOMEM.
 */
int scan_head(struct arena *arena, struct slice path, struct slice bytes, bool is_all,
              const struct config *config, const struct limits *limits, struct sidecars *beside,
              struct diags *diags, struct head *head, struct fact **facts);

#endif
