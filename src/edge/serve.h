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

struct serve_options {
    const char *mountpoint;
    const char *content; /* named as the source of the mount */
    unsigned threads;    /* 1: one at a time */
    bool allow_other;
    bool allow_root;
    bool xattr;                   /* answer for extended attributes */
    bool debug;                   /* libfuse tells each request on standard error */
    void (*ready)(void *context); /* called once, when the kernel has said hello */
    void *context;
};

/* What libfuse had to say when it failed; empty when it said nothing. */
const char *serve_last_message(void);

/*
 * Mounts, serves until the mount is taken away or a signal (INT, TERM, HUP) comes, unmounts.
 * 0; -EIO when libfuse could not mount or lost the kernel (see serve_last_message()).
 */
int serve(struct tree *tree, const struct serve_options *options);

#endif
