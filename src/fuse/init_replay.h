/*
 * Replaying FUSE_INIT. The kernel sends this request once in the life of a mount. The first worker
 * records it; each that serves the mount after that replays the recorded request to libfuse,
 * discards libfuse's reply, and asks the kernel to send again what its predecessor did not answer
 * (FUSE_NOTIFY_RESEND, Linux 6.9). It adds to libfuse's first reply what libfuse leaves out.
 */
#ifndef FUSE_INIT_REPLAY_H
#define FUSE_INIT_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

struct fuse_session;
struct fuse_custom_io;

/* The recorded request; the workers share it. */
struct init_request {
    uint32_t len; /* 0: none was received yet */
    char bytes[1020];
};

/* Stands at the beginning of the userdata of a session that uses init_replay_io. */
struct init_state {
    struct init_request *init;
    bool is_done;      /* requests come from the kernel */
    bool is_replaying; /* libfuse answers a replayed request: the answer is discarded */
};

extern const struct fuse_custom_io init_replay_io;

/*
 * Receives FUSE_INIT, or replays the recorded one, and has libfuse answer it. Called by one thread
 * before any other serves: libfuse refuses every request before FUSE_INIT. 0; -ENODEV where the
 * mount is gone; -EINVAL where the kernel, older than 6.9, does not resend.
 */
int init_replay_handshake(struct init_state *init_state, struct fuse_session *session, int fd);

#endif
