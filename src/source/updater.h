/*
 * Following the content while it is served: finds what changed, builds the next generation of the
 * corpus, publishes it, and has the kernel told. Also takes the orders of the supervisor: to look
 * at everything now, to end the serving.
 *
 * Three threads: one drains events and orders and does nothing else; one looks, builds and
 * publishes; one tells the kernel, which may make it wait for requests under way, and holds no lock
 * that a request could need.
 */
#ifndef SOURCE_UPDATER_H
#define SOURCE_UPDATER_H

#include "source/content.h"
#include "tree/tree.h"

/* What whoever supervises may order. */
enum updater_order { UPDATER_CONTINUE, UPDATER_RESCAN, UPDATER_STOP };

struct updater; /* owned by who made it; borrows all that the options name */

struct updater_options {
    struct content_folder *folder;
    struct builder *builder;
    struct corpus *corpus; /* the one that is published: the last that the builder built */
    struct tree *tree;
    unsigned threads; /* that read files */
    unsigned gather;  /* milliseconds for which changes are gathered */
    int orders;       /* readable when an order is there; borrowed */
    /* Takes it from there. A call into what supervises, which is no business of this room. */
    enum updater_order (*take_order)(int orders);
    unsigned poll;         /* seconds between looks; 0: inotify, where the file system has it */
    invalidate_fn *notify; /* to the kernel */
    void (*stop)(void *context); /* ends the serving */
    void *context;               /* of both */
    void (*log)(const char *format, ...) __attribute__((format(printf, 1, 2)));
};

/*
 * Begins to watch, then looks once for what changed since the corpus was built. 0 or a negative
 * errno; then nothing runs.
 */
int updater_start(const struct updater_options *options, struct updater **updater);

/* Ends both threads, when the serving has ended. NULL is none. */
void updater_free(struct updater *updater);

#endif
