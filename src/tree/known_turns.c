#include "tree/known_turns.h"

#include <errno.h>
#include <stdlib.h>

#include "corpus/history.h"

void known_turns_free(struct known_turns *known)
{
    for (size_t i = 0; i < sizeof known->chunks / sizeof *known->chunks; i++)
        free(known->chunks[i]);
}

int known_turns_reserve(struct known_turns *known, size_t episodes)
{
    for (size_t i = 0; i < episodes && i < CORPUS_MAX_EPISODES; i += KNOWN_CHUNK) {
        uint16_t **chunk = &known->chunks[i / KNOWN_CHUNK];
        if (!*chunk)
            *chunk = calloc(KNOWN_CHUNK, sizeof **chunk);
        if (!*chunk)
            return -ENOMEM;
    }
    return 0;
}

/* A few more than there are do no harm, and are noted less often. */
static uint16_t rounded_turns(uint32_t turns)
{
    uint32_t rounded = 64;
    while (rounded < turns)
        rounded *= 2;
    return rounded > UINT16_MAX ? UINT16_MAX : (uint16_t)rounded;
}

static uint16_t *count_of(struct known_turns *known, uint32_t episode)
{
    return &known->chunks[episode / KNOWN_CHUNK][episode % KNOWN_CHUNK];
}

void known_turns_note(struct known_turns *known, uint32_t episode, uint32_t turns)
{
    uint16_t *count = count_of(known, episode);
    uint16_t before = __atomic_load_n(count, __ATOMIC_RELAXED);
    if (before >= turns)
        return;
    uint16_t more = rounded_turns(turns);
    uint32_t noted = more;
    /* Before anybody relies on it. */
    journal_add(known->journal, HISTORY_TURNS, episode,
                (struct slice){(const char *)&noted, sizeof noted});
    while (before < turns && !__atomic_compare_exchange_n(count, &before, more, true,
                                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

uint32_t known_turns_take(struct known_turns *known, uint32_t episode)
{
    return __atomic_exchange_n(count_of(known, episode), 0, __ATOMIC_RELAXED);
}

/* The most that were ever given out: to tell of too many does no harm. */
int known_turns_take_up(struct known_turns *known, const struct journal_record *record)
{
    uint32_t number;
    if (record->bytes.len != sizeof number || known_turns_reserve(known, record->key + (size_t)1))
        return -ENOMEM;
    memcpy(&number, record->bytes.data, sizeof number);
    uint16_t *count = count_of(known, record->key);
    *count = *count < number ? (uint16_t)number : *count;
    return 0;
}
