/*
 * Serving the kernel: each request is one call into the tree and one reply. README.md follows two
 * requests through the rooms.
 *
 * An open file or folder has no state: the first open and opendir get ENOSYS, and the kernel sends
 * neither again. The kernel may cache every reply without a timeout; serve_notify() invalidates
 * what changes.
 */
#ifndef FUSE_SERVE_H
#define FUSE_SERVE_H

#include "fuse/init_replay.h"
#include "fuse/mount.h"
#include "fuse/prefetch.h"
#include "tree/tree.h"

struct server; /* a mount while it is served */

struct serve_options {
    const struct mount_options *mount;
    int fd; /* of the mount; serve() closes it */
    struct init_request *init;
    unsigned threads; /* 1: one at a time */
    bool xattr;       /* answer for extended attributes */
    bool no_prefetch;
    struct prefetch_memory memory; /* its file is borrowed */
    bool drops_negative_dentries;  /* the kernel: see fuse/kernel.h */

    /* Callbacks against the direction: main.c starts and ends the updater in them, which notifies
     * the kernel through the server, and this room does not know `source`. */
    /* Called once, after FUSE_INIT. An error ends the serving. */
    int (*ready)(void *context, struct server *server);
    /* Called once, when serving has ended and before the session is destroyed: after it returns no
     * thread may call serve_notify() any more. */
    void (*ended)(void *context);
    void *context;
};

/* Invalidates what the kernel caches: an invalidate_fn, with the server as its context. It waits
 * for requests under way: not to be called by a thread that serves, nor with a lock that a request
 * could need. */
void serve_notify(void *server, enum invalidate_kind what, uint64_t id, const char *name);

/* Ends the serving. Not to be called by a thread that serves. */
void serve_stop(void *server);

/*
 * Serves a mount until a user unmounts it or a thread calls serve_stop(). If another worker served
 * it before (`init` holds its FUSE_INIT), the kernel sends again what that one did not answer. Uses
 * SIGUSR1. 0; -EIO when libfuse lost the kernel; -EINVAL if the kernel, older than 6.9, does not
 * resend; or the error of `ready`.
 */
int serve(struct tree *tree, const struct serve_options *options);

#endif
