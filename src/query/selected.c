#include "query/selected.h"

uint32_t selected_find(const struct selected *selected, uint64_t turn)
{
    uint32_t low = 0, high = selected->count;
    if (selected->is_whole)
        return turn < selected->count ? (uint32_t)turn : selected->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (selected->turns[middle] < turn)
            low = middle + 1;
        else
            high = middle;
    }
    return low < selected->count && selected->turns[low] == turn ? low : selected->count;
}
