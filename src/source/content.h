/*
 * The content folder: it opens the folder and the files in it, reads the configuration, and reads
 * an episode's file for the cache. content_scan.h finds out which files exist.
 *
 * content_open() opens the folder once; every other open is relative to its descriptor and cannot
 * leave it. It follows no symbolic link, reads regular files only, and never blocks in open() (a
 * FIFO would). It reads a file with pread() and compares its identity before and after, so the
 * bytes are of one version.
 */
#ifndef SOURCE_CONTENT_H
#define SOURCE_CONTENT_H

#include <sys/stat.h>

#include "corpus/corpus.h"
#include "index/cache.h"
#include "metadata/config.h"
#include "source/disk.h"
#include "source/following.h"

#define CONTENT_CONFIG ".transcriptfs.yaml"

struct content_folder {
    int fd;
    struct disk *disk;           /* the file systems in it that are hung; owned */
    const struct limits *limits; /* of the parsers; borrowed */
    uint32_t forms;              /* of -o inputs; replaces that of `config` */
    struct config config;        /* in force */
    struct arena arena;          /* of the configuration */
    struct slice config_text;    /* the source of `config` */
    struct file_id taken_id;     /* the file of `config_text`; all 0: there was none */
    struct file_id config_id;    /* the configuration file at the last read, valid or not */
    bool is_configured;
    struct following following; /* how the updater finds its changes */
    const dev_t *own_device;    /* of the mount, which somebody may move into the folder; borrowed;
                                   NULL, or 0: unknown */
    struct quarantine *quarantine; /* borrowed; NULL: no file is suspect */
    /* Any thread calls this, unless it is NULL, when a file is not the one that was scanned. A
     * callback against the direction: the updater sets it, and this header does not know updater.h.
     */
    void (*changed)(void *context, struct slice path, bool is_written);
    void *context;
};

/* Opens the folder at `path`. Borrows `limits`. 0 or a negative errno; the caller closes the folder
 * either way. */
int content_open(const char *path, const struct limits *limits, struct content_folder *folder);
void content_close(struct content_folder *folder);

/* Opens a folder below it, "" for itself, for watching. A descriptor, which the caller closes, or a
 * negative errno. Blocks on a file system that is hung; the functions below return -ETIMEDOUT
 * instead (disk.h). */
int content_open_folder(const struct content_folder *folder, const char *path);

/* Lists a folder below it, "" for itself; `with_stats`: with the stat of each possible transcript.
 * 0; -EXDEV if it is the mount itself; another negative errno. The caller frees the list either
 * way. */
int content_list(const struct content_folder *folder, const char *path, bool with_stats,
                 struct disk_act *list);

/* Like fstatat() of a path below it, but follows no link, not even a link that replaced a folder on
 * the path: -ENOTDIR. 0 or a negative errno. */
int content_stat(const struct content_folder *folder, const char *path, struct stat *st);
/* The same of a folder, which it also opens for reading. */
int content_stat_folder(const struct content_folder *folder, const char *path, struct stat *st);
struct file_id content_id_of(const struct stat *st);

enum { CONTENT_FIRST_READ = 16 * 1024 /* holds the front matter of nearly every file */ };

/* A regular file below it, for reading in steps. */
struct content_file {
    const struct content_folder *folder; /* borrowed */
    const char *path;                    /* borrowed */
    struct file_id id;                   /* when it was opened */
    int fd;           /* < 0: the file is on another file system, and each read opens it */
    struct buf first; /* … but the first read, of CONTENT_FIRST_READ bytes */
};

/* Opens a file. 0 or a negative errno; the caller closes it either way. */
int content_open_file(const struct content_folder *folder, const char *path,
                      struct content_file *file);
/* Appends up to `len` bytes from `offset`; fewer at the end of the file. 0 or a negative errno. */
int content_read(struct content_file *file, uint64_t offset, uint64_t len, struct buf *out);
void content_close_file(const struct content_file *file);

/*
 * Reads the configuration file; the defaults apply if there is none. 0; 1 if its text has not
 * changed since the last call; -EINVAL if it has mistakes, which `diags` lists; another negative
 * errno if it cannot be read. After an error the previous configuration stays in force.
 */
int content_configure(struct content_folder *folder, struct diags *diags);

/* Puts the configuration of the previous worker in force, without reading the file; the next
 * content_configure() compares it with the file. 0 or a negative errno. */
int content_take_configuration(struct content_folder *folder,
                               const struct configuration *configuration);

/* The configuration in force, for the builder. */
struct configuration content_configuration(const struct content_folder *folder);

/* The callbacks of the cache for reading this folder, which has to outlive the cache. */
struct content content_reader(const struct content_folder *folder);

#endif
