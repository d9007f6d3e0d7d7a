#include "nodes/whole_tables.h"

#include <stdlib.h>
#include <string.h>

void whole_tables_init(struct whole_tables *tables)
{
    pthread_mutex_init(&tables->lock, NULL);
    pthread_cond_init(&tables->counted, NULL);
}

void whole_tables_free(struct whole_tables *tables)
{
    for (unsigned i = 0; i < WHOLE_TABLES; i++) {
        for (unsigned j = 0; j < LAYOUTS_REMEMBERED; j++)
            free(tables->tables[i].layouts[j]);
    }
    pthread_mutex_destroy(&tables->lock);
    pthread_cond_destroy(&tables->counted);
}

const struct table_layout *whole_tables_find(const struct whole_tables *tables, unsigned table,
                                             uint32_t generation)
{
    for (unsigned i = 0; i < LAYOUTS_REMEMBERED; i++) {
        const struct table_layout *layout = tables->tables[table].layouts[i];
        if (layout && layout->generation == generation)
            return layout;
    }
    return NULL;
}

bool whole_tables_begin(struct whole_tables *tables, unsigned table, uint32_t generation)
{
    struct whole_table *whole = &tables->tables[table];
    pthread_mutex_lock(&tables->lock);
    while (whole->is_counting && !whole_tables_find(tables, table, generation))
        pthread_cond_wait(&tables->counted, &tables->lock);
    bool is_there = whole_tables_find(tables, table, generation) != NULL;
    whole->is_counting |= !is_there;
    pthread_mutex_unlock(&tables->lock);
    return !is_there;
}

const struct table_layout *whole_tables_newest(const struct whole_tables *tables, unsigned table)
{
    return tables->tables[table].layouts[0];
}

void whole_tables_keep(struct whole_tables *tables, unsigned table, struct table_layout *layout)
{
    struct whole_table *whole = &tables->tables[table];
    struct table_layout **layouts = whole->layouts;
    pthread_mutex_lock(&tables->lock);
    if (layout) {
        free(layouts[LAYOUTS_REMEMBERED - 1]);
        memmove(layouts + 1, layouts, (LAYOUTS_REMEMBERED - 1) * sizeof(struct table_layout *));
        layouts[0] = layout;
    }
    whole->is_counting = false;
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
