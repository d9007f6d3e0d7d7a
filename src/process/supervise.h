/*
 * Surviving the death of whoever serves: a small process, the supervisor, holds the mount and
 * parses nothing; a child of it, the worker, does all the rest. When the worker dies (a crash,
 * SIGKILL, no memory) the next one takes its place, and the kernel asks again what was left
 * unanswered: nobody who reads gets an error. Only the supervisor mounts and unmounts, and takes
 * the signals, so the worker can be confined.
 *
 * They talk over a socket: the worker says that it is loaded and gets the descriptor of the mount,
 * says that it serves, and gets orders. When the supervisor dies the worker does too.
 */
#ifndef PROCESS_SUPERVISE_H
#define PROCESS_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

/* What the supervisor says to a worker: a byte each. Where the socket ends, it is gone. */
enum supervise_order {
    ORDER_NONE = 0,
    ORDER_RESCAN = 'r', /* look through the content now */
    ORDER_END = 'e',    /* end in peace */
};

/* What a worker ends with. */
enum {
    WORKER_ENDED = 0,
    WORKER_FAILED = 1,      /* it said why; before the first mount, that is the end */
    WORKER_CANNOT_GO_ON = 4 /* where another left off: it has to be mounted anew */
};

/* The worker's end of the socket. */
struct worker {
    int socket;
    uint32_t restarts; /* how many died before it */
    bool was_killed;   /* the last of them: that may have been no fault of its own */
};

/* Says that it is loaded. The descriptor of the mount, or a negative errno: there is none. */
int worker_take_mount(struct worker *worker);

/* Says that it serves. */
void worker_say_ready(struct worker *worker);

/* The order that waits at the worker's end of the socket; ORDER_END too where nobody is there to
 * give one. */
enum supervise_order worker_take_order(int socket);

/* Has the supervisor log a message; `worker` is one, for report_through(). */
void worker_log(void *worker, const char *message);

struct supervise_options {
    /* In the child: the worker's life; what it returns the process ends with. */
    int (*work)(void *context, struct worker *worker);
    /* Mounts; the descriptor or a negative errno, when it has said why. */
    int (*mount)(void *context);
    /* As far as it is mounted; by force where a worker did not end in peace. */
    void (*unmount)(void *context, bool by_force);
    /* Called when the mount answers for the first time. */
    void (*ready)(void *context);
    /* Called when what workers leave to each other has to be forgotten, but for what they died of.
     */
    void (*forget)(void *context);
    void *context;
    void (*log)(const char *format, ...) __attribute__((format(printf, 1, 2)));
};

/* Supervises until the mount is taken away or a signal ends it: INT or TERM in peace, a second one
 * at once. Blocks these and HUP, which is passed on. 0, or what the first worker failed with;
 * WORKER_FAILED where workers die one after the other. */
int supervise(const struct supervise_options *options);

#endif
