/*
 * Scanning the content folder: it finds the files that are new, changed or gone since the last
 * corpus was built, and reads the front matter of each. A scan keeps no state for the next one; the
 * corpus built from it is the state.
 */
#ifndef SOURCE_CONTENT_SCAN_H
#define SOURCE_CONTENT_SCAN_H

#include "source/scan_result.h"

/*
 * Scans the targets, and reads on `threads` threads each file that differs from `old` (NULL: every
 * file). A file that cannot be read becomes an episode with a problem. 0 or a negative errno; the
 * caller frees the scan either way.
 */
int content_scan(const struct content_folder *folder, const struct target *targets, size_t count,
                 const struct corpus *old, const struct content_scan_options *options,
                 struct content_scan *scan);
void content_scan_free(struct content_scan *scan);

/* Scans everything by the configuration in force, and builds the first corpus. 0 or a negative
 * errno. */
int content_scan_first(const struct content_folder *folder, struct builder *builder,
                       const struct content_scan_progress *progress, struct corpus **corpus);

/* Adds the mistakes of the configuration to the scan; if `diags` is empty, removes the old ones. 0
 * or -ENOMEM. */
int content_scan_add_config(struct content_scan *scan, const struct content_folder *folder,
                            const struct diags *diags);

#endif
