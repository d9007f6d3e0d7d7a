#include "nodes/exposed_turns.h"

#include <errno.h>
#include <stdlib.h>

#include "corpus/history.h"

void exposed_turns_free(struct exposed_turns *exposed)
{
    for (size_t i = 0; i < sizeof exposed->chunks / sizeof *exposed->chunks; i++)
        free(exposed->chunks[i]);
}

int exposed_turns_reserve(struct exposed_turns *exposed, size_t episodes)
{
    for (size_t i = 0; i < episodes && i < CORPUS_MAX_EPISODES; i += EXPOSED_CHUNK) {
        uint16_t **chunk = &exposed->chunks[i / EXPOSED_CHUNK];
        if (!*chunk)
            *chunk = calloc(EXPOSED_CHUNK, sizeof **chunk);
        if (!*chunk)
            return -ENOMEM;
    }
    return 0;
}

/* Rounds up, to log fewer records; invalidating a few more names does no harm. */
static uint16_t rounded_turns(uint32_t turns)
{
    uint32_t rounded = 64;
    while (rounded < turns)
        rounded *= 2;
    return rounded > UINT16_MAX ? UINT16_MAX : (uint16_t)rounded;
}

static uint16_t *count_of(struct exposed_turns *exposed, uint32_t episode)
{
    return &exposed->chunks[episode / EXPOSED_CHUNK][episode % EXPOSED_CHUNK];
}

void exposed_turns_note(struct exposed_turns *exposed, uint32_t episode, uint32_t turns)
{
    uint16_t *count = count_of(exposed, episode);
    uint16_t before = __atomic_load_n(count, __ATOMIC_RELAXED);
    if (before >= turns)
        return;
    uint16_t more = rounded_turns(turns);
    uint32_t noted = more;
    /* Log it before the kernel gets the names. */
    journal_add(exposed->journal, HISTORY_TURNS, episode,
                (struct slice){(const char *)&noted, sizeof noted});
    while (before < turns && !__atomic_compare_exchange_n(count, &before, more, true,
                                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

uint32_t exposed_turns_take(struct exposed_turns *exposed, uint32_t episode)
{
    return __atomic_exchange_n(count_of(exposed, episode), 0, __ATOMIC_RELAXED);
}

/* Keeps the maximum: invalidating too many names does no harm. */
int exposed_turns_restore(struct exposed_turns *exposed, const struct journal_record *record)
{
    uint32_t number;
    if (record->bytes.len != sizeof number ||
        exposed_turns_reserve(exposed, record->key + (size_t)1))
        return -ENOMEM;
    memcpy(&number, record->bytes.data, sizeof number);
    uint16_t *count = count_of(exposed, record->key);
    *count = *count < number ? (uint16_t)number : *count;
    return 0;
}
