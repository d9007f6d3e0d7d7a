/*
 * Whole tables: tables over all episodes that are too long to be kept. A layout says which episode
 * has which bytes of a table in one generation, so its size is a sum, and a read makes the pieces
 * that it touches. The layouts of the last generations that somebody asked for are remembered; one
 * is made of the one before it, and only what changed is counted.
 */
#ifndef NODES_WHOLE_TABLES_H
#define NODES_WHOLE_TABLES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"

enum { WHOLE_TABLES = 2, LAYOUTS_REMEMBERED = 16 };

/* The part that an episode has. What it says is told by the version and the name. */
struct table_piece {
    uint32_t episode;
    uint32_t version;
    uint64_t name; /* a hash of it */
    uint64_t end; /* the offset in the table behind it; that of the one before it: it has no part */
    bool is_known; /* it was read; else it has no part in this generation, whatever it says later */
};

struct table_layout {
    uint32_t generation;
    uint64_t hash; /* of the corpus, for the inode number */
    struct stamps stamps;
    uint64_t head; /* bytes of the header line */
    uint64_t size;
    uint32_t count;
    struct table_piece pieces[];
};

/* One table. */
struct whole_table {
    struct table_layout *layouts[LAYOUTS_REMEMBERED]; /* owned; the newest first, then NULL */
    bool is_counting;                                 /* somebody makes a layout */
    uint64_t next_read;                               /* where a reader would go on */
};

struct whole_tables {
    pthread_mutex_t lock;
    pthread_cond_t counted;
    struct whole_table tables[WHOLE_TABLES];
};

void whole_tables_init(struct whole_tables *tables);
void whole_tables_free(struct whole_tables *tables);

/* The layout of a generation, NULL: it is not remembered. With the lock held, as it may go. */
const struct table_layout *whole_tables_find(const struct whole_tables *tables, unsigned table,
                                             uint32_t generation);

/* Whoever is the first to ask for a layout makes it; the others wait. True: the caller makes it,
 * and ends with whole_tables_keep(). False: it is there. */
bool whole_tables_begin(struct whole_tables *tables, unsigned table, uint32_t generation);

/* The newest one, which stays until whole_tables_keep(); NULL: there is none. */
const struct table_layout *whole_tables_newest(const struct whole_tables *tables, unsigned table);

/* Takes ownership of the layout that was made, NULL where it was not. */
void whole_tables_keep(struct whole_tables *tables, unsigned table, struct table_layout *layout);

/* The first piece that ends behind an offset; their count where there is none. */
uint32_t table_layout_at(const struct table_layout *layout, uint64_t offset);

/* Where a piece begins. */
static inline uint64_t table_layout_start(const struct table_layout *layout, uint32_t piece)
{
    return piece ? layout->pieces[piece - 1].end : layout->head;
}

#endif
