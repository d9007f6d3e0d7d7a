/*
 * Quarantine: keeps a file that crashes the parser from ending the mount for good. Each thread
 * notes the file it parses in memory that outlives the process. When a worker dies, its successor
 * suspects the files that were noted then, and parses each of them alone, so the next death names
 * the culprit. After two crashes that file is in quarantine and is not parsed until it changes.
 * SIGKILL may come from the OOM killer, so a kill counts half as much as a crash.
 */
#ifndef INDEX_QUARANTINE_H
#define INDEX_QUARANTINE_H

#include "corpus/episode.h"

enum {
    QUARANTINE_READERS = 256, /* threads that parse at once; others are not noted */
    QUARANTINE_SUSPECTS = 64,
    WEIGHT_OF_KILL = 1,
    WEIGHT_OF_CRASH = 2,
    WEIGHT_THAT_PROVES = 4,
};

struct suspect {
    uint64_t file; /* the identity of its path, its state and the part of it; 0: none */
    uint32_t deaths;
    uint32_t weight; /* … of them */
};

/* Zeroed at first; the workers share it. */
struct quarantine {
    uint64_t reading[QUARANTINE_READERS];
    struct suspect known[QUARANTINE_SUSPECTS];
    uint32_t waiting; /* threads that have a suspect to parse; they go first */
};

/* The part of a file that is parsed: one may crash the parser, and the other not. */
enum guarded_part { GUARDED_HEAD, GUARDED_BODY };

/* Guards the parsing of one file, from parse_guard_begin() to parse_guard_end(). */
struct parse_guard {
    struct quarantine *quarantine; /* NULL: nothing is noted */
    uint64_t file;
    int slot;        /* -1: it is not noted */
    uint32_t deaths; /* of workers that were parsing it */
    bool is_quarantined;
    bool is_alone;
    bool has_passed; /* the caller sets it when the parser returned */
};

/* Suspects the files that the previous worker was parsing when it died. A worker calls it before it
 * parses anything. */
void quarantine_note_death(struct quarantine *quarantine, bool was_killed);

/* The previous worker was ended in order: nothing is suspected for what it was parsing. */
void quarantine_note_end(struct quarantine *quarantine);

/* Notes that the calling thread parses this file; waits while a suspect is parsed, or, for a
 * suspect, while anything is. If is_quarantined comes back, the caller must not parse it. Any
 * thread, one file at a time. `quarantine` may be NULL. */
struct parse_guard parse_guard_begin(struct quarantine *quarantine, enum guarded_part part,
                                     struct slice path, const struct file_id *id);
void parse_guard_end(struct parse_guard *guard);

#define cleanup_parse_guard __attribute__((cleanup(parse_guard_end)))

/* Of how many deaths a part of the file is guilty, so that it is to be parsed no more; 0: it is
 * not. `quarantine` may be NULL. */
uint32_t quarantine_guilt(const struct quarantine *quarantine, enum guarded_part part,
                          struct slice path, const struct file_id *id);

/* Reports that the file is in quarantine. */
void parse_guard_report(const struct parse_guard *guard, struct diags *diags);

#endif
