/*
 * The supervisor: a small process that holds the mount and parses nothing. Its child, the worker,
 * reads the content and serves the kernel. When a worker dies (a crash, SIGKILL, out of memory) the
 * supervisor starts the next one, and the kernel sends it the unanswered requests again, so no
 * reader gets an error. Only the supervisor mounts, unmounts and handles signals, so the worker can
 * be confined. If another folder replaces the content folder (place.h), the supervisor ends the
 * worker in order, and the next one serves the new folder.
 *
 * They talk over a socket: the worker reports that it is loaded, receives the descriptor of the
 * mount, reports that it serves, and receives orders. When the supervisor dies the kernel kills the
 * worker.
 */
#ifndef PROCESS_SUPERVISE_H
#define PROCESS_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

struct place;
struct recent;

/* The orders of the supervisor: a byte each. End of file on the socket: the supervisor is gone. */
enum supervise_order {
    ORDER_NONE = 0,
    ORDER_RESCAN = 'r', /* scan the content now */
    ORDER_END = 'e',    /* stop after the requests under way */
};

/* The exit status of a worker. */
enum {
    WORKER_ENDED = 0,
    WORKER_FAILED = 1,        /* it logged why; before the first mount the program ends too */
    WORKER_CANNOT_RESUME = 4, /* its predecessor left no usable state: the supervisor remounts */
    WORKER_LACKS_ROOM = 5     /* it lacks memory or threads, and logged which; later it may not */
};

/* Why the supervisor started a worker. */
enum worker_cause {
    WORKER_IS_FIRST,
    WORKER_AFTER_CRASH,
    WORKER_AFTER_KILL,     /* SIGKILL, perhaps by the OOM killer */
    WORKER_AFTER_HAND_OVER /* another folder replaced the content folder; nothing died */
};

/* The worker's end of the socket. */
struct worker {
    int socket;
    struct witness *witness; /* the thread whose end shows the supervisor that the worker died */
    uint32_t restarts;       /* the number of workers that died before it */
    enum worker_cause cause;
};

/* Reports that the worker is loaded. Returns the descriptor of the mount, which the caller closes,
 * or a negative errno if there is none. */
int worker_take_mount(struct worker *worker);

/* Reports that the worker serves. Call it once. */
void worker_say_ready(struct worker *worker);

/* Receives an order from the worker's end of the socket; ORDER_END if the supervisor is gone. */
enum supervise_order worker_take_order(int socket);

/* Sends a message, which the supervisor logs. A sink for report_through(), with the struct worker.
 */
void worker_log(void *worker, const char *message);

struct supervise_options {
    /* Callbacks against the direction: main.c knows what a worker does and how to mount, and this
     * room knows neither `source` nor `fuse`. */
    /* Runs in the child; the process exits with the status that it returns. */
    int (*work)(void *context, struct worker *worker);
    /* Mounts. Returns the descriptor, or a negative errno after it logged why. */
    int (*mount)(void *context);
    /* Unmounts, if mounted; by force if a worker did not stop in order. */
    void (*unmount)(void *context, bool by_force);
    /* Called when the mount answers for the first time. */
    void (*ready)(void *context);
    /* Drops the state that workers share, except the quarantine. */
    void (*forget)(void *context);
    void *context;
    struct recent *recent; /* notes what the supervisor does (recent.h) */
    struct place *place;   /* of the content folder (place.h); NULL: the folder is not followed */
    void (*log)(const char *format, ...) __attribute__((format(printf, 1, 2)));
};

/* Supervises until somebody unmounts, or SIGINT or SIGTERM stops it: the first signal in order, a
 * second one at once. SIGHUP orders a rescan. Blocks these signals. Returns 0, or
 * WORKER_FAILED if the first worker failed, or if workers die too often. */
int supervise(const struct supervise_options *options);

#endif
