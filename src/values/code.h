/*
 * Code points: as UTF-8, and as the surrogate pairs of UTF-16.
 */
#ifndef VALUES_CODE_H
#define VALUES_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CODE_HIGH = 0xD800, /* the first half of a pair, up to … */
    CODE_LOW = 0xDC00,  /* the second half, up to … */
    CODE_BEHIND_PAIRS = 0xE000,
    CODE_REPLACEMENT = 0xFFFD,
    CODE_MOST = 0x10FFFF,
    CODE_BYTES = 4, /* of one, at most */
};

static inline bool code_is_high(uint32_t code)
{
    return code >= CODE_HIGH && code < CODE_LOW;
}

static inline bool code_is_low(uint32_t code)
{
    return code >= CODE_LOW && code < CODE_BEHIND_PAIRS;
}

/* The code point of a pair. */
static inline uint32_t code_of_pair(uint32_t high, uint32_t low)
{
    return 0x10000 + ((high - CODE_HIGH) << 10) + (low - CODE_LOW);
}

/* Writes a code point as UTF-8, and returns its length. */
static inline size_t code_put(char *to, uint32_t code)
{
    size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char leads[CODE_BYTES] = {0, 0xC0, 0xE0, 0xF0};
    to[0] = (char)(leads[more] | code >> 6 * more);
    for (size_t i = 1; i <= more; i++)
        to[i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3F));
    return more + 1;
}

#endif
