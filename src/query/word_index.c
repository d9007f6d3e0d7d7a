#include "query/word_index.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEAST_BITS = 6, /* of a signature, as a power of two */
    MOST_BITS = 20,
    FIRST_CAP = 1024,
    SHORT_RUN = 3, /* bytes */
    LONG_RUN = 5,
    SPARSE = 4, /* a signature of which fewer bits are set than one in so many is halved */
};

struct word_signature {
    uint64_t version;
    unsigned bits; /* as a power of two */
    uint8_t set[];
};

static size_t size_of(unsigned bits)
{
    return sizeof(struct word_signature) + ((size_t)1 << bits) / 8;
}

void word_index_init(struct word_index *index, size_t budget)
{
    *index = (struct word_index){.budget = budget, .most_bits = MOST_BITS};
    pthread_mutex_init(&index->lock, NULL);
}

void word_index_free(struct word_index *index)
{
    for (uint32_t i = 0; i < index->cap; i++)
        free(index->at[i]);
    free(index->at);
    pthread_mutex_destroy(&index->lock);
}

size_t word_index_size(struct word_index *index)
{
    pthread_mutex_lock(&index->lock);
    size_t bytes = index->bytes;
    pthread_mutex_unlock(&index->lock);
    return bytes;
}

/* --- signatures ------------------------------------------------------------------------------- */

