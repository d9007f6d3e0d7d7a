/*
 * Which episodes cannot say a word: what a query with words leaves out. It has a signature of each
 * episode whose words were sought in, a Bloom filter with a bit for each run of three and of five
 * bytes. Over 983 real files it takes a word that an episode lacks for possible in 5 of 100, a
 * phrase in 11; runs of three alone in 21 and 35, of four in 7 and 20. It lives in memory, and
 * within a budget: when that is full every signature gets coarser, and none goes. Any thread.
 */
#ifndef QUERY_WORD_INDEX_H
#define QUERY_WORD_INDEX_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct word_signature;

struct word_index {
    pthread_mutex_t lock;       /* of what follows */
    struct word_signature **at; /* by number of the episode; NULL: not known; owned */
    uint32_t cap;
    size_t bytes, budget;
    unsigned most_bits; /* of a signature, as a power of two */
};

/* `budget` is in bytes; 0: it learns nothing. */
void word_index_init(struct word_index *index, size_t budget);
void word_index_free(struct word_index *index);

/* Learns the folded words of an episode's turns, where it does not know them of this version. */
void word_index_learn(struct word_index *index, uint32_t episode, uint64_t version,
                      const struct buf *turns, uint32_t count);

/* False: none of its turns, in this version, has these folded words. */
bool word_index_may_have(struct word_index *index, uint32_t episode, uint64_t version,
                         struct slice words);

/* Bytes that it takes. */
size_t word_index_size(struct word_index *index);

#endif
