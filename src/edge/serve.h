/*
 * Serving the kernel: serve.c is the one file that includes <fuse_lowlevel.h>. An operation
 * is one call into the tree and one reply.
 *
 * No file or folder has state while it is open: the kernel is told so (ENOSYS to the first
 * open and opendir) and asks for neither again. All it learns it may keep for ever, since
 * what an id names does not change.
 */
#ifndef EDGE_SERVE_H
#define EDGE_SERVE_H

#include "model/tree.h"

struct server; /* a mount while it is served */

struct serve_options {
    const char *mountpoint;
    const char *content; /* named as the source of the mount */
    unsigned threads;    /* 1: one at a time */
    bool allow_other;
    bool allow_root;
    bool xattr; /* answer for extended attributes */
    bool no_ahead;
    bool debug; /* libfuse tells each request on standard error */
    /* Called once, when the kernel has said hello. */
    void (*ready)(void *context, struct server *server);
    /* Called once, when serving has ended and before the session goes: nobody may tell from then
     * on. */
    void (*ended)(void *context);
    void *context;
};

/* What libfuse had to say when it failed; empty when it said nothing. */
const char *serve_last_message(void);

/* Tells the kernel what it has to forget: a stale_fn, with the server as its context. From no
 * thread that serves, and with no lock that a request could need: it waits for requests under way.
 */
void serve_tell(void *server, enum stale what, uint64_t id, const char *name);

/* Ends the serving. From no thread that serves. */
void serve_stop(void *server);

/*
 * Mounts, serves until the mount is taken away or serve_stop() is called, unmounts. Signals are the
 * caller's; SIGUSR1 is used.
 * 0; -EIO when libfuse could not mount or lost the kernel (see serve_last_message()).
 */
int serve(struct tree *tree, const struct serve_options *options);

#endif
