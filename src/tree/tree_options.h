/*
 * What a tree has to know when it is made.
 */
#ifndef TREE_TREE_OPTIONS_H
#define TREE_TREE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

/* How the process that serves is confined, for status.json: what does not hold is false or 0. */
struct confinement {
    bool no_new_privileges;
    bool no_capabilities;
    bool may_read_all; /* … but that to read what belongs to others */
    bool seccomp;
    bool no_core;
    int landlock; /* the version of its rules */
};

struct tree_options {
    const char *version; /* of the program */
    struct confinement confinement;
    uint32_t restarts;       /* how many served before and died */
    uint64_t resumed;        /* the last generation that one of these may have served; 0: none */
    struct journal *journal; /* where ids are noted that are given out; or NULL */
    uint64_t formats;        /* a bit a format that stands in an episode's folder; 0: all */
    /* Called while all bodies are read, where it is not NULL; at last with done == all. */
    void (*progress)(void *context, size_t done, size_t all);
    void *progress_context;
};

#endif
