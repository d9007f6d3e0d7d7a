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

#include "process/worker.h"

struct place;
struct recent;

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
