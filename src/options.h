/*
 * What the command line asks for (command_line.h), and the exit statuses.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "corpus/access.h"
#include "values/limits.h"

enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_PROBLEMS = 3, /* --check found problems */
    /* Of --query, as grep has them. */
    EXIT_FOUND = 0,
    EXIT_NOT_FOUND = 1,
    EXIT_NO_ANSWER = 2,
};

/* What mount(8) takes from a helper: its section on return status. */
enum { MOUNT_EXIT_USAGE = 1, MOUNT_EXIT_FAILED = 32 };

struct options {
    const char *content;
    const char *mountpoint;
    uint64_t cache_size; /* bytes */
    uint64_t index_size; /* … of the index of words */
    struct limits limits;
    unsigned threads; /* that serve: 1 to PARALLEL_MAX_THREADS */
    bool foreground;
    bool debug;
    bool single_thread;
    bool quiet;
    bool verbose;
    bool check;
    const char *query;  /* NULL: it mounts */
    const char *format; /* … in which what is found is printed */
    bool is_helper;     /* called by mount(8), as mount.transcriptfs or mount.fuse.transcriptfs */
    bool is_fake;       /* … which wants to see no more than that the options are right */
    bool is_sloppy;     /* … which wants unknown options to be passed over */
    bool bare_entries;
    bool allow_other;
    bool allow_root;
    bool nonempty;
    bool no_prefetch;
    bool sandbox; /* confine the worker */
    bool replace; /* unmount a dead mount first */
    bool xattr;
    unsigned poll;    /* seconds between scans; 0: inotify, where it works */
    uint64_t formats; /* as in struct tree_options */
    uint32_t inputs;  /* source_form_bit(); 0: as the content says */
    struct access_rule access;
};

#endif
