/*
 * The updater: while a mount is served it finds changes of the content folder, builds the next
 * generation of the corpus, publishes it, and notifies the kernel. It also takes the orders of the
 * supervisor: rescan, or stop.
 *
 * It has three threads. The drain reads events and orders, and does nothing else. The publisher
 * scans, builds and publishes. The notifier notifies the kernel, which may make it wait for
 * requests under way; it holds no lock that a request could need.
 */
#ifndef SOURCE_UPDATER_H
#define SOURCE_UPDATER_H

#include "source/content.h"
#include "tree/tree.h"

/* The orders of the supervisor. */
enum updater_order { UPDATER_CONTINUE, UPDATER_RESCAN, UPDATER_STOP };

struct updater; /* borrows all that the options name */

struct updater_options {
    struct content_folder *folder;
    struct builder *builder;
    struct corpus *corpus; /* the newest published one, which the builder built last */
    struct tree *tree;
    unsigned threads; /* that read files */
    unsigned gather;  /* milliseconds from the first change to the scan */
    int orders;       /* readable when an order has come; borrowed */

    unsigned poll; /* seconds between scans; 0: inotify, if the file system supports it */

    /* Callbacks against the direction, which main.c connects: this room depends neither on process
     * nor on fuse. */
    enum updater_order (*take_order)(int orders); /* reads an order: process/supervise.c */
    invalidate_fn *notify;                        /* notifies the kernel: fuse/serve.c */
    void (*stop)(void *context);                  /* ends the serving: fuse/serve.c */
    void *context;                                /* of `notify` and `stop` */
    void (*log)(const char *format, ...) __attribute__((format(printf, 1, 2)));
};

/*
 * Starts the threads; the first scan finds what changed since the corpus was built. 0 or a negative
 * errno; then no thread runs.
 */
int updater_start(const struct updater_options *options, struct updater **updater);

/* Ends the threads, after serving has ended. `updater` may be NULL. */
void updater_free(struct updater *updater);

#endif
