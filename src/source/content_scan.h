/*
 * Scanning the content folder: it finds the files that are new, changed or gone since the last
 * corpus was built, and reads the front matter of each. A scan keeps no state for the next one; the
 * corpus built from it is the state.
 */
#ifndef SOURCE_CONTENT_SCAN_H
#define SOURCE_CONTENT_SCAN_H

#include "base/parallel.h"
#include "corpus/builder.h"
#include "source/content.h"

struct content_scan_progress {
    void (*step)(void *context, size_t done, size_t all);
    void *context;
};

/* What to scan: a file, or a folder and everything below it. */
struct target {
    struct slice path; /* below the content folder; "" is that itself */
    bool is_written;   /* read it even if its times and size are the same: a clock can be coarse */
};

/* The result of a scan. */
struct content_scan {
    /* Files that are new, changed or gone, and folders that are new or have another owner or mode;
     * the input of corpus_next(). */
    struct scanned *changes;
    size_t count, cap;
    struct slice *unread; /* paths that could not be read, and are to be tried again */
    size_t unread_count, unread_cap;
    struct arena found;                        /* of paths and of the problems found on the way */
    struct arena arenas[PARALLEL_MAX_THREADS]; /* of what was read; one a worker */
};

/*
 * Scans the targets, and reads on `threads` threads each file that differs from `old` (NULL: every
 * file). A file that cannot be read becomes an episode with a problem. 0 or a negative errno; the
 * caller frees the scan either way.
 *
 * `enter_folder` is called for each folder before it is listed. A callback against the direction:
 * the updater watches the folder, and it has to do so before the listing, or a file that appears
 * in between would be missed. transcriptfs-dump scans without watching.
 */
struct content_scan_options {
    unsigned threads;
    const struct content_scan_progress *progress;           /* NULL: nobody wants to know */
    void (*enter_folder)(void *context, struct slice path); /* NULL */
    void *context;
};
int content_scan(const struct content_folder *folder, const struct target *targets, size_t count,
                 const struct corpus *old, const struct content_scan_options *options,
                 struct content_scan *scan);
void content_scan_free(struct content_scan *scan);

/* Scans everything by the configuration in force, and builds the first corpus of it. 0 or a
 * negative errno. */
int content_scan_first(const struct content_folder *folder, struct builder *builder,
                       const struct content_scan_progress *progress, struct corpus **corpus);

/* Adds the mistakes of the configuration to the scan; without diags it has none any more. 0 or
 * -ENOMEM. */
int content_scan_add_config(struct content_scan *scan, const struct content_folder *folder,
                            const struct diags *diags);

#endif
