/*
 * Reading what each file that a scan found says about itself.
 */
#ifndef SOURCE_SCAN_HEADS_H
#define SOURCE_SCAN_HEADS_H

#include "source/scan_result.h"

/* Reads the heads of all files among the changes, on the threads of `options`. 0 or a negative
 * errno: that of a moment, or -ENOMEM. */
int scan_read_heads(const struct content_folder *folder, const struct content_scan_options *options,
                    struct content_scan *scan);

/* Whether the file at `path` has words, and not a head alone; the corpus before knows, where the
 * file is the same. 0, or the error of a moment. */
int head_find_words(const struct content_folder *folder, const struct corpus *old,
                    struct slice path, const struct file_id *id, bool *has_words);

#endif
