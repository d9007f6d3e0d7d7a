#include "base/journal.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WORTH_IT = 4 << 20 /* bytes that were added since the last compaction */ };

/* At the beginning of the memory. A writer updates it last, so it is true whenever the writer dies.
 */
struct journal_header {
    uint32_t current; /* which half */
    uint32_t is_broken;
    uint64_t used[2]; /* bytes of each half */
};

/* Before the bytes of a record. No record is aligned. */
struct record_header {
    uint32_t kind;
    uint32_t key;
    uint32_t len;
};

/* The half in use. A writer that crashed may have left any number there. */
static unsigned current_half(const struct journal *journal)
{
    return __atomic_load_n(&journal->header->current, __ATOMIC_ACQUIRE) == 1;
}

void journal_open(struct journal *journal, void *memory, size_t size)
{
    *journal = (struct journal){.header = memory};
    pthread_mutex_init(&journal->lock, NULL);
    if (!memory)
        return;
    journal->half_size = (size - sizeof *journal->header) / 2;
    if (journal->half_size > UINT32_MAX)
        journal->half_size = UINT32_MAX; /* a position and a length have 32 bits */
    journal->halves[0] = (char *)memory + sizeof *journal->header;
    journal->halves[1] = journal->halves[0] + journal->half_size;
}

void journal_close(struct journal *journal)
{
    pthread_mutex_destroy(&journal->lock);
}

void journal_give_up(struct journal *journal)
{
    if (journal && journal->header)
        __atomic_store_n(&journal->header->is_broken, 1, __ATOMIC_RELEASE);
}

void journal_mend(struct journal *journal)
{
    if (journal && journal->header)
        __atomic_store_n(&journal->header->is_broken, 0, __ATOMIC_RELEASE);
}

bool journal_is_whole(const struct journal *journal)
{
    const struct journal_header *header = journal ? journal->header : NULL;
    if (!header || header->is_broken)
        return false;
    uint64_t used = header->used[current_half(journal)];
    return used > 0 && used <= journal->half_size;
}

/* With the lock held. Writes the bytes before the length that makes them visible. */
static void append(struct journal *journal, unsigned half, const struct journal_record *record)
{
    uint64_t *used = &journal->header->used[half];
    const struct record_header header = {record->kind, record->key, (uint32_t)record->bytes.len};
    size_t room = journal->half_size - *used;

    if (room < sizeof header || room - sizeof header < record->bytes.len) {
        journal_give_up(journal);
        return;
    }
    char *at = journal->halves[half] + *used;
    memcpy(at, &header, sizeof header);
    if (record->bytes.len)
        memcpy(at + sizeof header, record->bytes.data, record->bytes.len);
    __atomic_store_n(used, *used + sizeof header + record->bytes.len, __ATOMIC_RELEASE);
}

void journal_add(struct journal *journal, uint32_t kind, uint32_t key, struct slice bytes)
{
    const struct journal_record record = {.kind = kind, .key = key, .bytes = bytes};
    if (!journal || !journal->header)
        return;
    pthread_mutex_lock(&journal->lock);
    if (!journal->header->is_broken)
        append(journal, current_half(journal), &record);
    pthread_mutex_unlock(&journal->lock);
}

bool journal_next(const struct journal *journal, size_t *cursor, struct journal_record *record)
{
    struct record_header header;
    if (!journal || !journal->header)
        return false;
    unsigned half = current_half(journal);
    /* A writer that crashed may have written anywhere: an impossible record ends the journal. */
    size_t used = __atomic_load_n(&journal->header->used[half], __ATOMIC_ACQUIRE);
    if (used > journal->half_size || *cursor >= used || used - *cursor < sizeof header)
        return false;
    const char *at = journal->halves[half] + *cursor;
    memcpy(&header, at, sizeof header);
    if (header.len > used - *cursor - sizeof header)
        return false;
    *record = (struct journal_record){
        header.kind, header.key, {at + sizeof header, header.len}, (uint32_t)*cursor};
    *cursor += sizeof header + header.len;
    return true;
}

bool journal_has_grown(const struct journal *journal)
{
    if (!journal || !journal->header)
        return false;
    size_t used = __atomic_load_n(&journal->header->used[current_half(journal)], __ATOMIC_RELAXED);
    return used > 2 * journal->compacted + WORTH_IT;
}

/* Returns the memory of a half to the system if it is shared. */
static void give_back(const struct journal *journal, unsigned half)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = (uintptr_t)journal->halves[half], to = from + journal->half_size;
    from = (from + page - 1) & ~(page - 1);
    to &= ~(page - 1);
    if (from < to)
        madvise((void *)from, to - from, MADV_REMOVE);
}

void journal_compact(struct journal *journal,
                     bool (*keep)(void *context, const struct journal_record *record),
                     void *context)
{
    struct journal_header *header = journal->header;
    struct journal_record record;
    size_t cursor = 0;

    if (!header)
        return;
    pthread_mutex_lock(&journal->lock);
    unsigned other = 1 - current_half(journal);
    header->used[other] = 0;
    while (journal_next(journal, &cursor, &record)) {
        if (keep(context, &record))
            append(journal, other, &record);
    }
    __atomic_store_n(&header->current, other, __ATOMIC_RELEASE);
    journal->compacted = header->used[other];
    give_back(journal, 1 - other);
    pthread_mutex_unlock(&journal->lock);
}
