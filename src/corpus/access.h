/*
 * Access: owners and modes in the mount. A mount for other users shows each user only what he can
 * read in the content folder: owners and modes follow the source, and a file or folder that gathers
 * from many files omits those that are less readable than the content folder. Access control lists
 * do not count.
 */
#ifndef CORPUS_ACCESS_H
#define CORPUS_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

/* The owner and mode of a content file or folder. */
struct access {
    uint32_t uid;
    uint32_t gid;
    uint32_t mode; /* the read and search bits, 0555 */
};

static inline bool access_equal(const struct access *a, const struct access *b)
{
    return a->uid == b->uid && a->gid == b->gid && a->mode == b->mode;
}

/* How the mount maps owners and modes. All 0: root owns everything, and everybody may read it. */
struct access_rule {
    bool follows_source; /* take owner and mode from the source, unless given here: */
    bool has_uid, has_gid, has_umask;
    uint32_t uid, gid; /* the owner, unless it follows from the source */
    uint32_t umask;    /* the bits to clear, unless the mode follows from the source */
};

/* The owner and mode that the mount shows for a source. */
struct access access_shown(const struct access_rule *rule, const struct access *source);

/* The access of a file that describes everything in a folder: readable to those who may list and
 * enter the folder. */
struct access access_of_gathered(const struct access *folder);

/* The access of a folder that stands for a file: those who may read the file may list and enter the
 * folder. */
struct access access_of_folder(const struct access *file);

/* Whether some user may read a file with the access `all` but not one with the access `one`.
 * Assumes that the owner of `all` is in its group. */
bool access_is_less(const struct access_rule *rule, const struct access *one,
                    const struct access *all);

#endif
