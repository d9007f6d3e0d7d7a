/*
 * The content folder: finding the files in it, reading what they say about themselves, and
 * reading them again when somebody asks.
 *
 * The folder is opened once, and nothing is ever opened but below it: no symbolic link is
 * followed, nothing but regular files is read, and no open waits (a FIFO would). A file is
 * read with pread and its identity is compared before and after, so that what is served is
 * of one version.
 */
#ifndef EDGE_CONTENT_H
#define EDGE_CONTENT_H

#include "model/cache.h"
#include "model/corpus.h"

enum { CONTENT_MAX_FILE = 64 * 1024 * 1024 }; /* larger files are served as source.md alone */

#define CONTENT_CONFIG ".transcriptfs.yaml"

struct content_folder {
    int fd;
    struct config config;
    struct arena arena;       /* of the configuration */
    struct file_id config_id; /* of its file, as it was looked at last; all 0: there was none */
    bool is_configured;
    /* Told by readers of a file that is not the one that was looked at; NULL: nobody is. */
    void (*changed)(void *context, struct slice path, bool is_written);
    void *context;
};

/* Opens the folder at `path`. 0 or a negative errno. To be closed whatever comes back. */
int content_open(const char *path, struct content_folder *folder);
void content_close(struct content_folder *folder);

/* Opens a folder below it, "" for itself, to be listed or watched. A descriptor or a negative
 * errno.
 */
int content_open_folder(const struct content_folder *folder, const char *path);

/*
 * Reads the configuration file where there is one; where there is none, the defaults hold. 0; 1
 * where the file is as it was when this was called last; -EINVAL after mistakes, told in `diags`;
 * another negative errno when it cannot be read. After an error what held before still holds.
 */
int content_configure(struct content_folder *folder, struct diags *diags);

/* What the date view is called; empty: there is none. */
struct slice content_date_view(const struct content_folder *folder);

struct content_progress {
    void (*step)(void *context, size_t done, size_t all);
    void *context;
};

/* Where to look: at a file, or at a folder and all below it. */
struct target {
    struct slice path; /* below the content folder; "" is that itself */
    bool is_written; /* it is another content, whatever its state says: a clock can be too coarse */
};

/* What was found there. */
struct look {
    struct scanned *changes; /* files that are new, other or gone; for corpus_next() */
    size_t count, cap;
    struct arena found;      /* of paths and of the problems found on the way */
    struct arena arenas[64]; /* of what was read; one a worker */
};

/*
 * Looks at the targets, and reads on `threads` threads what is not as `known` has it (NULL: nothing
 * is known). A file that cannot be read is an episode all the same, with its problem. Calls
 * `folder`, unless it is NULL, for each folder before it is listed. 0 or a negative errno; the look
 * is to be freed either way.
 */
struct look_options {
    unsigned threads;
    const struct content_progress *progress;                /* NULL: nobody wants to know */
    void (*enter_folder)(void *context, struct slice path); /* NULL */
    void *context;
};
int content_look(const struct content_folder *folder, const struct target *targets, size_t count,
                 const struct corpus *known, const struct look_options *options, struct look *look);
void look_free(struct look *look);

/* Adds to a look what is wrong with the configuration; no diags: nothing is. 0 or -ENOMEM. */
int look_add_config(struct look *look, const struct diags *diags);

/* How the model reads: struct content, with the folder as its context. */
struct content content_reader(struct content_folder *folder);

#endif
