/*
 * Files at which the program dies: so that one of them does not end a mount for good. What is being
 * read is noted in memory that outlives the process. Whoever serves next holds what was being read
 * then under suspicion and reads it alone, so that at the next death it is known which it was.
 * That one is read no more, until it is another: after two crashes. Who was killed may have been
 * killed for the memory that the file took, or for no fault of it; that takes twice as many.
 */
#ifndef INDEX_SUSPECTS_H
#define INDEX_SUSPECTS_H

#include "corpus/episode.h"

enum {
    SUSPECTS_READING = 64, /* threads that read at once; others go unnoted */
    SUSPECTS_KNOWN = 64,
    WEIGHT_OF_KILL = 1,
    WEIGHT_OF_CRASH = 2,
    WEIGHT_THAT_PROVES = 4,
};

struct suspect {
    uint64_t file; /* a hash of its path, its state and the part of it; 0: none */
    uint32_t deaths;
    uint32_t weight; /* … of them */
};

/* Zeroed at first, and shared with whoever serves next. */
struct suspects {
    uint64_t reading[SUSPECTS_READING];
    struct suspect known[SUSPECTS_KNOWN];
    uint32_t waiting; /* threads with a suspect: nobody begins before them */
};

/* What is read of a file: one may be deadly, and the other not. */
enum trial_part { TRIAL_HEAD, TRIAL_BODY };

/* The time in which a file is read. */
struct trial {
    struct suspects *suspects; /* NULL: nobody takes notes */
    uint64_t file;
    int slot;        /* -1: it goes unnoted */
    uint32_t deaths; /* in which it was being read */
    bool is_guilty;
    bool is_alone;
    bool has_passed; /* to be said by who reads: it was read, whatever it says */
};

/* When a process begins to serve after another has died: before anything is read. */
void suspects_blame(struct suspects *suspects, bool was_killed);

/* Begins to read a file, and waits until it may; where it is_guilty it is not to be read. Any
 * thread, one file at a time each. `suspects` may be NULL. */
struct trial trial_begin(struct suspects *suspects, enum trial_part part, struct slice path,
                         const struct file_id *id);
void trial_end(struct trial *trial);

#define cleanup_trial __attribute__((cleanup(trial_end)))

/* Reports that the file is guilty. */
void trial_report(const struct trial *trial, struct diags *diags);

#endif
