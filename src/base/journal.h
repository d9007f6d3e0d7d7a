/*
 * A journal: a writer appends records to memory that another process shares, so they outlive the
 * writer. A record is complete or absent, wherever the writer died. The caller owns the memory,
 * which is zeroed at first; pages that nobody wrote take no memory.
 *
 * It has two halves. Compacting copies the records that still count into the other half, then
 * switches to it.
 */
#ifndef BASE_JOURNAL_H
#define BASE_JOURNAL_H

#include <pthread.h>
#include <stdint.h>

#include "base/slice.h"

struct journal {
    struct journal_header *header; /* NULL: nothing is kept */
    char *halves[2];
    size_t half_size;
    size_t compacted; /* bytes after this writer's last compaction */
    pthread_mutex_t lock;
};

struct journal_record {
    uint32_t kind; /* the writer's; not 0 */
    uint32_t key;
    struct slice bytes; /* in the journal's memory */
    uint32_t at;        /* its position: it grows along the journal, until the next compaction */
};

/* Opens the journal in `size` bytes of memory, with the records that it holds. NULL: a journal that
 * drops every record. */
void journal_open(struct journal *journal, void *memory, size_t size);
void journal_close(struct journal *journal);

/* Appends a record; `journal` may be NULL, here and below. Any thread. A record that does not fit
 * makes the journal incomplete, see journal_is_whole(). */
void journal_add(struct journal *journal, uint32_t kind, uint32_t key, struct slice bytes);

/* Marks the journal as incomplete: nobody can resume from it. */
void journal_give_up(struct journal *journal);

/* Marks it as complete again: the caller is about to drop the records that lack others. */
void journal_mend(struct journal *journal);

/* Whether there are records, and none is missing. */
bool journal_is_whole(const struct journal *journal);

/* Reads the record at *cursor and advances it; 0 is the first. False behind the last. Only the
 * thread that compacts may call it; others may add records meanwhile. */
bool journal_next(const struct journal *journal, size_t *cursor, struct journal_record *record);

/* Whether enough was added since the last compaction to make the next one worth it. */
bool journal_has_grown(const struct journal *journal);

/* Compacts: keeps only the records for which keep() returns true. It calls keep() once for each
 * record, in order; keep() may not call the journal. */
void journal_compact(struct journal *journal,
                     bool (*keep)(void *context, const struct journal_record *record),
                     void *context);

#endif