/* A bit for the last `len` bytes; its low bits are those of a coarser signature. */
static inline uint32_t bit_of(uint64_t bytes, unsigned len)
{
    uint64_t run = bytes & ((UINT64_C(1) << 8 * len) - 1);
    /* Multiplicative hashing, by the golden ratio (Knuth, volume 3, 6.4). */
    return (uint32_t)((run * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

static inline bool has_bit(const struct word_signature *signature, uint32_t bit)
{
    bit &= (UINT32_C(1) << signature->bits) - 1;
    return signature->set[bit / 8] >> bit % 8 & 1;
}

/* Marks the bits of all runs, in a byte each: to set a bit takes a read, which waits for the write
 * before it. `mask` is that of a bit's number. */
static void mark_runs(uint8_t *marks, uint32_t mask, struct slice words)
{
    uint64_t bytes = 0;
    size_t i = 0;
    for (; i < words.len && i + 1 < LONG_RUN; i++) {
        bytes = bytes << 8 | (unsigned char)words.data[i];
        if (i + 1 >= SHORT_RUN)
            marks[bit_of(bytes, SHORT_RUN) & mask] = 1;
    }
    for (; i < words.len; i++) {
        bytes = bytes << 8 | (unsigned char)words.data[i];
        marks[bit_of(bytes, SHORT_RUN) & mask] = 1;
        marks[bit_of(bytes, LONG_RUN) & mask] = 1;
    }
}

/* Makes a bit of each mark. */
static void set_marked(struct word_signature *signature, const uint8_t *marks)
{
    uint64_t eight;
    for (size_t i = 0; i < (size_t)1 << signature->bits; i += sizeof eight) {
        memcpy(&eight, marks + i, sizeof eight);
        /* Shifts the lowest bit of byte n to bit n of the highest byte. */
        eight = le64toh(eight) * UINT64_C(0x0102040810204080);
        signature->set[i / 8] = (uint8_t)(eight >> 56);
    }
}

static bool has_runs(const struct word_signature *signature, struct slice words)
{
    uint64_t bytes = 0;
    bool has = true;
    for (size_t i = 0; i < words.len && has; i++) {
        bytes = bytes << 8 | (unsigned char)words.data[i];
        has = (i + 1 < SHORT_RUN || has_bit(signature, bit_of(bytes, SHORT_RUN))) &&
              (i + 1 < LONG_RUN || has_bit(signature, bit_of(bytes, LONG_RUN)));
    }
    return has;
}

/* Halves a signature: ORs the two halves. */
static struct word_signature *coarsen(struct word_signature *signature, unsigned bits)
{
    while (signature->bits > bits) {
        size_t half = ((size_t)1 << --signature->bits) / 8;
        for (size_t i = 0; i < half; i++)
            signature->set[i] |= signature->set[half + i];
    }
    struct word_signature *smaller = realloc(signature, size_of(signature->bits));
    return smaller ? smaller : signature;
}

static bool is_sparse(const struct word_signature *signature)
{
    size_t size = ((size_t)1 << signature->bits) / 8, ones = 0;
    uint64_t eight;
    for (size_t i = 0; i < size; i += sizeof eight) {
        memcpy(&eight, signature->set + i, sizeof eight);
        ones += (unsigned)__builtin_popcountll(eight);
    }
    return ones * SPARSE < size * 8;
}

/* One or two bits for each byte of text: about a third of them is set then, since n-grams recur. */
static unsigned bits_for(size_t bytes, unsigned most)
{
    unsigned bits = LEAST_BITS;
    while (bits < most && (size_t)1 << bits <= bytes)
        bits++;
    return bits;
}

static struct word_signature *sign(uint64_t version, struct slice words, unsigned most)
{
    unsigned bits = bits_for(words.len, most);
    struct word_signature *signature = malloc(size_of(bits));
    uint8_t *marks = calloc((size_t)1 << bits, 1);
    if (!signature || !marks) {
        free(signature);
        free(marks);
        return NULL;
    }
    signature->version = version;
    signature->bits = bits;
    mark_runs(marks, (UINT32_C(1) << bits) - 1, words);
    set_marked(signature, marks);
    free(marks);
    while (signature->bits > LEAST_BITS && is_sparse(signature))
        signature = coarsen(signature, signature->bits - 1);
    return signature;
}

/* --- with the lock held ----------------------------------------------------------------------- */

static bool reserve(struct word_index *index, uint32_t episode)
{
    uint32_t cap = index->cap ? index->cap : FIRST_CAP;
    if (episode < index->cap)
        return true;
    while (cap <= episode)
        cap *= 2;
    size_t more = (cap - index->cap) * sizeof(struct word_signature *);
    if (index->bytes + more > index->budget)
        return false;
    struct word_signature **at = reallocarray(index->at, cap, sizeof(struct word_signature *));
    if (!at)
        return false;
    memset(at + index->cap, 0, more);
    index->at = at;
    index->cap = cap;
    index->bytes += more;
    return true;
}

static void drop(struct word_index *index, uint32_t episode)
{
    if (index->at[episode])
        index->bytes -= size_of(index->at[episode]->bits);
    free(index->at[episode]);
    index->at[episode] = NULL;
}

/* Makes room for a signature, and makes that one as coarse as the others. False if the budget is
 * too small. */
static bool make_room(struct word_index *index, struct word_signature **signature)
{
    while (index->bytes + size_of((*signature)->bits) > index->budget) {
        if (index->most_bits == LEAST_BITS)
            return false;
        index->most_bits--;
        for (uint32_t i = 0; i < index->cap; i++) {
            if (!index->at[i] || index->at[i]->bits <= index->most_bits)
                continue;
            index->bytes -= size_of(index->at[i]->bits) - size_of(index->most_bits);
            index->at[i] = coarsen(index->at[i], index->most_bits);
        }
        if ((*signature)->bits > index->most_bits)
            *signature = coarsen(*signature, index->most_bits);
    }
    return true;
}

static bool knows(const struct word_index *index, uint32_t episode, uint64_t version)
{
    return episode < index->cap && index->at[episode] && index->at[episode]->version == version;
}

/* ---------------------------------------------------------------------------------------------- */

void word_index_learn(struct word_index *index, uint32_t episode, uint64_t version,
                      struct slice words)
{
    pthread_mutex_lock(&index->lock);
    bool is_wanted = index->budget && !knows(index, episode, version);
    unsigned most = index->most_bits;
    pthread_mutex_unlock(&index->lock);
    struct word_signature *signature = is_wanted ? sign(version, words, most) : NULL;
    if (!signature)
        return;
    pthread_mutex_lock(&index->lock);
    if (reserve(index, episode)) {
        drop(index, episode);
        if (make_room(index, &signature)) {
            index->at[episode] = signature;
            index->bytes += size_of(signature->bits);
            signature = NULL;
        }
    }
    pthread_mutex_unlock(&index->lock);
    free(signature);
}

bool word_index_may_have(struct word_index *index, uint32_t episode, uint64_t version,
                         struct slice words)
{
    bool may = true;
    pthread_mutex_lock(&index->lock);
    if (knows(index, episode, version))
        may = has_runs(index->at[episode], words);
    pthread_mutex_unlock(&index->lock);
    return may;
}
