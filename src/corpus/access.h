/*
 * Who may read what. A mount that lets others in shows them what they could read in the content
 * folder, and no more: owners and modes follow the source, and what gathers from many files tells
 * nothing of a file that fewer may read than may read the folder. Access lists (ACLs) are not
 * looked at.
 */
#ifndef CORPUS_ACCESS_H
#define CORPUS_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

/* The owner and the mode of a file or folder of the content. */
struct access {
    uint32_t uid;
    uint32_t gid;
    uint32_t mode; /* of its permission bits those that let read and enter, 0555 */
};

static inline bool access_equal(const struct access *a, const struct access *b)
{
    return a->uid == b->uid && a->gid == b->gid && a->mode == b->mode;
}

/* What a mount makes of it. All 0: all is root's, and everybody reads. */
struct access_rule {
    bool follows_source; /* but for what is given: */
    bool has_uid, has_gid, has_umask;
    uint32_t uid, gid; /* the owner where none follows from the source */
    uint32_t umask;    /* the bits that all goes without, where no mode follows from the source */
};

/* What the mount says of something of the content. */
struct access access_shown(const struct access_rule *rule, const struct access *source);

/* Of a file that tells of all that is in a folder: whoever may list it and enter it may read. */
struct access access_of_gathered(const struct access *folder);

/* The same for a folder in the place of a file: whoever may read the one may list and enter the
 * other. */
struct access access_of_folder(const struct access *file);

/* Whether somebody may read what has the access `all` who may not read what has `one`; both are
 * those of files. The owner of `all` is taken to be in its group. */
bool access_is_less(const struct access_rule *rule, const struct access *one,
                    const struct access *all);

#endif
