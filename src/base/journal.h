/*
 * A journal: records appended to memory that outlives the process that wrote them, because another
 * shares it. A record is there whole or not at all, wherever the writer was when it died. The
 * memory is the caller's: zeroed, shared, and only as much of it in use as was written.
 *
 * It has two halves. To compact is to copy what still counts into the other half and then to say
 * that this is the one.
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

/* Over `size` bytes of memory, with what stands there already. NULL: a journal that keeps nothing.
 */
void journal_open(struct journal *journal, void *memory, size_t size);
void journal_close(struct journal *journal);

/* Appends a record; `journal` may be NULL, here and below. Any thread. What does not fit makes the
 * journal useless, see journal_is_whole(). */
void journal_add(struct journal *journal, uint32_t kind, uint32_t key, struct slice bytes);

/* Says that something could not be told: nobody can go on from here. */
void journal_give_up(struct journal *journal);

/* Takes that back: what is there is all that is to be kept from now on. */
void journal_mend(struct journal *journal);

/* Whether there are records, and all that was to be kept is among them. */
bool journal_is_whole(const struct journal *journal);

/* The record at *cursor, which moves on to the next; 0 is the first. False behind the last. By
 * whoever compacts; others may add meanwhile. */
bool journal_next(const struct journal *journal, size_t *cursor, struct journal_record *record);

/* Whether so much was added since it was compacted last that it is worth it again. */
bool journal_has_grown(const struct journal *journal);

/* Leaves only those records for which keep() says so; it is called once each, in order, and calls
 * nothing of the journal's. Any thread. */
void journal_compact(struct journal *journal,
                     bool (*keep)(void *context, const struct journal_record *record),
                     void *context);

#endif
