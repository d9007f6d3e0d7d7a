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

struct builder; /* owned by who made it */

/* NULL without memory. It has to outlive every corpus that it built. */
struct builder *builder_new(const struct corpus_options *options);
void builder_free(struct builder *builder);

/* Sets the configuration of the generations from now on. 0 or -ENOMEM. */
int builder_configure(struct builder *builder, const struct configuration *configuration);

/* Whether this is what the last generation has of a folder, with episodes or without. */
bool builder_has_folder(const struct builder *builder, struct slice path, const struct file_id *id);

/* The next folder below `folder`, and that itself, that has times, from number *cursor on; *cursor
 * comes back behind it. False where there is none. */
bool builder_next_folder(const struct builder *builder, struct slice folder, size_t *cursor,
                         struct slice *path, struct access *access);

/* Compacts the journal if it has grown enough. Not to be called while a generation is built. */
void builder_tidy(const struct builder *builder);

/* Logs to this journal from now on; NULL: to none. */
void builder_set_journal(struct builder *builder, struct journal *journal);

/* --- for the steps ---------------------------------------------------------------------------- */

/* A folder that was ever seen. */
struct folder_record {
    struct slice path, name, base;
    uint32_t parent, depth;
    uint64_t identity;
    struct access access; /* as last scanned; all 0: not scanned yet, and nobody may read it */
    struct stamps stamps; /* … */
    bool has_changed;     /* since the last generation */
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
    const struct own_names *own; /* of the configuration in force; each that was, in `arena` */
    uint64_t generation;
    struct arena arena; /* of paths and names */
};

/* The number of the episode at `path`, a new one if it has none. 0, -E2BIG or -ENOMEM. */
int builder_find_number(struct builder *builder, struct slice path, uint32_t *number);

/* The number of the folder at `path`; it and the folders above it get new ones if they have none. 0
 * or -ENOMEM. */
int builder_find_folder(struct builder *builder, struct slice path, uint32_t *number);

/* Takes the owner, mode and times that a scan found. */
void builder_note_folder(struct builder *builder, uint32_t number, const struct file_id *id);

/* Whether a folder, or a file in a folder, is less readable than the content folder. */
bool builder_is_private(const struct builder *builder, uint32_t folder);
bool builder_hides(const struct builder *builder, const struct access *file, uint32_t folder);

#endif
