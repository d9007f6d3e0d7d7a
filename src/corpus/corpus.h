/*
 * The corpus: all episodes, folders and views of a content folder, without any body. A generation
 * of it is immutable, so many threads read it without a lock. A change builds the next generation,
 * which shares everything that did not change.
 *
 * A path gets a number once, and no other path gets the same number while the mount lives; arrays
 * by number have NULL for a path that is gone. The first generation numbers paths in their order.
 */
#ifndef CORPUS_CORPUS_H
#define CORPUS_CORPUS_H

#include "corpus/episode.h"
#include "corpus/views.h"

/* A folder of content files; episodes/ itself is number 0. */
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
    uint64_t identity;
    struct stamps stamps; /* the newest below it */
    struct stamps own;    /* of the folder itself */
    struct access access;
};

struct corpus {
    uint64_t generation; /* from 1 */
    const struct episode **episodes;
    uint32_t episode_cap;   /* numbers are below it */
    uint32_t episode_count; /* without the NULLs */
    const uint32_t *by_path;
    const uint32_t *by_entry; /* all episodes, in the order of their entries */
    const struct folder **folders;
    uint32_t folder_cap;
    uint32_t folder_count;
    struct views views;
    const uint32_t *dated; /* the episodes with a date, by date, then by entry */
    uint32_t dated_count;
    struct slice date_view;      /* the name of the date view, or empty; the builder owns it */
    const struct own_names *own; /* of the configuration in force, or NULL; the builder owns it */
    const struct stray **strays; /* in the order of their paths */
    bool *stray_is_private;      /* by index in strays */
    uint32_t stray_count;
    const struct access_rule *access; /* the builder owns it */
    uint32_t private_count;           /* private episodes, which the next five do not count */
    uint32_t shown_folder_count;      /* folders that are not private */
    uint32_t problem_count;           /* of files and front matter */
    uint32_t stray_problem_count;     /* of strays */
    uint32_t silent_count;            /* episodes without a body */
    uint64_t bytes;                   /* of content files */
    uint32_t original_count;          /* episodes whose beginning suggests originals */
    struct stamps stamps;             /* the newest */
    uint64_t hash;                    /* of the identities of all files */

    struct blocks retired; /* memory that the next generation does not share */
};

/* corpus_release() frees a generation that no request holds, with the memory that the next one does
 * not share; call it for older generations first. corpus_free_last() frees the last one with all of
 * its memory. Either takes NULL. */
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

/* The number of episodes that are not private. */
static inline uint32_t corpus_shown_count(const struct corpus *corpus)
{
    return corpus->episode_count - corpus->private_count;
}

/* Whether the root has this folder: "original", "index", "by-voice". */
bool corpus_has(const struct corpus *corpus, const char *folder);

/* The number of the episode with this path, or NO_INDEX. */
uint32_t corpus_find_path(const struct corpus *corpus, struct slice path);

/* The index in by_path of the episode with this path, or NO_INDEX. */
uint32_t corpus_place(const struct corpus *corpus, struct slice path);

/* The number of the folder with this path below the content folder, or NO_INDEX. */
uint32_t corpus_find_folder_path(const struct corpus *corpus, struct slice path);

/* The index in strays of the first path below a folder of the content, or where it would be. */
uint32_t corpus_first_stray_below(const struct corpus *corpus, struct slice folder);

/* The stray with this path, or NULL. */
const struct stray *corpus_find_stray(const struct corpus *corpus, struct slice path);

/* The index in by_path of the first episode below a folder of the content, or where it would be. */
uint32_t corpus_first_below(const struct corpus *corpus, struct slice folder);

/* The number of the episode or folder with this name in a folder, or NO_INDEX. */
uint32_t corpus_find_episode(const struct corpus *corpus, const struct folder *folder,
                             struct slice base);
uint32_t corpus_find_folder(const struct corpus *corpus, const struct folder *folder,
                            struct slice base);

/* The index in corpus->dated of the first episode whose date code is not less than `code`. */
uint32_t corpus_find_date(const struct corpus *corpus, uint32_t code);

/* The index of the episode with this entry among `count` numbers sorted by entry, or NO_INDEX. */
uint32_t corpus_find_entry(const struct corpus *corpus, const uint32_t *ids, uint32_t count,
                           struct slice entry);

/* The index of the first greater name, at which a listing behind this name goes on. */
uint32_t corpus_episode_behind(const struct corpus *corpus, const struct folder *folder,
                               struct slice base);
uint32_t corpus_folder_behind(const struct corpus *corpus, const struct folder *folder,
                              struct slice base);
uint32_t corpus_entry_behind(const struct corpus *corpus, const uint32_t *ids, uint32_t count,
                             struct slice entry);

#endif
