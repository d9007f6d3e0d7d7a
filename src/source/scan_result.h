/*
 * The input and the result of a scan: the types of content_scan.h and its helpers.
 */
#ifndef SOURCE_SCAN_RESULT_H
#define SOURCE_SCAN_RESULT_H

#include <errno.h>

#include "base/array.h"
#include "base/parallel.h"
#include "corpus/builder.h"
#include "cues/source_form.h"
#include "source/content.h"

struct content_scan_progress {
    void (*step)(void *context, size_t done, size_t all);
    void *context;
    void (*leave_out)(struct slice path); /* a track that is no transcript; or NULL */
};

/* What to scan: a file, or a folder and everything below it. */
struct target {
    struct slice path; /* below the content folder, "" for itself */
    bool is_written;   /* read it even if its times and size are the same: a clock can be coarse */
};

/* The result of a scan. */
struct content_scan {
    /* Files that are new, changed or gone, and folders that are new or have another owner or mode;
     * the input of corpus_next(). */
    struct scanned *changes;
    size_t count, cap;
    int unlisted;         /* the error of listing the content folder itself, or 0 */
    struct slice *unread; /* unreadable paths, for another try */
    size_t unread_count, unread_cap;
    struct arena found;                        /* of paths and of the problems found on the way */
    struct arena arenas[PARALLEL_MAX_THREADS]; /* of what is kept of it; one a worker */
};

/*
 * The scan calls `enter_folder` before it lists a folder. A callback against the direction: the
 * updater starts to watch the folder, which after the listing would miss a file that appears in
 * between. transcriptfs-dump scans without watching.
 */
struct content_scan_options {
    unsigned threads;
    const struct builder *builder;                          /* of the last corpus, or NULL */
    const struct content_scan_progress *progress;           /* or NULL */
    void (*enter_folder)(void *context, struct slice path); /* or NULL */
    void *context;
};

/* Only the content of JSON shows whether it is a transcript, so an unreadable one is no problem. */
static inline bool scan_may_be_other(struct slice path)
{
    return source_form_of(path) == SOURCE_JSON;
}

/* Notes a path for another try. 0 or -ENOMEM. */
static inline int scan_note_unread(struct content_scan *scan, struct slice path)
{
    if (!array_reserve(&scan->unread, scan->unread_count, &scan->unread_cap, sizeof *scan->unread))
        return -ENOMEM;
    scan->unread[scan->unread_count++] = path;
    return 0;
}

#endif
