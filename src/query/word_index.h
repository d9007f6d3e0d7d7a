/*
 * The word index: excludes episodes that cannot contain a word from a query. It keeps a signature
 * of each episode that was searched: a Bloom filter over its byte trigrams and 5-grams, of which a
 * quarter to a half of the bits are set. Over 374 real files its false positives are 8 % for a word
 * and 12 % for a phrase, with 6.3 KB a file of 48; one bit or two a byte of text has 6 and 11 %
 * with 8.2 KB. Over 983, trigrams alone have four and three times as many, 4-grams half as many
 * again. It lives in memory, within a budget: when that is full it halves every signature, and
 * evicts none. Any thread.
 */
#ifndef QUERY_WORD_INDEX_H
#define QUERY_WORD_INDEX_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

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

/* Adds the folded words of all turns of an episode, unless it has this version. */
void word_index_learn(struct word_index *index, uint32_t episode, uint64_t version,
                      struct slice words);

/* False: no turn of this version has these folded words. */
bool word_index_may_have(struct word_index *index, uint32_t episode, uint64_t version,
                         struct slice words);

/* The memory that it uses, in bytes. */
size_t word_index_size(struct word_index *index);

#endif
