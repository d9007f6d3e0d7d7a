/*
 * The texts of volatile files, as they were when they were looked up: each under a serial number,
 * by which it can be read while it is remembered.
 */
#ifndef TREE_SNAPSHOTS_H
#define TREE_SNAPSHOTS_H

#include <pthread.h>

#include "base/buf.h"
#include "base/journal.h"
#include "tree/node.h"

enum { SNAPSHOTS = 256 };

struct snapshot {
    struct buf text;
    enum kind kind;
    uint32_t serial;
};

struct snapshots {
    pthread_mutex_t lock;                /* of what follows */
    struct snapshot ring[SNAPSHOTS];     /* a serial number modulo its length */
    struct snapshot *newest[KIND_COUNT]; /* NULL: none of the kind was kept */
    uint32_t next_serial;
    size_t bytes;            /* of those that are not the newest of a kind */
    struct journal *journal; /* where serial numbers are noted; NULL: nowhere */
};

void snapshots_init(struct snapshots *snapshots);
void snapshots_free(struct snapshots *snapshots);

/*
 * Keeps a text, which is taken over or stays the caller's. The newest of a kind is reused while it
 * is the same, and is forgotten only when there is a newer one. 0 or -ENOMEM.
 */
int snapshots_keep(struct snapshots *snapshots, enum kind kind, struct buf *text, uint32_t *serial);

/* How long it is, and a copy of a range of it; -ESTALE where it was forgotten. */
int snapshots_size(struct snapshots *snapshots, enum kind kind, uint32_t serial, uint64_t *size);
int snapshots_read(struct snapshots *snapshots, enum kind kind, uint32_t serial, uint64_t offset,
                   size_t len, struct buf *out);

/* Takes up what another noted: numbers that he gave out are given out no more. */
void snapshots_restore(struct snapshots *snapshots, const struct journal_record *record);

#endif
