/*
 * The tree: the paths of the mount and the node at each. It is a function of the corpus: it stores
 * nothing about a node and computes everything from its id.
 *
 * A node id is (kind, i, j, version) packed in 64 bits, never a pointer. It names a path and a
 * version of the content; the tree checks it at each request. The root is 1. A folder finds its
 * children by index and by name, and both agree. node.c has the table of kinds, ops.c their
 * operations.
 *
 * Many threads may call everything here at once. Errors are negative errnos: -ENOENT (no such name
 * or child), -ESTALE (the id names nothing, or nothing any more), -ENOTDIR, -EINVAL (not a link,
 * not a file), and errors of reading content: -EAGAIN if a file changed since the scan; the next
 * corpus will know its new version.
 *
 * New corpora follow while the tree serves (tree_publish(), tree_notify()). A read by an id returns
 * the bytes of the version in the id as long as the cache has them, then -ESTALE; never the bytes
 * of another version.
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

struct tree;

/* Takes ownership of the first corpus, also on error; borrows the cache. Restores from the journal
 * the ids that the previous worker gave out. NULL if memory runs out. */
struct tree *tree_new(struct corpus *corpus, struct cache *cache,
                      const struct tree_options *options);
void tree_free(struct tree *tree);

/* Holds the newest generation until tree_put_generation(). A request whose reply the kernel caches
 * holds it until the reply is sent, see requests.c. */
struct generation *tree_get_generation(struct tree *tree);
void tree_put_generation(struct tree *tree, struct generation *generation);

/* Set fields of status.json: how the updater finds changes and why so, whether a scan runs, an
 * overflow of inotify, a folder whose server does not answer. `watch` and `why` outlive the tree.
 * Any thread. */
void tree_set_watch(struct tree *tree, const char *watch, const char *why);
void tree_set_scanning(struct tree *tree, bool is_scanning);
void tree_note_overflow(struct tree *tree);
void tree_set_hung(struct tree *tree, struct slice folder, bool is_hung);

/* Sets the counts of requests for status.json; borrows the array, which ends with a name of NULL.
 */
void tree_set_request_counts(struct tree *tree, const struct request_count *counts);

/* Waits for a corpus newer than this generation; false if none comes in time. */
bool tree_wait_for_newer(struct tree *tree, uint64_t generation, unsigned milliseconds);

/* Waits until clients were notified of all but `lag` published generations, each of which uses
 * memory until then; false if that takes longer. */
bool tree_wait_until_notified(struct tree *tree, unsigned lag, unsigned milliseconds);

/* Allocates what tree_publish() needs for a corpus with at most this many episodes. 0 or -ENOMEM.
 */
int tree_reserve(struct tree *tree, size_t episodes);

/* Publishes `next`, the successor of the newest corpus, and takes ownership of it. Later requests
 * see it; tree_notify() is due. Cannot fail after tree_reserve(). */
void tree_publish(struct tree *tree, struct corpus *next);

/*
 * Notifies clients of each generation since the last call: waits until no request holds an older
 * one, then calls `notify` for every name and node that differs. `notify` may wait for requests
 * under way, so the thread that calls this neither serves nor publishes. 0, or an error of reading:
 * then by-voice is out of date until a request reads it.
 */
int tree_notify(struct tree *tree, invalidate_fn *notify, void *context);

/* Sets a callback, or NULL, for when there are more queries than the tree keeps. It arranges a call
 * of tree_notify(), which forgets the oldest. Call it while no request runs. */
void tree_set_notifier(struct tree *tree, void (*notify_soon)(void *context), void *context);

struct tree_attr {
    uint64_t id;
    uint64_t generation; /* of the id, in which the version is cut: another one has another */
    uint64_t ino;        /* st_ino: the same after a remount of the same content */
    mode_t mode;         /* type and what the corpus's access rule says; 0777 of a link */
    uint32_t uid, gid;
    uint32_t nlink; /* 1 for an episode's folder: counting its folders would parse its body */
    uint64_t size;  /* bytes, exact */
    struct stamps stamps;
    bool no_entry_cache; /* the kernel may not cache the dentry, also a negative one */
    bool
        no_attr_cache; /* … nor the attributes: an old version of a folder, whose children change */
    bool has_cached_bytes; /* computing the size took the bytes, which the cache now has */
    bool is_linked;        /* the kernel may cache both only briefly: see episode_is_linked() */
    bool is_outdated;      /* at a look-up: the file changed, and a rescan of it is due */
};

int tree_getattr(struct tree *tree, uint64_t id, struct tree_attr *attr);
/* After -ENOENT, `attr` has only no_entry_cache, is_linked and is_outdated. */
int tree_lookup(struct tree *tree, uint64_t folder, const char *name, struct tree_attr *attr);
int tree_parent(struct tree *tree, uint64_t id, uint64_t *parent);

struct tree_entry {
    struct slice name; /* valid during the call */
    bool has_attr;     /* false: `attr` has only id, ino and mode, since the size is costly, or a
                          look-up has to examine the file */
    struct tree_attr attr;
};

/*
 * Calls `each` for the children of a folder, in order, until it returns false: from the first child
 * if `cookie` is 0, else from the one after the entry whose `next` was this cookie. A cookie stays
 * valid when names come and go. The entry is valid during the call.
 */
int tree_list(struct tree *tree, uint64_t folder, uint64_t cookie,
              bool (*each)(void *context, uint64_t next, const struct tree_entry *entry),
              void *context);

/* Reads at most `len` bytes from `offset`; fewer only at the end of the file. The caller calls
 * tree_text_free() on `text`. */
int tree_read(struct tree *tree, uint64_t id, uint64_t offset, size_t len, struct tree_text *text);
/* Reads at most the first `len` bytes, if the cache has them or the body that contains them; else
 * -ESTALE. */
int tree_read_cached(struct tree *tree, uint64_t id, size_t len, struct tree_text *text);
void tree_text_free(struct tree *tree, struct tree_text *text);

/* For a file that clients read together with its siblings (a turn, an original): a unique number
 * for its folder and version; 0 for other files. */
uint64_t tree_siblings(uint64_t id);

/*
 * Calls `each` with the bytes of each sibling of this file until it returns false: from the next
 * one to the last, then from the first. The bytes are valid during the call. 0 or an error of
 * reading.
 */
int tree_read_siblings(struct tree *tree, uint64_t id,
                       bool (*each)(void *context, uint64_t id, struct slice bytes), void *context);

/* Appends the target of a symbolic link. */
int tree_readlink(struct tree *tree, uint64_t id, struct buf *target);

/*
 * Extended attributes. Append the value of one (-ENODATA: it has none), or the names of all, each
 * with a NUL byte behind it.
 */
int tree_getxattr(struct tree *tree, uint64_t id, const char *name, struct buf *value);
int tree_listxattr(struct tree *tree, uint64_t id, struct buf *names);

/* For statfs: the bytes of the content, and the number of files that need no body. */
struct tree_statfs {
    uint64_t bytes;
    uint64_t files;
};
void tree_statfs(struct tree *tree, struct tree_statfs *statfs);

#endif
