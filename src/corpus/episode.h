/*
 * An episode as the corpus has it, what was found out about its file before, and what in a content
 * folder is no episode. All of it is known without a body.
 */
#ifndef CORPUS_EPISODE_H
#define CORPUS_EPISODE_H

#include "corpus/access.h"
#include "syntax/diag.h"
#include "transcript/head.h"

enum { CORPUS_MAX_EPISODES = 1 << 24 /* what a node id can tell apart */ };

struct facet_refs;

/* Which file it was, and in which state: all of it is equal or it is another content. */
struct file_id {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t mtime; /* nanoseconds since 1970 */
    int64_t ctime;
    struct access access;
};

static inline bool file_id_equal(const struct file_id *a, const struct file_id *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime == b->mtime && a->ctime == b->ctime && access_equal(&a->access, &b->access);
}

/* What a scan found out about one content file, or about a folder. Texts live with the scan. */
struct scanned {
    struct slice path; /* below the content folder, as on disk */
    struct file_id id;
    struct head head;
    struct fact *facts;
    struct diag *problems;
    bool is_stray;  /* no episode: only its problems count */
    bool is_folder; /* a folder of the content, "" for that itself: only its access counts */
    bool is_gone;   /* there is no such file any more */
};

/* Something wrong in a file of the content. */
struct problem {
    struct slice path; /* below the content folder, as on disk */
    uint32_t line;     /* as in struct diag */
    uint32_t column;
    struct slice what;
    struct slice action;
};

struct problems {
    struct problem *at;
    uint32_t count;
};

struct episode {
    struct slice path;  /* below the content folder, as on disk */
    struct slice name;  /* its path below episodes/ */
    struct slice base;  /* the last part of that */
    struct slice entry; /* its name in the views */
    struct head head;
    struct file_id id;
    uint64_t hash; /* of the path: the root of its inode numbers */
    uint32_t folder;
    uint32_t version; /* of its content, from 0 */
    bool is_private;  /* some may not read it who may read the content folder: it is in no view */
    const struct facet_refs *facet_refs;
    struct problems problems;
};

/* Something that is no episode, and whose problems are told. */
struct stray {
    struct slice path;
    struct access access; /* to its problems, which may cite it */
    struct problems problems;
};

/* By what files are read. */
struct configuration {
    struct file_id id;      /* of its file; all 0: there is none */
    struct slice text;      /* what stands in it */
    struct slice date_view; /* what it calls the date view; empty: there is none */
};

/* A date as one number that sorts; day 0 is an unknown day. */
static inline uint32_t date_code(unsigned year, unsigned month, unsigned day)
{
    return year << 9 | month << 5 | day;
}

static inline struct date date_of_code(uint32_t code)
{
    return (struct date){(uint16_t)(code >> 9), code >> 5 & 0xF, code & 0x1F};
}

static inline uint32_t code_of_date(const struct date *date)
{
    return date->year ? date_code(date->year, date->month, date->day) : 0;
}

/* Of an episode what those may know of it who may read the content folder; NULL: nothing. */
static inline const struct episode *episode_shown(const struct episode *episode)
{
    return episode && !episode->is_private ? episode : NULL;
}

#endif
