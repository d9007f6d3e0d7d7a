/*
 * Looking through the content: which files there are, which are not what they were, and what each
 * says about itself. Nothing is kept from one look to the next but the corpus that came of it.
 */
#ifndef SOURCE_CONTENT_SCAN_H
#define SOURCE_CONTENT_SCAN_H

#include "base/parallel.h"
#include "source/content.h"

struct content_scan_progress {
    void (*step)(void *context, size_t done, size_t all);
    void *context;
};

/* Where to look: at a file, or at a folder and all below it. */
struct target {
    struct slice path; /* below the content folder; "" is that itself */
    bool is_written; /* it is another content, whatever its state says: a clock can be too coarse */
};

/* What was found there. */
struct content_scan {
    /* Files that are new, other or gone, and folders that are new or have another access; for
     * corpus_next(). */
    struct scanned *changes;
    size_t count, cap;
    struct arena found;                        /* of paths and of the problems found on the way */
    struct arena arenas[PARALLEL_MAX_THREADS]; /* of what was read; one a worker */
};

/*
 * Looks at the targets, and reads on `threads` threads what is not as `known` has it (NULL: nothing
 * is known). A file that cannot be read is an episode all the same, with its problem. Calls
 * `enter_folder`, unless it is NULL, for each folder before it is listed. 0 or a negative errno;
 * the look is to be freed either way.
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

/* Adds to a look what is wrong with the configuration; no diags: nothing is. 0 or -ENOMEM. */
int content_scan_add_config(struct content_scan *scan, const struct content_folder *folder,
                            const struct diags *diags);

#endif
