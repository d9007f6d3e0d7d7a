#include "index/whole_tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void whole_tables_init(struct whole_tables *tables)
{
    pthread_mutex_init(&tables->lock, NULL);
    cond_init_timed(&tables->counted);
}

void whole_tables_free(struct whole_tables *tables)
{
    for (unsigned i = 0; i < LAYOUTS_REMEMBERED; i++)
        free(tables->layouts[i]);
    pthread_mutex_destroy(&tables->lock);
    pthread_cond_destroy(&tables->counted);
}

static bool is_of(struct table_key a, struct table_key b)
{
    return a.query == b.query && a.table == b.table;
}

/* --- with the lock held ----------------------------------------------------------------------- */

static void let_go(struct table_layout *layout)
{
    if (layout && --layout->users == 0)
        free(layout);
}

static void put_first(struct whole_tables *tables, unsigned place, struct table_layout *layout)
{
    memmove(tables->layouts + 1, tables->layouts, place * sizeof(struct table_layout *));
    tables->layouts[0] = layout;
}

static struct table_layout *find(struct whole_tables *tables, struct table_key key,
                                 uint32_t generation)
{
    for (unsigned i = 0; i < LAYOUTS_REMEMBERED && tables->layouts[i]; i++) {
        struct table_layout *layout = tables->layouts[i];
        if (!is_of(layout->key, key) || layout->generation != generation)
            continue;
        put_first(tables, i, layout);
        layout->users++;
        return layout;
    }
    return NULL;
}

static bool is_counting(const struct whole_tables *tables, struct table_key key)
{
    for (unsigned i = 0; i < tables->counting_count; i++) {
        if (is_of(tables->counting[i], key))
            return true;
    }
    return false;
}

static void end_counting(struct whole_tables *tables, struct table_key key)
{
    unsigned i = 0;
    while (!is_of(tables->counting[i], key))
        i++;
    tables->counting[i] = tables->counting[--tables->counting_count];
}

/* All that are behind the first one that is too much. */
static void forget_unused(struct whole_tables *tables)
{
    size_t pieces = 0;
    for (unsigned i = 0; i < LAYOUTS_REMEMBERED && tables->layouts[i]; i++) {
        pieces += tables->layouts[i]->count;
        if (i == 0 || pieces <= PIECES_REMEMBERED)
            continue;
        let_go(tables->layouts[i]);
        tables->layouts[i] = NULL;
    }
}

/* --- what is asked of them -------------------------------------------------------------------- */

struct table_layout *whole_tables_get(struct whole_tables *tables, struct table_key key,
                                      uint32_t generation)
{
    pthread_mutex_lock(&tables->lock);
    struct table_layout *layout = find(tables, key, generation);
    pthread_mutex_unlock(&tables->lock);
    return layout;
}

void whole_tables_put(struct whole_tables *tables, struct table_layout *layout)
{
    pthread_mutex_lock(&tables->lock);
    let_go(layout);
    pthread_mutex_unlock(&tables->lock);
}

int whole_tables_begin(struct whole_tables *tables, struct table_key key, uint32_t generation,
                       has_left_fn *has_left, struct table_layout **layout)
{
    int err = 0;
    pthread_mutex_lock(&tables->lock);
    while (!(*layout = find(tables, key, generation)) && !err &&
           (is_counting(tables, key) || tables->counting_count == TABLES_COUNTED))
        err = parallel_wait_client(&tables->counted, &tables->lock, has_left);
    if (!*layout && !err)
        tables->counting[tables->counting_count++] = key;
    pthread_mutex_unlock(&tables->lock);
    return *layout ? 0 : err;
}

struct table_layout *whole_tables_newest(struct whole_tables *tables, struct table_key key)
{
    struct table_layout *newest = NULL;
    pthread_mutex_lock(&tables->lock);
    for (unsigned i = 0; i < LAYOUTS_REMEMBERED && tables->layouts[i]; i++) {
        struct table_layout *layout = tables->layouts[i];
        if (is_of(layout->key, key) && (!newest || layout->generation > newest->generation))
            newest = layout;
    }
    if (newest)
        newest->users++;
    pthread_mutex_unlock(&tables->lock);
    return newest;
}

void whole_tables_keep(struct whole_tables *tables, struct table_key key,
                       struct table_layout *layout)
{
    pthread_mutex_lock(&tables->lock);
    if (layout) {
        layout->users = 2; /* the caller, and the tables */
        let_go(tables->layouts[LAYOUTS_REMEMBERED - 1]);
        put_first(tables, LAYOUTS_REMEMBERED - 1, layout);
        forget_unused(tables);
    }
    end_counting(tables, key);
    pthread_cond_broadcast(&tables->counted);
    pthread_mutex_unlock(&tables->lock);
}

uint32_t table_layout_at(const struct table_layout *layout, uint64_t offset)
{
    uint32_t low = 0, high = layout->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (layout->pieces[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
