/*
 * Serving the kernel. An operation is one call into the tree and one reply.
 *
 * No file or folder has state while it is open: the kernel is told so (ENOSYS to the first
 * open and opendir) and asks for neither again. All it learns it may keep for ever, since
 * what an id names does not change.
 */
#ifndef FUSE_SERVE_H
#define FUSE_SERVE_H

#include "fuse/init_replay.h"
#include "fuse/mount.h"
#include "tree/tree.h"

struct server; /* a mount while it is served */

struct serve_options {
    const struct mount_options *mount;
    int fd; /* of the mount; serve() closes it */
    struct init_request *init;
    unsigned threads; /* 1: one at a time */
    bool xattr;       /* answer for extended attributes */
    bool no_prefetch;
    bool drops_negative_dentries; /* the kernel: see fuse/kernel.h */
    /* Called once, after FUSE_INIT. */
    void (*ready)(void *context, struct server *server);
    /* Called once, when serving has ended and before the session goes: nobody may tell from then
     * on. */
    void (*ended)(void *context);
    void *context;
};

/* Tells the kernel what it has to forget: a invalidate_fn, with the server as its context. From no
 * thread that serves, and with no lock that a request could need: it waits for requests under way.
 */
void serve_notify(void *server, enum invalidate_kind what, uint64_t id, const char *name);

/* Ends the serving. From no thread that serves. */
void serve_stop(void *server);

/*
 * Serves a mount until it is taken away or serve_stop() is called. Where another served it before
 * (`init` holds its FUSE_INIT), the kernel sends again what that one did not answer. SIGUSR1 is
 * used. 0; -EIO when libfuse lost the kernel; -EINVAL where a kernel before 6.9 does not ask again.
 */
int serve(struct tree *tree, const struct serve_options *options);

#endif
