/*
 * Growing an array that is kept as a pointer, a count and a capacity.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stdbool.h>
#include <stdlib.h>

/* Makes room for one more item behind `count` items of `size` bytes in *(T **)array, which malloc()
 * allocated. False if memory runs out; the array is unchanged then. */
static inline bool array_reserve(void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 8;
    void *moved = reallocarray(*(void **)array, more, size);
    if (!moved)
        return false;
    *(void **)array = moved;
    *cap = more;
    return true;
}

/* Gives back the room behind `count` items: for an array that grows no more. */
static inline void array_trim(void *array, size_t count, size_t size)
{
    void *moved = count ? reallocarray(*(void **)array, count, size) : NULL;
    if (moved)
        *(void **)array = moved;
}

#endif
