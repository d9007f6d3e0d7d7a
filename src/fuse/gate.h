/*
 * The gate: how many requests may wait at once. A request that needs a body waits until that is
 * parsed, and keeps a thread as long. Where as many wait as may, each further request is tried: it
 * is answered if it waits for nothing, else it is put aside, without a thread, until another one is
 * answered. So a few threads are always free for what needs no body.
 */
#ifndef FUSE_GATE_H
#define FUSE_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct fuse_session;
struct fuse_req;

/* A request. */
struct call {
    struct fuse_req *req;
    /* Computes the answer, asks gate_gives_up(), and replies unless that says so. */
    void (*answer)(const struct call *call);
    uint64_t id;
    const char *name; /* NULL: it has none */
    size_t size;
    off_t offset;
};

struct gate {
    struct fuse_session *session;
    unsigned most; /* calls that may wait at once */
    pthread_mutex_t lock;
    unsigned inside; /* calls that may wait */
    struct aside *first, **last;
};

void gate_init(struct gate *gate, struct fuse_session *session, unsigned most);

/* Frees what is still aside, without a reply: the next worker is asked again. No thread may use the
 * gate any more. */
void gate_free(struct gate *gate);

/* Answers a call, or puts it aside. Copies it. */
void gate_enter(struct gate *gate, const struct call *call);

/* To be asked before a reply: true where there must be none from the caller, since something was
 * left out on account of one of the two functions below. */
bool gate_gives_up(const struct call *call);

/* Whether the client of the request that this thread answers was interrupted, or it must not wait;
 * false where the thread answers none. */
bool gate_has_client_left(void);

/* Whether the request that this thread answers is only tried. */
bool gate_must_not_wait(void);

#endif
