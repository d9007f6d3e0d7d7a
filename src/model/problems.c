#include "model/problems.h"

#include <errno.h>
#include <stdlib.h>

static int by_place(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    int order = slice_compare(x->path, y->path);
    if (order)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return slice_compare(x->what, y->what);
}

int problems_gather(const struct corpus *corpus, struct cache *cache, struct arena *arena,
                    struct problem **all, size_t *count)
{
    struct noted *noted;
    size_t more;
    int err = cache_read_problems(cache, arena, &noted, &more);
    if (err)
        return err;
    *count = corpus->problem_count + more;
    *all = ARENA_NEW(arena, struct problem, *count);
    if (!*all)
        return -ENOMEM;
    if (corpus->problem_count)
        memcpy(*all, corpus->problems, corpus->problem_count * sizeof **all);
    for (size_t i = 0; i < more; i++) {
        const struct diag *diag = &noted[i].diag;
        (*all)[corpus->problem_count + i] = (struct problem){
            corpus->episodes[noted[i].episode].path, diag->line, diag->column, diag->problem,
            diag->action};
    }
    qsort(*all, *count, sizeof **all, by_place);
    return 0;
}
