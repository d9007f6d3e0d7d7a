/*
 * Snapshots: the texts of the files in .transcriptfs/, which change all the time. A look-up takes a
 * snapshot under a serial number, and the node id of the file carries that number, so a reader gets
 * the text of his look-up as long as the tree keeps it.
 */
#ifndef NODES_SNAPSHOTS_H
#define NODES_SNAPSHOTS_H

#include <pthread.h>

#include "base/buf.h"
#include "base/journal.h"
#include "nodes/node.h"

enum { SNAPSHOTS = 256 };

struct snapshot {
    struct buf text;
    enum kind kind;
    uint32_t serial;
};

struct snapshots {
    pthread_mutex_t lock;                /* of what follows */
    struct snapshot ring[SNAPSHOTS];     /* by serial number modulo its length */
    struct snapshot *newest[KIND_COUNT]; /* or NULL */
    uint32_t next_serial;
    size_t bytes;            /* of all but the newest of each kind */
    struct journal *journal; /* logs serial numbers; or NULL */
};

void snapshots_init(struct snapshots *snapshots);
void snapshots_free(struct snapshots *snapshots);

/*
 * Keeps a text and returns its serial number. Takes the bytes out of `text`, unless the newest
 * snapshot of this kind has the same. The newest of a kind stays until there is a newer one. 0 or
 * -ENOMEM.
 */
int snapshots_keep(struct snapshots *snapshots, enum kind kind, struct buf *text, uint32_t *serial);

/* The length of a snapshot, and a copy of a range of it; -ESTALE if it is dropped. */
int snapshots_size(struct snapshots *snapshots, enum kind kind, uint32_t serial, uint64_t *size);
int snapshots_read(struct snapshots *snapshots, enum kind kind, uint32_t serial, uint64_t offset,
                   size_t len, struct buf *out);

/* Restores a record of a previous worker, so that no number gets another text. */
void snapshots_restore(struct snapshots *snapshots, const struct journal_record *record);

#endif
