/*
 * The tree: which paths there are, and what stands at each. It is a function of the
 * corpus: nothing about a node is stored, everything is computed from its id.
 *
 * A node id is (kind, i, j, version) packed in 64 bits. It names a place and a state of the
 * content, is checked whenever it comes back, and is never a pointer. The root is 1.
 * Every node knows its path, its parent, and its children by number and by name; lookup and
 * listing agree. kinds.c has the table: a row a kind.
 *
 * Everything here can be called by many threads at once. Errors are negative errnos:
 * -ENOENT no such name or child, -ESTALE an id that names nothing (any more), -ENOTDIR,
 * -EINVAL (not a link, not a file), and what reading content gives.
 */
#ifndef MODEL_TREE_H
#define MODEL_TREE_H

#include <sys/types.h>

#include "model/cache.h"

enum { TREE_ROOT = 1 };

struct tree; /* owned by who made it; borrows the corpus and the cache */

struct tree_options {
    const char *version; /* of the program */
    uint64_t formats;    /* a bit a format that stands in an episode's folder; 0: all */
    /* Called while all bodies are read, where it is not NULL; at last with done == all. */
    void (*progress)(void *context, size_t done, size_t all);
    void *progress_context;
};

/* The name of the i-th format: "turns", "meta.json"; NULL behind the last. */
const char *tree_format_name(unsigned i);

/* NULL when memory ends. */
struct tree *tree_new(const struct corpus *corpus, struct cache *cache,
                      const struct tree_options *options);
void tree_free(struct tree *tree);

struct tree_attr {
    uint64_t id;
    uint64_t ino;     /* st_ino: the same after a remount of the same content */
    mode_t mode;      /* type and 0444, 0555 or 0777 */
    uint32_t nlink;   /* 1 for an episode's folder: counting its folders would cost its body */
    uint64_t size;    /* bytes, exact */
    int64_t mtime;    /* nanoseconds since 1970 */
    bool is_volatile; /* another look may find another file: not to be remembered by name */
};

int tree_getattr(struct tree *tree, uint64_t id, struct tree_attr *attr);
int tree_lookup(struct tree *tree, uint64_t folder, const char *name, struct tree_attr *attr);
int tree_parent(struct tree *tree, uint64_t id, uint64_t *parent);

struct tree_entry {
    struct slice name; /* lent for the call */
    bool has_attr; /* all of `attr` is there; else only id, ino and mode, as the size is costly */
    struct tree_attr attr;
};

/*
 * Calls `each` for the children of a folder from place `i` on, in order, with the place that
 * comes next, until it returns false. Places may be empty. The entry is lent for the call.
 */
int tree_list(struct tree *tree, uint64_t folder, uint64_t i,
              bool (*each)(void *context, uint64_t next, const struct tree_entry *entry),
              void *context);

/* Bytes of a file, lent until tree_text_free(). */
struct tree_text {
    struct slice bytes;
    struct buf own;              /* what was made for this call */
    struct parsed *parts[PARTS]; /* or what keeps the bytes alive */
};

/* At most `len` bytes from `offset`; fewer only where the file ends. */
int tree_read(struct tree *tree, uint64_t id, uint64_t offset, size_t len, struct tree_text *text);
void tree_text_free(struct tree *tree, struct tree_text *text);

/* Appends the target of a symbolic link. */
int tree_readlink(struct tree *tree, uint64_t id, struct buf *target);

/*
 * Extended attributes. Appends the value of one, -ENODATA where there is none; or the names of all,
 * each with a NUL byte behind it.
 */
int tree_getxattr(struct tree *tree, uint64_t id, const char *name, struct buf *value);
int tree_listxattr(struct tree *tree, uint64_t id, struct buf *names);

/* Bytes and files for statfs: of the content, and the names that are known without any body. */
struct tree_statfs {
    uint64_t bytes;
    uint64_t files;
};
void tree_statfs(const struct tree *tree, struct tree_statfs *statfs);

#endif
