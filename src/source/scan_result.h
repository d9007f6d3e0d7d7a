/*
 * What a scan is asked, and what it finds: the types of content_scan.h and of those that work for
 * it.
 */
#ifndef SOURCE_SCAN_RESULT_H
#define SOURCE_SCAN_RESULT_H

#include <errno.h>

#include "base/array.h"
#include "base/parallel.h"
#include "corpus/builder.h"
#include "source/content.h"
#include "syntax/source_form.h"

struct content_scan_progress {
    void (*step)(void *context, size_t done, size_t all);
    void *context;
    void (*leave_out)(struct slice path); /* a track that is no transcript; NULL */
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
    int unlisted;         /* why the content folder itself could not be listed; 0: it was */
    struct slice *unread; /* paths that could not be read, and are to be tried again */
    size_t unread_count, unread_cap;
    struct arena found;                        /* of paths and of the problems found on the way */
    struct arena arenas[PARALLEL_MAX_THREADS]; /* of what is kept of it; one a worker */
};

/*
 * `enter_folder` is called for each folder before it is listed. A callback against the direction:
 * the updater watches the folder, and it has to do so before the listing, or a file that appears
 * in between would be missed. transcriptfs-dump scans without watching.
 */
struct content_scan_options {
    unsigned threads;
    const struct builder *builder;                /* of the corpus before; NULL: there is none */
    const struct content_scan_progress *progress; /* NULL: nobody wants to know */
    void (*enter_folder)(void *context, struct slice path); /* NULL */
    void *context;
};

/* Only what is in it says whether it is a transcript: nobody misses one that cannot be read. */
static inline bool scan_may_be_other(struct slice path)
{
    return source_form_of(path) == SOURCE_JSON;
}

/* Notes a path that is to be tried again. 0 or -ENOMEM. */
static inline int scan_note_unread(struct content_scan *scan, struct slice path)
{
    if (!array_reserve(&scan->unread, scan->unread_count, &scan->unread_cap, sizeof *scan->unread))
        return -ENOMEM;
    scan->unread[scan->unread_count++] = path;
    return 0;
}

#endif
