/*
 * The tree: the paths of the mount and the node at each. It is a function of the corpus: it stores
 * nothing about a node and computes everything from its id.
 *
 * A node id is (kind, i, j, version) packed in 64 bits. It names a path and a version of the
 * content, is checked whenever the kernel sends it, and is never a pointer. The root is 1. A folder
 * finds its children by index and by name, and both agree. node.c has the table of kinds, ops.c
 * their functions.
 *
 * Everything here can be called by many threads at once. Errors are negative errnos:
 * -ENOENT no such name or child, -ESTALE an id that names nothing (any more), -ENOTDIR,
 * -EINVAL (not a link, not a file), and errors of reading content: -EAGAIN if a file changed and
 * was not rescanned; the next corpus will know its new version.
 *
 * The corpus is followed by others while the tree is used (tree_publish(), tree_notify()). An id
 * stands for a path and a version of what is there: bytes that were looked up are given as they
 * were as long as they are remembered, then -ESTALE, and never those of another version.
 */
#ifndef TREE_TREE_H
#define TREE_TREE_H

#include <sys/types.h>

#include "index/generations.h"
#include "index/status.h"
#include "nodes/text.h"
#include "nodes/tree_options.h"
#include "tree/invalidate.h"

enum { TREE_ROOT = 1 };

struct tree; /* owned by who made it; borrows the cache */

/* Takes ownership of the first corpus, also on error. NULL without memory. Restores from the
 * journal the ids that the previous worker gave out. */
struct tree *tree_new(struct corpus *corpus, struct cache *cache,
                      const struct tree_options *options);
void tree_free(struct tree *tree);

/* Holds the newest generation until tree_put_generation(). A request whose reply the kernel caches
 * holds it until the reply is sent, see serve.c. */
struct generation *tree_get_generation(struct tree *tree);
void tree_put_generation(struct tree *tree, struct generation *generation);

/* Set what status.json says: how changes are found, whether a scan runs. The texts have to outlive
 * the tree. Any thread. */
void tree_set_watch(struct tree *tree, const char *watch, const char *why);
void tree_set_scanning(struct tree *tree, bool is_scanning);
void tree_note_overflow(struct tree *tree);
void tree_set_hung(struct tree *tree, struct slice folder, bool is_hung);

/* Sets where requests are counted: an array of the caller, which ends with a name of NULL. */
void tree_set_request_counts(struct tree *tree, const struct request_count *counts);

/* Waits for a corpus newer than this generation; false if none is published in time. */
bool tree_wait_for_newer(struct tree *tree, uint64_t generation, unsigned milliseconds);

/* Waits until clients were notified of all but `lag` published generations, each of which uses
 * memory until then; false if that takes longer. */
bool tree_wait_until_notified(struct tree *tree, unsigned lag, unsigned milliseconds);

/* Allocates what tree_publish() needs for a corpus with at most this many episodes. 0 or -ENOMEM.
 */
int tree_reserve(struct tree *tree, size_t episodes);

/* Publishes `next`, which was built to follow the newest corpus, and takes ownership of it.
 * Requests that begin from now on see it; tree_notify() is due. Cannot fail after tree_reserve().
 */
void tree_publish(struct tree *tree, struct corpus *next);

/*
 * Notifies clients of each generation that was published since the last call: waits until no
 * request holds an older one, then calls `notify` for every name and node that differs. That may
 * wait for requests under way, so the thread that calls this neither serves nor publishes. 0, or an
 * error of reading: then by-voice is out of date until somebody asks for it.
 */
int tree_notify(struct tree *tree, invalidate_fn *notify, void *context);

/* Sets who calls tree_notify() soon, since there are more queries than the tree keeps: they are
 * forgotten then. While no request is served. NULL: nobody. */
void tree_set_notifier(struct tree *tree, void (*notify_soon)(void *context), void *context);

struct tree_attr {
    uint64_t id;
    uint64_t generation; /* of the id, in which the version is cut: another one has another */
    uint64_t ino;        /* st_ino: the same after a remount of the same content */
    mode_t mode;         /* type and what the corpus's access rule says; 0777 of a link */
    uint32_t uid, gid;
    uint32_t nlink; /* 1 for an episode's folder: counting its folders would cost its body */
    uint64_t size;  /* bytes, exact */
    struct stamps stamps;
    bool no_entry_cache; /* the kernel may not cache the dentry, also a negative one */
    bool no_attr_cache; /* … nor the attributes: of a folder's old version, whose children change */
    bool has_cached_bytes; /* the size was not known without the bytes, which the cache now has */
    bool is_linked;        /* it may cache both for a moment: see episode_is_linked() */
    bool is_outdated; /* at a look-up: its file was found to be another, which is scanned now */
};

int tree_getattr(struct tree *tree, uint64_t id, struct tree_attr *attr);
/* After -ENOENT `attr` says nothing but no_entry_cache, is_linked and is_outdated. */
int tree_lookup(struct tree *tree, uint64_t folder, const char *name, struct tree_attr *attr);
int tree_parent(struct tree *tree, uint64_t id, uint64_t *parent);

struct tree_entry {
    struct slice name; /* lent for the call */
    bool has_attr; /* all of `attr` is there; else only id, ino and mode, as the size is costly, or
                      a look-up is to examine the file */
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
/* The first `len` bytes at most, if the cache has them or the body they are a range of; -ESTALE if
 * not. */
int tree_read_cached(struct tree *tree, uint64_t id, size_t len, struct tree_text *text);
void tree_text_free(struct tree *tree, struct tree_text *text);

/* For a file that clients read together with its siblings (a turn, an original): a number for its
 * folder and version, which no other has; 0 for other files. */
uint64_t tree_siblings(uint64_t id);

/*
 * Calls `each` with all bytes of each sibling of this file, from the next to the last and then from
 * the first, until it returns false. The bytes live during the call. 0 or an error of reading.
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
