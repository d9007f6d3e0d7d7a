/*
 * The options of a tree.
 */
#ifndef NODES_TREE_OPTIONS_H
#define NODES_TREE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

/* The measures that confine the worker, for status.json; false or 0: the measure does not hold. */
struct confinement {
    bool no_new_privileges;
    bool no_capabilities;
    bool may_read_all; /* except CAP_DAC_READ_SEARCH */
    bool seccomp;
    bool chroot; /* the content folder is its root */
    bool no_core;
    int landlock; /* the version of its rules */
};

/* The state of the path of the content folder. The supervisor writes it, in memory that it shares
 * with the workers. */
struct content_place {
    const char *state; /* "there", or why the mount serves another folder than that at the path */
    uint32_t replaced; /* how often the mount has followed another folder */
};

struct tree_options {
    const char *version; /* of the program */
    struct confinement confinement;
    uint32_t restarts; /* the number of workers that died */
    uint64_t resumed;  /* the last generation that one of them may have served; 0: none */
    const struct content_place *place; /* or NULL */
    struct journal *journal;           /* logs the ids that clients get; or NULL */
    size_t index_size;                 /* bytes that the index of words may take */
    uint64_t formats;                  /* the formats in an episode's folder, a bit each; 0: all */
    /* The voice index reports its progress, at last done == all; may be NULL. */
    void (*progress)(void *context, size_t done, size_t all);
    void *progress_context;
};

#endif
