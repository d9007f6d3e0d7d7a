/*
 * The worker: what it and the supervisor (supervise.h) say to each other over a socket, and the
 * thread by whose end the supervisor sees that it died.
 */
#ifndef PROCESS_WORKER_H
#define PROCESS_WORKER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

/* The messages of a worker: a byte each. */
enum worker_message {
    MSG_LOADED = 'l',
    MSG_READY = 'y',
    MSG_LOG = 'm', /* the text follows: MOST_LOGGED bytes in all, at most */
};

enum { MOST_LOGGED = 2048 };

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

/* A thread with a descriptor table of its own, which holds nothing but an end of a pipe. A signal
 * that kills the process closes that end, even if another thread cannot die. */
struct witness {
    int life; /* the end of the pipe; the supervisor has the other one */
    pthread_t thread;
    sem_t has_begun, is_over;
    bool is_there;
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

/* Ends the witness, where it was started; the worker is about to exit. */
void worker_end_witness(struct witness *witness);

/* The supervisor's side. Neither waits for a worker that does not read. */

/* The answer to MSG_LOADED: sends the descriptor of the mount. 0 or a negative errno. */
int worker_give_mount(int socket, int fd);

/* Sends an order. False if the socket is full. */
bool worker_order(int socket, enum supervise_order order);

#endif
