/*
 * Quarantine: keeps a file that crashes the parser from ending the mount for good. Each thread
 * notes the file it parses in memory that outlives the process. When a worker dies, its successor
 * suspects the files that were noted then, and parses each of them while no other file is parsed,
 * so the next death names the culprit. After two crashes that file is in quarantine until it
 * changes: nobody parses it. SIGKILL may come from the OOM killer, so a kill counts half as much
 * as a crash.
 */
#ifndef INDEX_QUARANTINE_H
#define INDEX_QUARANTINE_H

#include "corpus/episode.h"

enum {
    QUARANTINE_READERS = 64, /* threads that read at once; others go unnoted */
    QUARANTINE_SUSPECTS = 64,
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
struct quarantine {
    uint64_t reading[QUARANTINE_READERS];
    struct suspect known[QUARANTINE_SUSPECTS];
    uint32_t waiting; /* threads with a suspect: nobody begins before them */
};

/* What is read of a file: one may be deadly, and the other not. */
enum guarded_part { GUARDED_HEAD, GUARDED_BODY };

/* The time in which a file is read. */
struct parse_guard {
    struct quarantine *quarantine; /* NULL: nobody takes notes */
    uint64_t file;
    int slot;        /* -1: it goes unnoted */
    uint32_t deaths; /* in which it was being read */
    bool is_quarantined;
    bool is_alone;
    bool has_passed; /* to be said by who reads: it was read, whatever it says */
};

/* When a process begins to serve after another has died: before anything is read. */
void quarantine_note_death(struct quarantine *quarantine, bool was_killed);

/* Begins to read a file, and waits until it may; where it is_quarantined it is not to be read. Any
 * thread, one file at a time each. `quarantine` may be NULL. */
struct parse_guard parse_guard_begin(struct quarantine *quarantine, enum guarded_part part,
                                     struct slice path, const struct file_id *id);
void parse_guard_end(struct parse_guard *guard);

#define cleanup_parse_guard __attribute__((cleanup(parse_guard_end)))

/* Reports that the file is in quarantine. */
void parse_guard_report(const struct parse_guard *guard, struct diags *diags);

#endif
