/*
 * Acts on the disk, below a folder and nowhere else: none follows a link or leads up.
 *
 * What is on the file system of the folder itself is done at once. A file system that is mounted in
 * it may wait for a server that is gone, and whoever asks it waits too, killed or not. There each
 * act is done by a thread of its own, and given up where a step of it takes longer than
 * DISK_PATIENCE. That file system counts as hung then, and what else is asked of it fails at once,
 * until the step has an end. Before Linux 5.6 nobody knows where a file system begins.
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

struct disk; /* what is hung in a folder */

/* Borrows the folder. NULL without memory. */
struct disk *disk_new(int folder);
/* Leaves it to whoever waits in it still. NULL is none. */
void disk_free(struct disk *disk);

/* Has `tell` called for each file system that is hung, when one is, and when it is so no more: by
 * any thread, with its path below the folder. It does nothing on the disk. NULL: nobody wants to
 * know. */
void disk_tell(struct disk *disk, void (*tell)(void *context, struct slice path, bool is_hung),
               void *context);

/* Opens a path on the folder's own file system. A descriptor, -EXDEV where another is mounted on
 * the way, or another negative errno: -ELOOP where a link, or a way up, is in it. */
int disk_open_here(int folder, const char *path, int flags);

/* The same wherever it is: who opens what is mounted may wait. */
int disk_open(int folder, const char *path, int flags);

/* A name in a folder. */
struct disk_name {
    const char *name;
    unsigned char type;    /* DT_REG and so on */
    int error;             /* of its stat */
    const struct stat *st; /* NULL: none, or it was not asked for */
};

struct disk_act {
    const char *path;
    int flags;               /* what it is opened with */
    bool reads;              /* a range of a regular file */
    uint64_t offset, len;    /* … of these bytes */
    bool lists;              /* the names in a folder */
    bool with_stats;         /* … and the stat of each file that may be a transcript */
    dev_t not_on;            /* it is not listed if it is on this device: -EXDEV; 0: none */
    struct stat st, after;   /* out: of what was opened, and of the file when it was read */
    struct buf bytes;        /* out */
    struct disk_name *names; /* out, without "." and ".." */
    size_t count, cap;
    struct arena arena; /* out: of the names */

    /* While a thread of its own does it. */
    uint32_t steps;
    bool is_given_up;
};

/* Does it. 0, -ETIMEDOUT where the file system is hung, or another negative errno; -EACCES where a
 * file to be read is none. The caller frees the act either way. */
int disk_do(struct disk *disk, struct disk_act *act);
void disk_act_free(struct disk_act *act);

#endif
