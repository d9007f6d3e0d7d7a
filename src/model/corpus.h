/*
 * The corpus: every episode, and the indexes that the views are made of. One generation of it does
 * not change; many threads read it without a lock. A change makes the next one, which shares all
 * that is the same. It knows nothing of bodies: these are read when somebody asks.
 *
 * Episodes and folders go by numbers that are given to a path once, and never to another while the
 * program runs: what an array has no more is NULL. The first generation numbers them in the order
 * of their paths.
 */
#ifndef MODEL_CORPUS_H
#define MODEL_CORPUS_H

#include "model/access.h"
#include "model/views.h"
#include "parse/config.h"
#include "parse/front.h"

enum { CORPUS_MAX_EPISODES = 1 << 24 /* what a node id can tell apart */ };

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

/* One value of one key that makes a view. */
struct fact {
    struct fact *next;
    struct slice view;
    struct slice value;    /* trimmed, not empty, UTF-8 */
    uint32_t line, column; /* where it stands, 1-based */
};

/* What a scan found out about one content file, or about a folder. Texts live with the scan. */
struct scanned {
    struct slice path; /* below the content folder, as on disk */
    struct file_id id;
    struct slice title; /* empty: none */
    struct date date;   /* year 0: none */
    struct fact *facts;
    struct diag *problems;
    size_t body;        /* offset of the body, in the bytes of the file */
    uint32_t body_line; /* the line on which it begins */
    bool has_front;     /* front matter with at least one key */
    bool has_values;    /* … and with a value in one */
    bool has_body;      /* something but white space behind the front matter */
    bool has_originals; /* its beginning has the mark of one */
    bool is_stray;      /* no episode: only its problems count */
    bool is_folder;     /* a folder of the content, "" for that itself: only its access counts */
    bool is_gone;       /* there is no such file any more */
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

struct survey;

struct episode {
    struct slice path;  /* below the content folder, as on disk */
    struct slice name;  /* its path below episodes/ */
    struct slice base;  /* the last part of that */
    struct slice entry; /* its name in the views */
    struct slice title;
    struct date date;
    struct file_id id;
    uint64_t hash; /* of the path: the root of its inode numbers */
    uint32_t folder;
    uint32_t version; /* of its content, from 0 */
    size_t body;
    uint32_t body_line;
    bool has_front;
    bool has_values;
    bool has_body;
    bool has_originals;
    bool is_private; /* some may not read it who may read the content folder: it is in no view */
    const struct marks *marks;
    struct problems problems;
};

/* Something that is no episode, and whose problems are told. */
struct stray {
    struct slice path;
    struct access access; /* to its problems, which may cite it */
    struct problems problems;
};

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
    bool is_told_apart;       /* two entries are named alike, and one has a hash */
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

    /* Whoever hands generations out. */
    uint32_t users;
    struct survey *survey; /* NULL: nobody asked yet */
    struct blocks retired; /* what the next one does without */
    struct corpus *next;
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

/* Collects what front matter says: title, date and facts, for `scanned`. `key_problems` go to
 * `diags`. 0 or -ENOMEM. */
int facts_read(struct arena *arena, const struct config *config, const struct limits *limits,
               const struct yaml *map, struct diags *diags, struct scanned *scanned);

struct corpus_options {
    const struct limits *limits; /* borrowed */
    bool bare_entries;           /* an entry in a view is the bare name of the episode */
    struct access_rule access;
    struct journal *journal; /* where all is noted that the next builder has to know; or NULL */
};

/* --- building -----------------------------------------------------------------------------------
 */

/* What builds the generations, one at a time: it knows which numbers are given. */
struct builder;

/* NULL when memory ends. It has to live longer than all that it built. */
struct builder *builder_new(const struct corpus_options *options);
void builder_free(struct builder *builder);

/* By what files are read. */
struct configuration {
    struct file_id id;      /* of its file; all 0: there is none */
    struct slice text;      /* what stands in it */
    struct slice date_view; /* what it calls the date view; empty: there is none */
};

/* Says by what the files of the generations from now on are read. 0 or -ENOMEM. */
int builder_configure(struct builder *builder, const struct configuration *configuration);

/*
 * Builds the generation that follows `old`, the last one that it built; NULL: the first. `changes`
 * are the files that are new, other or gone; they are put in order, the last one of a path counts,
 * and nothing of them is kept. `old` stays as it is, but for `retired`. 0, -E2BIG past
 * CORPUS_MAX_EPISODES or LEDGER_MAX_FACETS, -ENOMEM: then nothing has happened.
 */
int corpus_next(struct builder *builder, struct corpus *old, struct scanned *changes, size_t count,
                struct corpus **next);

/* Drops from the journal what no longer counts, where that is worth it. Between two generations. */
void builder_tidy(const struct builder *builder);

/* Some generations, each of which follows the one before. */
enum { CORPORA_MOST = 64 };
struct corpora {
    struct corpus *at[CORPORA_MOST];
    size_t count;
};

/*
 * Makes of the journal's records what another builder had made when it died: `told`, of which
 * clients were told, and as `seen` those that follow it, which they may have seen. By a new
 * builder, instead of configuring it and building the first generation; history_configuration()
 * says by what files were read. 0; -ESTALE where that cannot be, since something is missing;
 * -ENOMEM.
 */
int corpus_resume(struct builder *builder, struct corpus **told, struct corpora *seen);

/* Frees a generation that nobody uses any more, when all before it are gone; the last one with all
 * that is in it. */
void corpus_release(struct corpus *corpus);
void corpus_free_last(struct corpus *corpus);

/* --- finding ------------------------------------------------------------------------------------
 */

static inline const struct episode *corpus_episode(const struct corpus *corpus, uint32_t number)
{
    return number < corpus->episode_cap ? corpus->episodes[number] : NULL;
}

static inline const struct folder *corpus_folder(const struct corpus *corpus, uint32_t number)
{
    return number < corpus->folder_cap ? corpus->folders[number] : NULL;
}

/* Of an episode what those may know of it who may read the content folder; NULL: nothing. */
static inline const struct episode *episode_shown(const struct episode *episode)
{
    return episode && !episode->is_private ? episode : NULL;
}

/* How many episodes everybody may know of who may read the content folder. */
static inline uint32_t corpus_shown_count(const struct corpus *corpus)
{
    return corpus->episode_count - corpus->private_count;
}

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

/* The place in corpus->dated of this entry on this very date; NO_INDEX where there is none. */
uint32_t corpus_find_dated(const struct corpus *corpus, uint32_t code, struct slice entry);

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
