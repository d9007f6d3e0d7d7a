/*
 * The builder: it builds the generations of the corpus, one at a time, and keeps what all of them
 * share: the numbers of episodes and folders, the names of folders, and the vocabulary of the
 * views. It logs each new number and name in the journal.
 *
 * Only build.h and resume.h access its members.
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
    struct journal *journal; /* for the next worker; or NULL */
};

struct builder;

/* NULL if memory runs out. The builder has to outlive every corpus that it built. */
struct builder *builder_new(const struct corpus_options *options);
void builder_free(struct builder *builder);

/* Sets the configuration of later generations. 0 or -ENOMEM. */
int builder_configure(struct builder *builder, const struct configuration *configuration);

/* Whether the last generation has this folder, with or without episodes, with this access and these
 * times. */
bool builder_has_folder(const struct builder *builder, struct slice path, const struct file_id *id);

/* Finds the next folder that exists, from number *cursor on, among `folder` and those below it, and
 * moves *cursor behind it. False if there is none. */
bool builder_next_folder(const struct builder *builder, struct slice folder, size_t *cursor,
                         struct slice *path, struct access *access);

/* Compacts the journal if it has grown enough. Call it between generations only. */
void builder_tidy(const struct builder *builder);

/* Sets the journal for later records, or NULL. */
void builder_set_journal(struct builder *builder, struct journal *journal);

/* --- for the steps ---------------------------------------------------------------------------- */

/* A folder that a scan ever found. */
struct folder_record {
    struct slice path, name, base;
    uint32_t parent, depth;
    uint64_t identity;
    struct access access; /* by the last scan; all 0: not scanned yet, and nobody may read it */
    struct stamps stamps; /* by the last scan */
    bool has_changed;     /* since the last generation */
};

struct builder {
    struct corpus_options options;
    struct journal *journal; /* NULL while corpus_resume() reads it */
    struct vocabulary vocabulary;
    struct intern paths; /* of content files; their numbers are those of the episodes */
    uint32_t *versions;  /* by that number: the version of its next change */
    size_t version_cap;
    struct map folders;      /* path -> number */
    struct map folder_names; /* name below episodes/ -> number */
    struct folder_record *folder_records;
    size_t folder_record_count, folder_record_cap;
    struct slice date_view;
    const struct own_names *own; /* of the configuration in force; in `arena`, as are older ones */
    uint64_t generation;
    struct arena arena; /* of paths and names */
};

/* Finds or adds the number of the episode at `path`. 0, -E2BIG or -ENOMEM. */
int builder_find_number(struct builder *builder, struct slice path, uint32_t *number);

/* Finds or adds the numbers of the folder at `path` and of the folders above it. 0 or -ENOMEM. */
int builder_find_folder(struct builder *builder, struct slice path, uint32_t *number);

/* Notes the owner, mode and times that a scan found. */
void builder_note_folder(struct builder *builder, uint32_t number, const struct file_id *id);

/* Whether a folder, or a file in a folder, is less readable than the content folder. */
bool builder_is_private(const struct builder *builder, uint32_t folder);
bool builder_hides(const struct builder *builder, const struct access *file, uint32_t folder);

#endif
