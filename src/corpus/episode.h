/*
 * The types of an episode without its body: the result of scanning a file (struct scanned), the
 * episode that the builder makes of it, and a stray, a file with a problem that is no episode.
 */
#ifndef CORPUS_EPISODE_H
#define CORPUS_EPISODE_H

#include "base/instant.h"
#include "corpus/access.h"
#include "metadata/config.h"
#include "metadata/head.h"
#include "values/diag.h"

enum { CORPUS_MAX_EPISODES = 1 << 24 /* what a node id can tell apart */ };

struct facet_refs;

/* The identity and state of a file. If any member differs, the content counts as different. */
struct file_id {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    struct stamps stamps;
    struct access access;
    uint32_t links; /* not compared: a change of the count changes the ctime too */
};

static inline bool file_id_equal(const struct file_id *a, const struct file_id *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           stamps_equal(&a->stamps, &b->stamps) && access_equal(&a->access, &b->access);
}

/* The role of a companion. */
enum companion_role {
    COMPANION_SOURCE,  /* the same talk in another form: the tree serves it but does not parse it */
    COMPANION_YAML,    /* STEM.yaml */
    COMPANION_FRONT,   /* STEM.md with front matter and no words */
    COMPANION_INFO,    /* STEM.info.json */
    COMPANION_VARIANT, /* captions of the same stem in another language; no id */
    COMPANION_SPOKEN,  /* … in the spoken language, from which the episode is translated */
    COMPANION_PRIVATE, /* unused: fewer users may read it, or it crashed the parser */
};

/* A file that belongs to an episode, beside its own. */
struct companion {
    struct slice path;
    struct file_id id;
    uint8_t role; /* enum companion_role */
};

struct companions {
    struct companion *at; /* in the order of their roles */
    uint32_t count;
};

/* The result of scanning a file or a folder. Texts live as long as the scan. */
struct scanned {
    struct slice path; /* below the content folder, as on disk */
    struct file_id id;
    struct head head;
    struct fact *facts;
    struct diag *problems;
    struct companions companions;
    bool is_stray;  /* it is no episode; only `problems` counts */
    bool is_folder; /* it is a folder, "" for the content folder; only `id.access` counts */
    bool is_gone;   /* the file no longer exists */
    bool is_unread; /* it is unreadable now */
    bool is_hung;   /* … since a server does not answer: the last generation's version stays */
};

/* A problem in a content file. */
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
    struct slice path;  /* below the content folder, as on disk; the builder owns it */
    struct slice name;  /* its path below episodes/ */
    struct slice base;  /* the last part of that */
    struct slice entry; /* its name in the views */
    struct head head;
    struct file_id id;
    struct companions companions;
    uint64_t identity;         /* of its path */
    uint64_t version_identity; /* of its path and file */
    uint64_t files_identity;   /* of its path, file and companions */
    uint32_t folder;
    uint32_t version; /* of its content, from 0 */
    bool is_unread;   /* it was unreadable, which may pass: each scan tries again */
    bool is_alike;    /* another episode has the same plain entry */
    bool is_private;  /* less readable than the content folder, so no view shows it */
    const struct facet_refs *facet_refs;
    const struct own_names *own; /* in force when it was read, or NULL; the builder owns it */
    struct problems problems;
};

/* One of the files of an episode. */
struct source {
    struct slice path;
    const struct file_id *id;
};

/* The file of an episode that the tree shows as source.<ending>: "md", "vtt", "info.json". False if
 * there is none. */
bool episode_source(const struct episode *episode, const char *ending, struct source *source);

/* The newest times of its files. */
struct stamps episode_newest(const struct episode *episode);

/* Whether one of its files has another hard link: inotify does not report a change through that. */
bool episode_is_linked(const struct episode *episode);

/* A file that is no episode but has problems, which problems.tsv lists. */
struct stray {
    struct slice path;
    struct access access; /* of its problems too, which may quote it */
    struct problems problems;
};

/* The configuration of a generation. */
struct configuration {
    struct file_id id;      /* of the configuration file; all 0: there is none */
    struct slice text;      /* the bytes of the file */
    struct slice date_view; /* the name of the date view; empty: there is none */
    struct own_names own;
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

/* The episode, or NULL if it is private: for nodes that gather from many episodes. */
static inline const struct episode *episode_shown(const struct episode *episode)
{
    return episode && !episode->is_private ? episode : NULL;
}

#endif
