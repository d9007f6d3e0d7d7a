/*
 * The corpus: every episode, and the indexes that the views are made of. It is built
 * from what a scan found, and does not change after that; many threads read it without
 * a lock. It knows nothing of bodies: these are read when somebody asks.
 *
 * Episodes, folders, views and facets are numbered from 0 in the order of their names, so the
 * same content gives the same numbers.
 */
#ifndef MODEL_CORPUS_H
#define MODEL_CORPUS_H

#include "base/map.h"
#include "parse/config.h"
#include "parse/front.h"

enum {
    CORPUS_MAX_EPISODES = 1 << 24, /* what a node id can tell apart */
    CORPUS_MAX_FACETS = 1 << 24,
    CORPUS_MAX_VIEWS = 256,
};

#define NO_INDEX UINT32_MAX

/* Which file it was, and in which state: all five are equal or it is another content. */
struct file_id {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t mtime; /* nanoseconds since 1970 */
    int64_t ctime;
};

/* One value of one key that makes a view. */
struct fact {
    struct fact *next;
    struct slice view;
    struct slice value; /* trimmed, not empty, UTF-8 */
};

/* What a scan found out about one content file. Texts live with the scan. */
struct scanned {
    struct slice path; /* below the content folder, as on disk */
    struct file_id id;
    struct slice title; /* empty: none */
    struct date date;   /* year 0: none */
    struct fact *facts;
    struct diag *problems;
    size_t body;        /* offset of the body */
    uint32_t body_line; /* the line on which it begins */
    bool has_front;     /* front matter with at least one key */
    bool has_values;    /* … and with a value in one */
    bool has_body;      /* something but white space behind the front matter */
    bool has_originals; /* its beginning has the mark of one */
    bool is_stray;      /* no episode: only its problems count */
};

/* Something wrong in a file of the content. */
struct problem {
    struct slice path; /* below the content folder, as on disk */
    uint32_t line;     /* as in struct diag */
    uint32_t column;
    struct slice what;
    struct slice action;
};

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
};

/* A folder of content files, episodes/ itself being number 0. */
struct folder {
    struct slice path; /* as on disk; "" for number 0 */
    struct slice name; /* below episodes/ */
    struct slice base;
    uint32_t parent;
    uint32_t depth;    /* 0 for number 0 */
    uint32_t *folders; /* in the order of their names */
    uint32_t folder_count;
    uint32_t *episodes; /* in the order of their names */
    uint32_t episode_count;
    uint64_t hash;
    int64_t mtime; /* of the newest below it */
};

/* One value of a view: by-tag/ai-safety. */
struct facet {
    struct slice name;  /* the commonest spelling, as a file name */
    struct slice value; /* the same, as it was written */
    uint32_t view;
    uint32_t *episodes;      /* in the order of their entries */
    struct slice *spellings; /* in each of these; NULL where nobody asked for them */
    uint32_t episode_count;
    uint64_t hash;
    int64_t mtime;
};

struct view {
    struct slice name; /* "by-tag" */
    uint32_t first;    /* its facets are first … first + count - 1 */
    uint32_t count;
    int64_t mtime;
    uint64_t hash;
};

/* An episode of the date view. */
struct dated {
    uint32_t code; /* date_code() */
    uint32_t episode;
};

struct corpus {
    struct episode *episodes;
    uint32_t episode_count;
    struct folder *folders;
    uint32_t folder_count;
    struct view *views;
    uint32_t view_count;
    struct facet *facets;
    uint32_t facet_count;
    struct dated *dated; /* by date, then by entry */
    uint32_t dated_count;
    struct slice date_view;   /* the name of the date view; empty: there is none */
    uint32_t *by_entry;       /* all episodes in the order of their entries */
    struct problem *problems; /* of files and front matter, by path */
    uint32_t problem_count;
    uint32_t silent_count; /* episodes without a body */
    bool has_originals;    /* some file begins as those with originals do */
    uint64_t entry_count;  /* links in all views */
    uint64_t bytes;        /* of all content files */
    int64_t mtime;         /* of the newest */
    uint64_t hash;         /* of what every file is */
    struct map folded;     /* view and folded value -> facet */
    struct arena arena;    /* owns all of the above */
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

/* Collects what front matter says: title, date and facts, for `scanned`. `key_problems` go to
 * `diags`. 0 or -ENOMEM. */
int facts_read(struct arena *arena, const struct config *config, const struct yaml *map,
               struct diags *diags, struct scanned *scanned);

struct corpus_options {
    bool bare_entries; /* an entry in a view is the bare name of the episode */
};

/*
 * Builds a corpus. `files` is put in order; nothing of it is kept. The corpus is owned by the
 * caller. 0, -E2BIG past CORPUS_MAX_EPISODES or CORPUS_MAX_FACETS, -ENOMEM.
 */
int corpus_build(struct scanned *files, size_t count, const struct config *config,
                 const struct corpus_options *options, struct corpus **corpus);

/*
 * Builds the corpus of who is heard: its views come from `facts`, one a content file and in the
 * order of the episodes, of which only the member of that name counts. It borrows the episodes of
 * `corpus`, which has to live longer. 0, -E2BIG or -ENOMEM.
 */
int corpus_build_heard(const struct corpus *corpus, const struct scanned *facts,
                       struct corpus **heard);

void corpus_free(struct corpus *corpus);

/* The episode or folder of this name in a folder; NO_INDEX where there is none. */
uint32_t corpus_find_episode(const struct corpus *corpus, const struct folder *folder,
                             struct slice base);
uint32_t corpus_find_folder(const struct corpus *corpus, const struct folder *folder,
                            struct slice base);

/* The facet of exactly this name; NO_INDEX where there is none. */
uint32_t corpus_find_facet(const struct corpus *corpus, uint32_t view, struct slice name);

/* The facet that gathers this spelling, which differs in case or Unicode form. */
uint32_t corpus_find_spelling(const struct corpus *corpus, uint32_t view, struct slice name);

/* The first of corpus->dated whose code is `code` or greater. */
uint32_t corpus_find_date(const struct corpus *corpus, uint32_t code);

/* The place in corpus->dated of this entry on this very date; NO_INDEX where there is none. */
uint32_t corpus_find_dated(const struct corpus *corpus, uint32_t code, struct slice entry);

/* The place of the episode with this entry name among `count` ids in the order of entries. */
uint32_t corpus_find_entry(const struct corpus *corpus, const uint32_t *ids, uint32_t count,
                           struct slice entry);

#endif
