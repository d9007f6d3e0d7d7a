#include "nodes/snapshots.h"

#include <errno.h>

#include "corpus/history.h"

/* The most bytes of snapshots besides the newest of each kind. */
enum { SNAPSHOT_BYTES = 16 * 1024 * 1024 };

void snapshots_init(struct snapshots *snapshots)
{
    *snapshots = (struct snapshots){0};
    pthread_mutex_init(&snapshots->lock, NULL);
}

void snapshots_free(struct snapshots *snapshots)
{
    for (int i = 0; i < SNAPSHOTS; i++)
        buf_free(&snapshots->ring[i].text);
    pthread_mutex_destroy(&snapshots->lock);
}

void snapshots_restore(struct snapshots *snapshots, const struct journal_record *record)
{
    snapshots->next_serial = record->key;
}

/* Not for the newest of a kind. */
static void forget_snapshot(struct snapshots *snapshots, struct snapshot *snapshot)
{
    snapshots->bytes -= snapshot->text.cap;
    buf_free(&snapshot->text);
    snapshot->kind = KIND_NONE;
}

static bool is_newest(const struct snapshots *snapshots, const struct snapshot *snapshot)
{
    return snapshot->kind && snapshots->newest[snapshot->kind] == snapshot;
}

/* With the lock held. A number never gets another text, not even from the next worker, which starts
 * behind the numbers in the journal. */
static uint32_t take_serial(struct snapshots *snapshots)
{
    if (snapshots->next_serial % SNAPSHOTS == 0)
        journal_add(snapshots->journal, HISTORY_SERIAL, snapshots->next_serial + SNAPSHOTS,
                    SLICE(""));
    return snapshots->next_serial++ & 0xFFFFFF;
}

/* Drops the oldest beyond SNAPSHOT_BYTES, but not the newest of a kind: a client may be reading it.
 */
static void keep_few(struct snapshots *snapshots)
{
    for (uint32_t ahead = 0; ahead < SNAPSHOTS && snapshots->bytes > SNAPSHOT_BYTES; ahead++) {
        struct snapshot *old = &snapshots->ring[(snapshots->next_serial + ahead) % SNAPSHOTS];
        if (!is_newest(snapshots, old))
            forget_snapshot(snapshots, old);
    }
}

/* Frees the oldest slot of the ring that is not the newest of its kind. */
static struct snapshot *take_slot(struct snapshots *snapshots, uint32_t *serial)
{
    struct snapshot *slot;
    do {
        *serial = take_serial(snapshots);
        slot = &snapshots->ring[*serial % SNAPSHOTS];
    } while (is_newest(snapshots, slot));
    forget_snapshot(snapshots, slot);
    return slot;
}

static void keep_snapshot(struct snapshots *snapshots, enum kind kind, struct buf *text)
{
    struct snapshot **newest = &snapshots->newest[kind];
    uint32_t serial;
    keep_few(snapshots);
    struct snapshot *slot = take_slot(snapshots, &serial);
    buf_trim(text);
    snapshots->bytes += *newest ? (*newest)->text.cap : 0;
    *slot = (struct snapshot){*text, kind, serial};
    *text = (struct buf){0};
    *newest = slot;
}

int snapshots_keep(struct snapshots *snapshots, enum kind kind, struct buf *text, uint32_t *serial)
{
    if (text->failed)
        return -ENOMEM;
    pthread_mutex_lock(&snapshots->lock);
    const struct snapshot *newest = snapshots->newest[kind];
    if (!newest || !slice_equal(buf_slice(&newest->text), buf_slice(text)))
        keep_snapshot(snapshots, kind, text);
    *serial = snapshots->newest[kind]->serial;
    pthread_mutex_unlock(&snapshots->lock);
    return 0;
}

/* With the lock held. NULL: it is dropped. */
static const struct snapshot *find_snapshot(const struct snapshots *snapshots, enum kind kind,
                                            uint32_t serial)
{
    const struct snapshot *snapshot = &snapshots->ring[serial % SNAPSHOTS];
    return snapshot->kind == kind && snapshot->serial == serial ? snapshot : NULL;
}

int snapshots_size(struct snapshots *snapshots, enum kind kind, uint32_t serial, uint64_t *size)
{
    pthread_mutex_lock(&snapshots->lock);
    const struct snapshot *snapshot = find_snapshot(snapshots, kind, serial);
    *size = snapshot ? snapshot->text.len : 0;
    pthread_mutex_unlock(&snapshots->lock);
    return snapshot ? 0 : -ESTALE;
}

int snapshots_read(struct snapshots *snapshots, enum kind kind, uint32_t serial, uint64_t offset,
                   size_t len, struct buf *out)
{
    pthread_mutex_lock(&snapshots->lock);
    const struct snapshot *snapshot = find_snapshot(snapshots, kind, serial);
    if (snapshot)
        buf_add_slice(out, slice_range(buf_slice(&snapshot->text), offset, len));
    pthread_mutex_unlock(&snapshots->lock);
    return snapshot ? 0 : -ESTALE;
}
