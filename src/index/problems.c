#include "index/problems.h"

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

static void add_all(struct problems *all, const struct problems *more)
{
    if (more->count)
        memcpy(all->at + all->count, more->at, more->count * sizeof *more->at);
    all->count += more->count;
}

int problems_gather(const struct corpus *corpus, struct cache *cache, struct arena *arena,
                    struct problems *all)
{
    struct problems of_bodies;
    int err = cache_read_problems(cache, corpus, arena, &of_bodies);
    if (err)
        return err;
    *all = (struct problems){0};
    all->at = ARENA_NEW(arena, struct problem, (size_t)corpus->problem_count + of_bodies.count);
    if (!all->at)
        return -ENOMEM;
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        const struct episode *episode = episode_shown(corpus->episodes[corpus->by_path[i]]);
        if (episode)
            add_all(all, &episode->problems);
    }
    for (uint32_t i = 0; i < corpus->stray_count; i++) {
        if (!corpus->stray_is_private[i])
            add_all(all, &corpus->strays[i]->problems);
    }
    add_all(all, &of_bodies);
    qsort(all->at, all->count, sizeof *all->at, by_place);
    return 0;
}
