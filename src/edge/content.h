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

struct content_folder {
    int fd;
    struct config config;
    struct arena arena; /* of the configuration */
};

/* Opens the folder at `path`. 0 or a negative errno. To be closed whatever comes back. */
int content_open(const char *path, struct content_folder *folder);
void content_close(struct content_folder *folder);

/*
 * Reads `.transcriptfs.yaml` where there is one. 0; -EINVAL after mistakes, told in `diags`, whose
 * arena is the folder's; another negative errno when it cannot be read.
 */
int content_configure(struct content_folder *folder, struct diags *diags);

struct content_progress {
    void (*step)(void *context, size_t done, size_t all);
    void *context;
};

/*
 * Finds and reads all transcripts, on `threads` threads, and builds their corpus. A file that
 * cannot be read is an episode all the same, with its problem. 0 or a negative errno.
 */
int content_scan(const struct content_folder *folder, unsigned threads,
                 const struct content_progress *progress, const struct corpus_options *options,
                 struct corpus **corpus);

/* How the model reads: struct content, with the folder as its context. */
struct content content_reader(struct content_folder *folder);

#endif
