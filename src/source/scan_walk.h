/*
 * The state of a scan on its walk through the content folder: the files and folders that it saw,
 * and the differences from the last corpus. Functions that return int return 0 or -ENOMEM.
 */
#ifndef SOURCE_SCAN_WALK_H
#define SOURCE_SCAN_WALK_H

#include <sys/stat.h>

#include "source/scan_result.h"
#include "source/stems.h"

/* The files of a folder, by stems. */
struct listing {
    struct slice folder;
    struct stems stems;
};

struct scan_walk {
    const struct content_folder *folder;
    const struct corpus *old; /* the last corpus, or NULL */
    const struct content_scan_options *options;
    struct content_scan *scan;
    struct slice *folders; /* to list */
    size_t folder_count, folder_cap;
    bool *is_seen; /* by number of the episode: the scan saw its file */
    const struct target *target;
    struct listing *listings; /* of folders in which a target is a file */
    size_t listing_count, listing_cap;
    struct map added;  /* the episodes added with their companions, by path */
    struct map listed; /* the folders that exist, by path */
};

/* Whether the configuration takes a path for a transcript, by its name. */
bool walk_takes(const struct scan_walk *w, struct slice path);

/* The stray at a path in the last corpus, or NULL. */
const struct stray *walk_old_stray(const struct scan_walk *w, struct slice path);

/* Reports a file that the user may miss in the mount, because it is no readable transcript; and a
 * problem of such a path, with the action that follows. */
int walk_add_stray(struct scan_walk *w, struct slice path, const char *problem);
int walk_add_problem(struct scan_walk *w, struct slice path, const char *problem,
                     const char *action);

/* Reports a known path as gone. */
int walk_add_gone(struct scan_walk *w, struct slice path);

/* Compares companions by their files, which determine the rest. */
bool companions_equal(const struct companions *old, const struct companions *now);

/* Adds a transcript for reading, unless it is the same as in the last corpus. */
int walk_add_transcript(struct scan_walk *w, struct slice path, const struct file_id *id,
                        const struct companions *companions);

/* Reports the owner, mode and times of a folder, if they changed. */
int walk_add_access(struct scan_walk *w, struct slice path, const struct stat *st);

/* Reports a folder that is gone; it has no times. */
int walk_add_folder_gone(struct scan_walk *w, struct slice path, const struct access *access);

/* As walk_add_access(), for the folders above a path that had no episode yet, since the scan of a
 * single target does not list them. */
int walk_add_accesses_above(struct scan_walk *w, struct slice path);

/* As walk_add_access(), for the folder in which a name came, went or changed. */
int walk_add_access_of_parent(struct scan_walk *w, struct slice path);

/* Notes that a folder exists. */
int walk_note_folder(struct scan_walk *w, struct slice path);

/* Adds a folder to those to list. */
int walk_add_folder(struct scan_walk *w, struct slice path);

/* Keeps the known files in a folder that cannot be listed now for this `error`, or also all `below`
 * it, and notes it for another try. */
int walk_keep_known(struct scan_walk *w, struct slice folder, bool below, int error);

/* Reports a path that cannot be examined. */
int walk_add_unseen(struct scan_walk *w, struct slice path, int error);

/* Scans one path; `name` is its last part. */
int walk_add_path(struct scan_walk *w, struct slice path, const char *name, const struct stat *st);

#endif
