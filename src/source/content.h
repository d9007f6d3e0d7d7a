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
    struct disk *disk;           /* what is hung in it */
    const struct limits *limits; /* of what is read in it; borrowed */
    uint32_t forms;              /* as in struct config, whatever the configuration file says */
    struct config config;        /* in force */
    struct arena arena;          /* of the configuration */
    struct slice config_text;    /* the bytes it was read from */
    struct file_id taken_id;     /* … and their file; all 0: there was none */
    struct file_id config_id;    /* of the configuration file when it was last read, valid or not */
    bool is_configured;
    struct following following; /* how its changes are followed */
    const dev_t *own_device;    /* of the mount, which somebody may move into the folder; borrowed;
                                   NULL, or 0: it is not known */
    struct quarantine *quarantine; /* borrowed; NULL: no file is suspect */
    /* A reader calls this when a file is not the one that was scanned; NULL: nobody wants to know.
     * A callback against the direction: the updater (updater.h) sets it, and it knows this header,
     * not the other way round. Any thread. */
    void (*changed)(void *context, struct slice path, bool is_written);
    void *context;
};

/* Opens the folder at `path`. Borrows `limits`. 0 or a negative errno; the caller closes it either
 * way. */
int content_open(const char *path, const struct limits *limits, struct content_folder *folder);
void content_close(struct content_folder *folder);

/* Opens a folder below it, "" for itself, for watching. A descriptor, which the caller closes, or a
 * negative errno. On a file system that is hung it waits; the others below do not (disk.h), and
 * their result is -ETIMEDOUT. */
int content_open_folder(const struct content_folder *folder, const char *path);

/* Lists a folder below it, "" for itself; `with_stats` of what may be a transcript. 0; -EXDEV if it
 * is the mount itself; another negative errno. The caller frees the list either way. */
int content_list(const struct content_folder *folder, const char *path, bool with_stats,
                 struct disk_act *list);

/* As fstatat() of a path below it, without following a link anywhere on the way: there another
 * folder may have come meanwhile, and -ENOTDIR is the result. 0 or a negative errno. */
int content_stat(const struct content_folder *folder, const char *path, struct stat *st);
/* The same of a folder that can be listed. */
int content_stat_folder(const struct content_folder *folder, const char *path, struct stat *st);
struct file_id content_id_of(const struct stat *st);

enum { CONTENT_FIRST_READ = 16 * 1024 /* holds the front matter of nearly every file */ };

/* A regular file below it, to be read bit by bit. */
struct content_file {
    const struct content_folder *folder; /* borrowed */
    const char *path;                    /* borrowed */
    struct file_id id;                   /* when it was opened */
    int fd;           /* < 0: it is on another file system, and opened for each read */
    struct buf first; /* … but for the first one */
};

/* Opens a file. 0 or a negative errno; the caller closes it either way. */
int content_open_file(const struct content_folder *folder, const char *path,
                      struct content_file *file);
/* Appends up to `len` bytes from `offset`; fewer where the file ends. 0 or a negative errno. */
int content_read(struct content_file *file, uint64_t offset, uint64_t len, struct buf *out);
void content_close_file(const struct content_file *file);

/*
 * Reads the configuration file; the defaults apply if there is none. 0; 1 if the file has not
 * changed since the last call; -EINVAL if it has mistakes, which `diags` lists; another negative
 * errno if it cannot be read. After an error the previous configuration stays in force.
 */
int content_configure(struct content_folder *folder, struct diags *diags);

/* Puts the configuration of a previous worker in force, whatever the file says by now; the next
 * content_configure() compares it with the file. 0 or a negative errno. */
int content_take_configuration(struct content_folder *folder,
                               const struct configuration *configuration);

/* The configuration in force, for the builder. */
struct configuration content_configuration(const struct content_folder *folder);

/* The callback for the cache: reads this folder, which has to outlive the cache. */
struct content content_reader(const struct content_folder *folder);

#endif
