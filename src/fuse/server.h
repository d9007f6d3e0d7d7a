/*
 * A mount while it is served: what serve.c and requests.c share.
 */
#ifndef FUSE_SERVER_H
#define FUSE_SERVER_H

#include <pthread.h>

#include "fuse/gate.h"
#include "fuse/init_replay.h"
#include "tree/tree.h"

struct fuse_session;
struct prefetch;
struct serve_options;

/* The kinds of requests that are counted. */
enum request {
    REQUEST_LOOKUP,
    REQUEST_GETATTR,
    REQUEST_READLINK,
    REQUEST_OPEN,
    REQUEST_READ,
    REQUEST_OPENDIR,
    REQUEST_READDIR,
    REQUEST_READDIRPLUS,
    REQUEST_STATFS,
    REQUEST_GETXATTR,
    REQUEST_LISTXATTR,
    STORED_AHEAD, /* no request: a prefetched file */
    REQUESTS
};

struct server {
    struct init_state init_state; /* at the beginning, see there */
    struct tree *tree;
    const struct serve_options *options;
    struct fuse_session *session;
    struct gate gate;
    pthread_t serving; /* the thread in serve() */
    pthread_mutex_t lock;
    pthread_cond_t end_announced;
    struct prefetch *prefetch; /* NULL: no prefetching */
    struct request_count counts[REQUESTS + 1];
    bool xattr;                   /* answer for extended attributes */
    bool drops_negative_dentries; /* the kernel: see fuse/kernel.h */
    bool has_ended;
    bool no_open;
    bool no_opendir;
};

#endif
