/*
 * The process of a mount: main.c reads the arguments, mounts and supervises, load.c reads the
 * content, and work.c is the worker that serves it.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "corpus/build.h"
#include "corpus/history.h"
#include "corpus/resume.h"
#include "fuse/mountpoint.h"
#include "fuse/serve.h"
#include "process/place.h"
#include "process/recent.h"
#include "process/sandbox.h"
#include "process/supervise.h"
#include "source/content.h"
#include "options.h"
#include "report.h"

/* Memory that the supervisor and all workers share: the state that one worker leaves to the next.
 */
struct shared_state {
    struct init_request init;
    struct quarantine quarantine;
    dev_t device; /* of the mount; 0: not known */
    struct content_place place;
    struct recent recent;
    char journal[];
};

/* The state of the process. The supervisor owns the mount, a worker everything else. */
struct program {
    struct options options;
    struct mount_options mount_options;
    struct mount *mount;
    struct mounted mounted; /* what the kernel calls it */
    struct mountpoint mountpoint;
    struct shared_state *shared; /* NULL: nothing is served */
    size_t shared_size;
    struct journal journal;
    struct worker *worker;
    struct content_folder folder;
    struct builder *builder;
    struct corpus *corpus; /* the first: the tree's, once there is one */
    struct corpora seen;   /* the generations after it, which clients may have seen */
    uint64_t resumed;      /* the number of the last of these; 0: this is the first worker */
    struct cache *cache;
    struct tree *tree;
    struct updater *updater;
    struct confinement confinement;
    char *content_path;
    struct progress listening; /* while all bodies are read for by-voice */
    struct place *place;       /* every worker reopens the folder through it; NULL: by its path */
    int null;                  /* /dev/null, which the sandbox would not let it open later */
    int ready_fd; /* a pipe to the parent, which waits until the mount answers; -1: none */
};

/* Behind a message of what there was not enough of. */
#define ROOM_ADVICE                                                                     \
    " (too little memory, or too few threads: see ulimit -v, ulimit -u, and MemoryMax " \
    "and TasksMax of systemd)"

/* load.c */
/* Reads the content: the corpus, the cache and the tree. 0 or an error, which has been reported. */
int program_load(struct program *program);
/* Reports what was read, as far as the options want it. */
void program_summarise(const struct program *program);
void program_free(struct program *program);
/* Whether no worker was there before; also where there is none, for --check. */
bool program_is_first(const struct program *program);

/* work.c */
/* What a worker does; its exit status. */
int program_work(void *program, struct worker *worker);
/* In the background nobody reads standard error once the mount answers: messages go to syslog, by
 * way of the supervisor. */
void program_detach(struct program *program);

#endif
