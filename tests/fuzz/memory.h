/*
 * A content folder in memory, and the tree that is made of it: what the edge does with a disk, for
 * targets that want neither. Files are put and dropped, and published together.
 */
#ifndef FUZZ_MEMORY_H
#define FUZZ_MEMORY_H

#include "corpus/build.h"
#include "metadata/config.h"
#include "tree/tree.h"

struct memory_file {
    char *path;         /* as on disk; owned */
    struct slice bytes; /* owned */
    struct file_id id;
    bool is_changed; /* since what was published last */
    bool is_gone;
};

struct memory {
    struct limits limits;
    struct memory_file *files;
    size_t count, cap;
    int64_t clock;      /* of the files' states */
    struct arena rules; /* of `config` */
    struct config config;
    struct builder *builder;
    struct corpus *corpus; /* the newest; NULL: nothing was published */
    struct cache *cache;
    struct tree *tree; /* NULL: likewise */
};

void memory_open(struct memory *memory);
void memory_close(struct memory *memory);

/* Puts a file at a path; false where no disk could have one there, or where it is no transcript. */
bool memory_put(struct memory *memory, struct slice path, struct slice bytes);

/* Takes one away; false where there is none. */
bool memory_drop(struct memory *memory, struct slice path);

/* Makes what was put and dropped the newest corpus. What clients have to forget goes to `tell`. */
void memory_publish(struct memory *memory, invalidate_fn *tell, void *context);

#endif
