/*
 * The content folder: opening what is in it, its configuration, and reading a file when somebody
 * asks. What there is in it content_scan.h finds.
 *
 * The folder is opened once, and nothing is ever opened but below it: no symbolic link is
 * followed, nothing but regular files is read, and no open waits (a FIFO would). A file is
 * read with pread and its identity is compared before and after, so that what is served is
 * of one version.
 */
#ifndef SOURCE_CONTENT_H
#define SOURCE_CONTENT_H

#include <sys/stat.h>

#include "corpus/corpus.h"
#include "index/cache.h"
#include "transcript/config.h"

#define CONTENT_CONFIG ".transcriptfs.yaml"

struct content_folder {
    int fd;
    const struct limits *limits; /* of what is read in it; borrowed */
    struct config config;
    struct arena arena;       /* of the configuration */
    struct slice config_text; /* what its file says */
    struct file_id taken_id;  /* … as which file; all 0: there was none */
    struct file_id config_id; /* of its file, as it was looked at last, whatever it said */
    bool is_configured;
    struct quarantine *quarantine; /* borrowed; NULL: none are known */
    /* Told by readers of a file that is not the one that was looked at; NULL: nobody is. */
    void (*changed)(void *context, struct slice path, bool is_written);
    void *context;
};

/* Opens the folder at `path`. `limits` are borrowed. 0 or a negative errno. To be closed whatever
 * comes back. */
int content_open(const char *path, const struct limits *limits, struct content_folder *folder);
void content_close(struct content_folder *folder);

/* Opens a folder below it, "" for itself, to be listed or watched. A descriptor or a negative
 * errno.
 */
int content_open_folder(const struct content_folder *folder, const char *path);

/* Opens a regular file below it and says which it is. A descriptor or a negative errno. */
int content_open_file(const struct content_folder *folder, const char *path, struct file_id *id);
struct file_id content_id_of(const struct stat *st);

/* Appends up to `len` bytes from `offset`; fewer where the file ends. 0 or a negative errno. */
int content_read_range(int fd, uint64_t offset, uint64_t len, struct buf *out);

/*
 * Reads the configuration file where there is one; where there is none, the defaults hold. 0; 1
 * where the file is as it was when this was called last; -EINVAL after mistakes, told in `diags`;
 * another negative errno when it cannot be read. After an error what held before still holds.
 */
int content_configure(struct content_folder *folder, struct diags *diags);

/* Takes a configuration that held before, whatever the file says by now: content_configure() looks
 * next whether it is the same. 0 or a negative errno. */
int content_take_configuration(struct content_folder *folder,
                               const struct configuration *configuration);

/* The configuration that holds, for the builder. */
struct configuration content_configuration(const struct content_folder *folder);

/* How the cache reads: struct content, with the folder as its context. */
struct content content_reader(struct content_folder *folder);

#endif
