/*
 * The tree: which paths there are, and what stands at each. It is a function of the
 * corpus: nothing about a node is stored, everything is computed from its id.
 *
 * A node id is (kind, i, j, version) packed in 64 bits. It names a place and a state of the
 * content, is checked whenever it comes back, and is never a pointer. The root is 1.
 * Every node knows its path, its parent, and its children by number and by name; lookup and
 * listing agree. node.c has the table of kinds, ops.c what is done with each.
 *
 * Everything here can be called by many threads at once. Errors are negative errnos:
 * -ENOENT no such name or child, -ESTALE an id that names nothing (any more), -ENOTDIR,
 * -EINVAL (not a link, not a file), and what reading content gives: -EAGAIN where a file changed
 * and the next corpus, which knows of that, is still to come.
 *
 * The corpus is followed by others while the tree is used (tree_publish(), tree_notify()). An id
 * stands for a path and a version of what is there: bytes that were looked up are given as they
 * were as long as they are remembered, then -ESTALE, and never those of another version.
 */
#ifndef TREE_TREE_H
#define TREE_TREE_H

#include <sys/types.h>

#include "index/generations.h"
#include "tree/invalidate.h"
#include "tree/status.h"
#include "tree/text.h"
#include "tree/tree_options.h"

enum { TREE_ROOT = 1 };

struct tree; /* owned by who made it; borrows the cache */

/* Takes over the first corpus, whatever comes back. NULL when memory ends. What the journal has of
 * another tree's ids is true of this one too. */
struct tree *tree_new(struct corpus *corpus, struct cache *cache,
                      const struct tree_options *options);
void tree_free(struct tree *tree);

/* The newest generation, until it is let go. A request holds it until its answer is with the
 * kernel, so that what is called back after that is called back for good. */
struct generation *tree_get_generation(struct tree *tree);
void tree_put_generation(struct tree *tree, struct generation *generation);

/* Says how changes are found, and whether the content is looked through just now. Texts are kept by
 * the caller. Any thread. */
void tree_set_watch(struct tree *tree, const char *watch, const char *why);
void tree_set_scanning(struct tree *tree, bool is_scanning);
void tree_note_overflow(struct tree *tree);

/* Says where they are counted: an array of the caller's that ends with a name of NULL. */
void tree_set_request_counts(struct tree *tree, const struct request_count *counts);

/* Waits until a corpus newer than this generation is published; false where none comes in so many
 * milliseconds. */
bool tree_wait_for_newer(struct tree *tree, uint64_t generation, unsigned milliseconds);

/* Waits until clients were told of all but `lag` of the corpora that are published; false where it
 * takes longer. Each of them is kept until then. */
bool tree_wait_until_notified(struct tree *tree, unsigned lag, unsigned milliseconds);

/* Makes room for one more corpus, which may number so many episodes. 0 or -ENOMEM. By whoever
 * publishes, before each. */
int tree_reserve(struct tree *tree, size_t episodes);

/* Makes `next` the corpus, which was built to follow the newest one, and takes it over: requests
 * that begin from now on see it. Clients are to be told. */
void tree_publish(struct tree *tree, struct corpus *next);

/*
 * Tells what clients have to forget because of what was published since they were told last: for
 * each corpus waits until no request holds an older one, and then calls `tell`, which may wait for
 * requests under way. So it is called from one thread that serves no requests and publishes
 * nothing. 0; an error of reading where by-voice could not follow: it is tried again when it is
 * asked for.
 */
int tree_notify(struct tree *tree, invalidate_fn *notify, void *context);

struct tree_attr {
    uint64_t id;
    uint64_t ino; /* st_ino: the same after a remount of the same content */
    mode_t mode;  /* type and what the corpus's access rule says; 0777 of a link */
    uint32_t uid, gid;
    uint32_t nlink;      /* 1 for an episode's folder: counting its folders would cost its body */
    uint64_t size;       /* bytes, exact */
    int64_t mtime;       /* nanoseconds since 1970 */
    bool no_entry_cache; /* not to be remembered by name; where there is no such name, that too */
};

int tree_getattr(struct tree *tree, uint64_t id, struct tree_attr *attr);
/* After -ENOENT `attr` says nothing but no_entry_cache. */
int tree_lookup(struct tree *tree, uint64_t folder, const char *name, struct tree_attr *attr);
int tree_parent(struct tree *tree, uint64_t id, uint64_t *parent);

struct tree_entry {
    struct slice name; /* lent for the call */
    bool has_attr; /* all of `attr` is there; else only id, ino and mode, as the size is costly */
    struct tree_attr attr;
};

/*
 * Calls `each` for the children of a folder, in order, until it returns false: from the first where
 * `cookie` is 0, else from where a call with that cookie would have gone on. `next` is the cookie
 * of what comes behind the entry; it stays good when names come and go. The entry is lent for the
 * call.
 */
int tree_list(struct tree *tree, uint64_t folder, uint64_t cookie,
              bool (*each)(void *context, uint64_t next, const struct tree_entry *entry),
              void *context);

/* At most `len` bytes from `offset`; fewer only where the file ends. */
int tree_read(struct tree *tree, uint64_t id, uint64_t offset, size_t len, struct tree_text *text);
void tree_text_free(struct tree *tree, struct tree_text *text);

/* What tells the folder and version of a file that is read together with its siblings (a turn, an
 * original) from every other; 0: no such file. */
uint64_t tree_siblings(uint64_t id);

/*
 * Calls `each` for the files beside this one, from the next to the last and then from the first,
 * with all bytes of each, which are lent for the call, until it returns false. 0 or an error of
 * reading.
 */
int tree_read_siblings(struct tree *tree, uint64_t id,
                       bool (*each)(void *context, uint64_t id, struct slice bytes), void *context);

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
void tree_statfs(struct tree *tree, struct tree_statfs *statfs);

#endif
