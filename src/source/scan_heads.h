/*
 * Reads the heads of the files that a scan found: title, date and values.
 */
#ifndef SOURCE_SCAN_HEADS_H
#define SOURCE_SCAN_HEADS_H

#include "source/scan_result.h"

/* Reads the heads of all files among the changes, on the threads of `options`. 0, -ENOMEM or an
 * error that passes. */
int scan_read_heads(const struct content_folder *folder, const struct content_scan_options *options,
                    struct content_scan *scan);

/* Whether the file at `path` has words besides its head; `old` knows if the file is unchanged. 0 or
 * an error that passes. */
int head_find_words(const struct content_folder *folder, const struct corpus *old,
                    struct slice path, const struct file_id *id, bool *has_words);

#endif
