/*
 * A scan while it goes through the content folder: the files and folders that it met, and what
 * differs from the corpus before. Unless said otherwise a function returns 0 or -ENOMEM.
 */
#ifndef SOURCE_SCAN_WALK_H
#define SOURCE_SCAN_WALK_H

#include <sys/stat.h>

#include "source/scan_result.h"
#include "source/stems.h"

/* What stands in a folder, by stems. */
struct listing {
    struct slice folder;
    struct stems stems;
};

/* Paths and what was found at them. */
struct scan_walk {
    const struct content_folder *folder;
    const struct corpus *old; /* NULL: nothing */
    const struct content_scan_options *options;
    struct content_scan *scan;
    struct slice *folders; /* still to be listed */
    size_t folder_count, folder_cap;
    bool *is_seen; /* by number of the episode: it is known and still there */
    const struct target *target;
    struct listing *listings; /* of folders in which a target is a file */
    size_t listing_count, listing_cap;
    struct map added;  /* what was added with its companions, by path */
    struct map listed; /* folders that are there, by path */
};

/* Whether the configuration takes a path for a transcript, as far as its name says. */
bool walk_takes(const struct scan_walk *w, struct slice path);

/* What the corpus before says of a path that is no transcript, or NULL. */
const struct stray *walk_old_stray(const struct scan_walk *w, struct slice path);

/* Reports a file that the user may miss in the mount, because it is no readable transcript; and a
 * problem of such a path, with what is done about it. */
int walk_add_stray(struct scan_walk *w, struct slice path, const char *problem);
int walk_add_problem(struct scan_walk *w, struct slice path, const char *problem,
                     const char *action);

/* Reports a path that was known as gone. */
int walk_add_gone(struct scan_walk *w, struct slice path);

/* Whether an episode has these files beside it. What they are to it follows from what they are. */
bool companions_equal(const struct companions *old, const struct companions *now);

/* A transcript: it is read unless it is the same as in the last corpus. */
int walk_add_transcript(struct scan_walk *w, struct slice path, const struct file_id *id,
                        const struct companions *companions);

/* The owner, mode and times of a folder, if they changed. */
int walk_add_access(struct scan_walk *w, struct slice path, const struct stat *st);

/* The same of a folder that is there no more: it has no times. */
int walk_add_folder_gone(struct scan_walk *w, struct slice path, const struct access *access);

/* The same of the folders above it in which there was no episode yet: nobody listed them for it. */
int walk_add_accesses_above(struct scan_walk *w, struct slice path);

/* The same of the folder in which a name came, went or changed. */
int walk_add_access_of_parent(struct scan_walk *w, struct slice path);

/* Notes that a folder is there. */
int walk_note_folder(struct scan_walk *w, struct slice path);

/* A folder, to be listed. */
int walk_add_folder(struct scan_walk *w, struct slice path);

/* A folder whose names cannot be listed just now, for this `error`: what was known in it, or also
 * `below` it, stays, and it is tried again. */
int walk_keep_known(struct scan_walk *w, struct slice folder, bool below, int error);

/* A path that cannot be examined; the scan goes on. */
int walk_add_unseen(struct scan_walk *w, struct slice path, int error);

/* Scans one path; `name` is its last part. */
int walk_add_path(struct scan_walk *w, struct slice path, const char *name, const struct stat *st);

#endif
