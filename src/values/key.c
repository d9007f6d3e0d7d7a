#include "values/key.h"

#include "base/utf8.h"

void key_fold(struct buf *out, struct slice key)
{
    size_t start = out->len;
    utf8_fold(out, key);
    for (size_t i = start; i < out->len; i++) {
        if (out->data[i] == '-' || out->data[i] == ' ')
            out->data[i] = '_';
    }
}

size_t key_place(struct slice folded, const char *const *table)
{
    size_t place = 0;
    while (table[place] && !slice_equal(folded, slice_of(table[place])))
        place++;
    return place;
}
