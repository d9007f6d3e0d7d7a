/*
 * Whole tables: tables over many episodes that are too long to be kept. A layout says which episode
 * has which bytes of a table in one generation, so its size is a sum, and a read makes the pieces
 * that it touches. The layouts that were used last are remembered; one is made of the newest one of
 * its table, and only what changed is counted.
 */
#ifndef INDEX_WHOLE_TABLES_H
#define INDEX_WHOLE_TABLES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/parallel.h"

enum {
    LAYOUTS_REMEMBERED = 48,
    PIECES_REMEMBERED = 1 << 21, /* of all layouts: 48 MiB */
    TABLES_COUNTED = 16          /* at once */
};

/* Which table it is. */
struct table_key {
    uint32_t query; /* the number of a selection's, or TABLE_OF_ALL */
    uint32_t table;
};

#define TABLE_OF_ALL UINT32_MAX

/* The part that an episode has. */
struct table_piece {
    uint32_t episode;
    uint32_t version;
    uint64_t shown; /* a hash of its name and of the turns that are shown; 0: it could not be read,
                     * and has no part in this generation, whatever it says later */
    uint64_t end;   /* the offset in the table behind it; that of the one before it: no part */
};

struct table_layout {
    struct table_key key;
    uint32_t generation;
    uint32_t users;     /* the tables' own, with their lock held */
    uint64_t next_read; /* where a reader would go on; atomic */
    uint64_t hash;      /* of the corpus, for the inode number */
    struct stamps stamps;
    uint64_t head; /* bytes of the header line */
    uint64_t size;
    uint32_t count;
    struct table_piece pieces[];
};

struct whole_tables {
    pthread_mutex_t lock;
    pthread_cond_t counted;
    struct table_layout *layouts[LAYOUTS_REMEMBERED]; /* the latest used first, then NULL */
    struct table_key counting[TABLES_COUNTED];
    unsigned counting_count;
};

void whole_tables_init(struct whole_tables *tables);
void whole_tables_free(struct whole_tables *tables);

/* The layout of a generation; NULL: it is not remembered. The caller puts it back. */
struct table_layout *whole_tables_get(struct whole_tables *tables, struct table_key key,
                                      uint32_t generation);
void whole_tables_put(struct whole_tables *tables, struct table_layout *layout);

/* Likewise, but whoever is the first to ask for it makes it, and the others wait. *layout is NULL:
 * the caller makes it, and ends with whole_tables_keep(). 0, or -EINTR where the client of one who
 * waits gave up; `has_left` may be NULL. */
int whole_tables_begin(struct whole_tables *tables, struct table_key key, uint32_t generation,
                       has_left_fn *has_left, struct table_layout **layout);

/* The newest layout of a table, NULL: none is remembered. The caller puts it back. */
struct table_layout *whole_tables_newest(struct whole_tables *tables, struct table_key key);

/* Keeps the layout that was made, NULL where it was not; the caller puts it back all the same. */
void whole_tables_keep(struct whole_tables *tables, struct table_key key,
                       struct table_layout *layout);

/* The first piece that ends behind an offset; their count where there is none. */
uint32_t table_layout_at(const struct table_layout *layout, uint64_t offset);

/* Where a piece begins, and how long it is. */
static inline uint64_t table_layout_start(const struct table_layout *layout, uint32_t piece)
{
    return piece ? layout->pieces[piece - 1].end : layout->head;
}
static inline uint64_t table_layout_length(const struct table_layout *layout, uint32_t piece)
{
    return layout->pieces[piece].end - table_layout_start(layout, piece);
}

#endif
