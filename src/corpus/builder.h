/*
 * The builder: it makes the generations of the corpus, one at a time, and knows what is given once
 * and for all of them: the numbers of episodes and folders, the names of folders, and the
 * vocabulary of values. Each is noted in the journal when it is given.
 *
 * Whoever builds (build.h, resume.h) is the only one to look into it.
 */
#ifndef CORPUS_BUILDER_H
#define CORPUS_BUILDER_H

#include "base/map.h"
#include "corpus/episode.h"
#include "corpus/vocabulary.h"

struct corpus_options {
    const struct limits *limits; /* borrowed */
    bool bare_entries;           /* an entry in a view is the bare name of the episode */
    struct access_rule access;
    struct journal *journal; /* where all is noted that the next builder has to know; or NULL */
};

struct builder; /* owned by who made it */

/* NULL when memory ends. It has to live longer than all that it built. */
struct builder *builder_new(const struct corpus_options *options);
void builder_free(struct builder *builder);

/* Says by what the files of the generations from now on are read. 0 or -ENOMEM. */
int builder_configure(struct builder *builder, const struct configuration *configuration);

/* Drops from the journal what no longer counts, where that is worth it. Between two generations. */
void builder_tidy(const struct builder *builder);

/* Notes what is new in this journal from now on; NULL: nowhere. */
void builder_set_journal(struct builder *builder, struct journal *journal);

/* --- for the steps ---------------------------------------------------------------------------- */

/* What is true of a folder for ever, and who may read it. */
struct folder_record {
    struct slice path, name, base;
    uint32_t parent, depth;
    uint64_t hash;
    struct access access; /* as it was found last; all 0: not yet, and nobody may */
};

struct builder {
    struct corpus_options options;
    struct journal *journal; /* NULL while it is read back */
    struct vocabulary vocabulary;
    struct intern paths; /* of content files; their numbers are those of the episodes */
    uint32_t *versions;  /* by that number: how often it was another */
    size_t version_cap;
    struct map folders;      /* path -> number */
    struct map folder_names; /* … by what they are called */
    struct folder_record *folder_records;
    size_t folder_record_count, folder_record_cap;
    struct slice date_view;
    uint64_t generation;
    struct arena arena; /* of paths and names */
};

/* The number of the episode at `path`, entered where it is new. 0, -E2BIG or -ENOMEM. */
int builder_find_number(struct builder *builder, struct slice path, uint32_t *number);

/* The folder at `path`, entered with those above it where it is new. 0 or -ENOMEM. */
int builder_find_folder(struct builder *builder, struct slice path, uint32_t *number);

/* Whether some may not read it who may read the content folder: a folder, or a file in a folder. */
bool builder_is_private(const struct builder *builder, uint32_t folder);
bool builder_hides(const struct builder *builder, const struct access *file, uint32_t folder);

#endif
