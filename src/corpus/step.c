#include "corpus/step.h"

#include <stdlib.h>

struct sorting {
    order_fn *order;
    const void *context;
};

static int by_order(const void *a, const void *b, void *sorting_)
{
    const struct sorting *sorting = sorting_;
    return sorting->order(sorting->context, *(const uint32_t *)a, *(const uint32_t *)b);
}

void step_sort(uint32_t *list, uint32_t count, order_fn *order, const void *context)
{
    struct sorting sorting = {order, context};
    qsort_r(list, count, sizeof *list, by_order, &sorting);
}

const uint32_t *step_next_list(struct step *s, const uint32_t *old, uint32_t old_count,
                               uint32_t added_count, order_fn *order, uint32_t *count)
{
    const struct list_change change = {
        .old = old,
        .old_count = old_count,
        .drop = s->changed,
        .added = s->list,
        .added_count = added_count,
        .order = order,
        .context = s->next,
    };
    return list_next(&s->txn, &change, count);
}
