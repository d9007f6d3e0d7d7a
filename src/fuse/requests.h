/*
 * The requests of the kernel: each is one call into the tree and one reply.
 */
#ifndef FUSE_REQUESTS_H
#define FUSE_REQUESTS_H

struct server;
struct fuse_lowlevel_ops;

/* For a session with the server as its userdata. */
extern const struct fuse_lowlevel_ops requests_operations;

/* Sets the names of the server's counts. */
void requests_name_counts(struct server *server);

#endif
