/*
 * A slice: a pointer and a length. It borrows its bytes, may hold NUL bytes, and need not end in
 * one. {NULL, 0} and an empty string are the same.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct slice {
    const char *data;
    size_t len;
};

/* The slice of a string literal. */
#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    /* A length above 0 implies data. NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Compares bytes, as memcmp() does; a prefix comes first. For UTF-8 that is the order of code
 * points. */
static inline int slice_compare(struct slice a, struct slice b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static inline bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_equal((struct slice){s.data, prefix.len}, prefix);
}

static inline bool slice_ends(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len &&
           slice_equal((struct slice){s.data + s.len - suffix.len, suffix.len}, suffix);
}

/* The slice without its first n bytes; n is at most its length. C11 (6.5.6) does not let 0 be added
 * to NULL. */
static inline struct slice slice_skip(struct slice s, size_t n)
{
    return (struct slice){n ? s.data + n : s.data, s.len - n};
}

static inline struct slice slice_head(struct slice s, size_t n)
{
    return (struct slice){s.data, n < s.len ? n : s.len};
}

/* At most `len` bytes from `offset`; empty where it ends before that. */
static inline struct slice slice_range(struct slice s, uint64_t offset, size_t len)
{
    return offset < s.len ? slice_head(slice_skip(s, (size_t)offset), len) : (struct slice){0};
}

/* How many decimal digits it begins with. */
static inline size_t slice_digits(struct slice s)
{
    size_t at = 0;
    while (at < s.len && s.data[at] >= '0' && s.data[at] <= '9')
        at++;
    return at;
}

/* Whether it is decimal digits, and nothing else. */
static inline bool slice_is_number(struct slice s)
{
    return s.len && slice_digits(s) == s.len;
}

static inline bool byte_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Whether the slice equals one of `words`, which end in NULL; the case of ASCII does not count. */
static inline bool slice_is_one_of(struct slice s, const char *const *words)
{
    for (; s.len && *words; words++) {
        /* Many lists are of words with the same first letter. */
        bool begins_alike = ((s.data[0] ^ **words) & ~0x20) == 0 &&
                            ((s.data[s.len > 1] ^ (*words)[s.len > 1]) & ~0x20) == 0;
        if (begins_alike && s.len == strlen(*words) && strncasecmp(s.data, *words, s.len) == 0)
            return true;
    }
    return false;
}

/* The slice without ASCII white space at either end. */
static inline struct slice slice_trim(struct slice s)
{
    while (s.len && byte_is_space(s.data[0]))
        s = slice_skip(s, 1);
    while (s.len && byte_is_space(s.data[s.len - 1]))
        s.len--;
    return s;
}

/* Bytes to look for. */
struct byte_set {
    bool has[256];
};

/* The number of bytes before the first one in the set; s.len if none is. */
static inline size_t slice_before(struct slice s, const struct byte_set *set)
{
    size_t at = 0;
    while (at < s.len && !set->has[(unsigned char)s.data[at]])
        at++;
    return at;
}

/* Finds the occurrences of a byte in a text that is read from front to end; it scans each byte
 * once. */
struct byte_finder {
    struct slice text;
    char byte;
    size_t found; /* its offset + 1; 0: no search was made */
};

/* The offset of the next one at or behind `at`; text.len if there is none. `at` never decreases. */
static inline size_t byte_find(struct byte_finder *finder, size_t at)
{
    struct slice text = finder->text;
    if (finder->found <= at) {
        const char *found = at < text.len ? memchr(text.data + at, finder->byte, text.len - at)
                                          : NULL;
        finder->found = 1 + (found ? (size_t)(found - text.data) : text.len);
    }
    return finder->found - 1;
}

/* Takes the text up to `stop` (which is dropped), or all that is left, from the front of *rest.
 * False when *rest is used up: {NULL, 0} marks that, so an empty last part is still returned. */
static inline bool slice_take(struct slice *rest, char stop, struct slice *part)
{
    if (!rest->data)
        return false;
    const char *end = rest->len ? memchr(rest->data, stop, rest->len) : NULL;
    *part = end ? (struct slice){rest->data, (size_t)(end - rest->data)} : *rest;
    *rest = end ? slice_skip(*rest, part->len + 1) : (struct slice){NULL, 0};
    return true;
}

#endif
