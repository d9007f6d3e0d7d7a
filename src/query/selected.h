/*
 * The result of a query in one episode: some of its turns, or all.
 */
#ifndef QUERY_SELECTED_H
#define QUERY_SELECTED_H

#include <stdbool.h>
#include <stdint.h>

/* An episode that is found. */
struct selected {
    uint32_t episode;
    bool is_whole;       /* the query does not speak of turns: all are found */
    uint32_t turn_count; /* of the whole episode */
    uint32_t *turns;     /* those that are found, ascending; owned; NULL where it is whole */
    uint32_t count;      /* how many are found; of a whole one 0 until they are counted */
};

/* Whether a turn is found; the n-th found turn; and the index of a turn among them, `count` if it
 * is not found. */
static inline uint32_t selected_turn(const struct selected *selected, uint32_t nth)
{
    return selected->is_whole ? nth : selected->turns[nth];
}
uint32_t selected_find(const struct selected *selected, uint64_t turn);
static inline bool selected_has(const struct selected *selected, uint32_t turn)
{
    return selected->is_whole || selected_find(selected, turn) < selected->count;
}

#endif
