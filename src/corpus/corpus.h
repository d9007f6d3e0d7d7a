/*
 * The corpus: every episode, and the indexes that the views are made of. One generation of it does
 * not change; many threads read it without a lock. A change makes the next one, which shares all
 * that is the same. It knows nothing of bodies: these are read when somebody asks.
 *
 * Episodes and folders go by numbers that are given to a path once, and never to another while the
 * program runs: what an array has no more is NULL. The first generation numbers them in the order
 * of their paths.
 */
#ifndef CORPUS_CORPUS_H
#define CORPUS_CORPUS_H

#include "corpus/episode.h"
#include "corpus/views.h"

/* A folder of content files, episodes/ itself being number 0. */
struct folder {
    struct slice path; /* as on disk; "" for number 0 */
    struct slice name; /* below episodes/ */
    struct slice base;
    uint32_t parent;
    uint32_t depth;          /* 0 for number 0 */
    const uint32_t *folders; /* in the order of their names */
    uint32_t folder_count;
    const uint32_t *episodes; /* in the order of their names */
    uint32_t episode_count;
    uint64_t hash;
    int64_t mtime; /* of the newest below it */
    struct access access;
};

struct corpus {
    uint64_t generation; /* from 1 */
    const struct episode **episodes;
    uint32_t episode_cap;   /* numbers are below it */
    uint32_t episode_count; /* that there are */
    const uint32_t *by_path;
    const uint32_t *by_entry; /* all episodes, in the order of their entries */
    bool is_disambiguated;    /* two entries are named alike, and one has a hash */
    const struct folder **folders;
    uint32_t folder_cap;
    uint32_t folder_count;
    struct views views;
    const uint32_t *dated; /* the episodes with a date, by date, then by entry */
    uint32_t dated_count;
    struct slice date_view; /* the name of the date view; empty: there is none. The builder's */
    const struct stray **strays;
    bool *stray_is_private; /* by place in strays */
    uint32_t stray_count;
    const struct access_rule *access; /* the builder's */
    uint32_t private_count;       /* episodes that are in no view; the next five leave them out */
    uint32_t shown_folder_count;  /* folders that are not private */
    uint32_t problem_count;       /* of files and front matter */
    uint32_t stray_problem_count; /* … that are no episodes */
    uint32_t silent_count;        /* episodes without a body */
    uint64_t bytes;               /* of content files */
    uint32_t original_count;      /* episodes that begin as those with originals do */
    int64_t mtime;                /* of the newest */
    uint64_t hash;                /* of what every file is */

    struct blocks retired; /* what the next one does without */
};

/* Frees a generation that nobody uses any more, when all before it are gone; the last one with all
 * that is in it. */
void corpus_release(struct corpus *corpus);
void corpus_free_last(struct corpus *corpus);

/* --- finding ---------------------------------------------------------------------------------- */

static inline const struct episode *corpus_episode(const struct corpus *corpus, uint32_t number)
{
    return number < corpus->episode_cap ? corpus->episodes[number] : NULL;
}

static inline const struct folder *corpus_folder(const struct corpus *corpus, uint32_t number)
{
    return number < corpus->folder_cap ? corpus->folders[number] : NULL;
}

/* How many episodes everybody may know of who may read the content folder. */
static inline uint32_t corpus_shown_count(const struct corpus *corpus)
{
    return corpus->episode_count - corpus->private_count;
}

/* Whether it makes this folder of the root: "original", "index", "by-voice". */
bool corpus_has(const struct corpus *corpus, const char *folder);

/* The number of the episode of this path; NO_INDEX where there is none. */
uint32_t corpus_find_path(const struct corpus *corpus, struct slice path);

/* The same of the folder of this path below the content folder. */
uint32_t corpus_find_folder_path(const struct corpus *corpus, struct slice path);

/* What stands at this path and is no transcript; NULL where nothing is told of it. */
const struct stray *corpus_find_stray(const struct corpus *corpus, struct slice path);

/* The place in by_path of the first episode below a folder of the content, or where it would be. */
uint32_t corpus_first_below(const struct corpus *corpus, struct slice folder);

/* The episode or folder of this name in a folder; NO_INDEX where there is none. */
uint32_t corpus_find_episode(const struct corpus *corpus, const struct folder *folder,
                             struct slice base);
uint32_t corpus_find_folder(const struct corpus *corpus, const struct folder *folder,
                            struct slice base);

/* The first of corpus->dated whose date code is `code` or greater. */
uint32_t corpus_find_date(const struct corpus *corpus, uint32_t code);

/* The place of the episode with this entry name among `count` ids in the order of entries. */
uint32_t corpus_find_entry(const struct corpus *corpus, const uint32_t *ids, uint32_t count,
                           struct slice entry);

/* The first place whose name is greater: for a listing that goes on behind a name. */
uint32_t corpus_episode_behind(const struct corpus *corpus, const struct folder *folder,
                               struct slice base);
uint32_t corpus_folder_behind(const struct corpus *corpus, const struct folder *folder,
                              struct slice base);
uint32_t corpus_entry_behind(const struct corpus *corpus, const uint32_t *ids, uint32_t count,
                             struct slice entry);

#endif
