/*
 * Acts on the disk, below a folder and nowhere else: an act follows no link, and no part of its
 * path leads up.
 *
 * The calling thread acts on the file system of the folder itself. A file system that is mounted in
 * the folder may wait for a dead server, and blocks every thread that uses it, even a killed one.
 * There a thread of its own performs each act, and the caller gives the act up if a step of it
 * takes longer than DISK_PATIENCE. The file system then counts as hung, and further acts on it fail
 * at once until the step returns. Before Linux 5.6 a kernel does not tell where a file system
 * begins.
 */
#ifndef SOURCE_DISK_H
#define SOURCE_DISK_H

#include <fcntl.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"

enum {
    DISK_PATIENCE = 5, /* seconds */
    DISK_OPEN = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC,
    DISK_OPEN_FOLDER = DISK_OPEN | O_DIRECTORY,
    DISK_STAT = O_PATH | O_NOFOLLOW | O_CLOEXEC
};

struct disk; /* the file systems in a folder that are hung */

/* Borrows the folder. NULL if memory runs out. */
struct disk *disk_new(int folder);
/* Threads that still wait keep what they need of it. `disk` may be NULL. */
void disk_free(struct disk *disk);

/* Sets a callback, or NULL. Any thread calls `tell` when a file system begins or ceases to be hung,
 * with its path below the folder; at once for those that are hung now. `tell` must not use the
 * disk. */
void disk_tell(struct disk *disk, void (*tell)(void *context, struct slice path, bool is_hung),
               void *context);

/* Opens a path on the folder's own file system. A descriptor; -EXDEV if another file system is
 * mounted on the path; another negative errno, -ELOOP for a link or "..". */
int disk_open_here(int folder, const char *path, int flags);

/* The same on any file system; blocks if that is hung. */
int disk_open(int folder, const char *path, int flags);

/* A name in a folder. */
struct disk_name {
    const char *name;
    unsigned char type;    /* DT_REG and so on */
    int error;             /* of its stat */
    const struct stat *st; /* NULL: it failed, or the act did not ask for it */
};

struct disk_act {
    const char *path;
    int flags;               /* of open() */
    bool reads;              /* a range of a regular file */
    uint64_t offset, len;    /* the range */
    bool lists;              /* the names in a folder */
    bool with_stats;         /* … and the stat of each file that may be a transcript */
    dev_t not_on;            /* does not list a folder on this device: -EXDEV; 0: none */
    struct stat st, after;   /* out: before and after the read */
    struct buf bytes;        /* out */
    struct disk_name *names; /* out, without "." and ".." */
    size_t count, cap;
    struct arena arena; /* out: of the names */

    /* While a thread of its own performs it. */
    time_t stepped; /* the time of its last step: seconds of CLOCK_MONOTONIC */
    bool is_given_up;
};

/* Appends up to `len` bytes of a file from `offset`; fewer where it ends, or where `act`, which may
 * be NULL, is given up. 0 or a negative errno. */
int disk_read(int fd, uint64_t offset, uint64_t len, struct buf *out, struct disk_act *act);

/* Performs an act. 0; -ETIMEDOUT if the file system is hung; -EACCES if `path` is no regular file
 * to read; another negative errno. The caller frees the act either way. */
int disk_do(struct disk *disk, struct disk_act *act);
void disk_act_free(struct disk_act *act);

#endif
