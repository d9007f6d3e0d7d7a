/*
 * The kernel's hello (FUSE_INIT), which it says once in the life of a mount. Whoever serves it
 * after another has the same hello given to libfuse, and what libfuse answers is given to nobody.
 * What the one before was asked and did not answer the kernel is told to ask again
 * (FUSE_NOTIFY_RESEND, Linux 6.9).
 */
#ifndef FUSE_HELLO_H
#define FUSE_HELLO_H

#include <stdbool.h>
#include <stdint.h>

struct fuse_session;
struct fuse_custom_io;

/* As it was said, for whoever serves the mount next; shared with him. */
struct hello {
    uint32_t len; /* 0: it was not said */
    char bytes[1020];
};

/* What stands at the beginning of the context of a session that has hello_io. */
struct greeting {
    struct hello *hello;
    bool is_done;      /* requests come from the kernel */
    bool is_replaying; /* a hello of before: its answer goes to nobody */
};

extern const struct fuse_custom_io hello_io;

/*
 * Hears the hello, or has the one of before heard again, and answers. By one thread alone, before
 * any other serves: libfuse refuses what comes before the hello. 0; -ENODEV where the mount is
 * gone; -EINVAL where a kernel before 6.9 does not ask again.
 */
int hello_greet(struct greeting *greeting, struct fuse_session *session, int fd);

#endif
