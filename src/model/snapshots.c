/* The texts of volatile files, as they were when they were looked up. */
#include <errno.h>

#include "model/tree_inside.h"

/* That are kept beside the newest of each kind. */
enum { SNAPSHOT_BYTES = 16 * 1024 * 1024 };

/* Of one that is not the newest of its kind. */
static void forget_snapshot(struct tree *tree, struct snapshot *snapshot)
{
    tree->snapshot_bytes -= snapshot->text.cap;
    buf_free(&snapshot->text);
    snapshot->kind = KIND_NONE;
}

static bool is_newest(const struct tree *tree, const struct snapshot *snapshot)
{
    return snapshot->kind && tree->newest_snapshot[snapshot->kind] == snapshot;
}

/* With the lock held. A number that was given out is given to no other text, also by whoever serves
 * next: he begins where so many were noted. */
static uint32_t take_serial(struct tree *tree)
{
    if (tree->next_serial % SNAPSHOTS == 0)
        journal_add(tree->parts.options.journal, HISTORY_SERIAL, tree->next_serial + SNAPSHOTS,
                    SLICE(""));
    return tree->next_serial++ & 0xFFFFFF;
}

/* The oldest go where they have become too much to hold. The newest of a kind stays, whatever is
 * looked up of another: somebody may be in the middle of it. */
static void keep_few(struct tree *tree)
{
    for (uint32_t ahead = 0; ahead < SNAPSHOTS && tree->snapshot_bytes > SNAPSHOT_BYTES; ahead++) {
        struct snapshot *old = &tree->snapshots[(tree->next_serial + ahead) % SNAPSHOTS];
        if (!is_newest(tree, old))
            forget_snapshot(tree, old);
    }
}

/* The next place of the ring, where the oldest gives way. */
static struct snapshot *take_slot(struct tree *tree, uint32_t *serial)
{
    struct snapshot *slot;
    do {
        *serial = take_serial(tree);
        slot = &tree->snapshots[*serial % SNAPSHOTS];
    } while (is_newest(tree, slot));
    forget_snapshot(tree, slot);
    return slot;
}

static void keep_snapshot(struct tree *tree, enum kind kind, struct buf *text)
{
    struct snapshot **newest = &tree->newest_snapshot[kind];
    uint32_t serial;
    keep_few(tree);
    struct snapshot *slot = take_slot(tree, &serial);
    tree->snapshot_bytes += *newest ? (*newest)->text.cap : 0;
    *slot = (struct snapshot){*text, kind, serial};
    *text = (struct buf){0};
    *newest = slot;
}

int tree_keep_snapshot(struct tree *tree, enum kind kind, struct buf *text, uint32_t *serial)
{
    if (text->failed)
        return -ENOMEM;
    pthread_mutex_lock(&tree->snapshot_lock);
    const struct snapshot *newest = tree->newest_snapshot[kind];
    if (!newest || !slice_equal(buf_slice(&newest->text), buf_slice(text)))
        keep_snapshot(tree, kind, text);
    *serial = tree->newest_snapshot[kind]->serial;
    pthread_mutex_unlock(&tree->snapshot_lock);
    return 0;
}

/* With the lock held. NULL: it was forgotten. */
static const struct snapshot *find_snapshot(const struct tree *tree, enum kind kind,
                                            uint32_t serial)
{
    const struct snapshot *snapshot = &tree->snapshots[serial % SNAPSHOTS];
    return snapshot->kind == kind && snapshot->serial == serial ? snapshot : NULL;
}

int tree_size_snapshot(struct tree *tree, enum kind kind, uint32_t serial, uint64_t *size)
{
    pthread_mutex_lock(&tree->snapshot_lock);
    const struct snapshot *snapshot = find_snapshot(tree, kind, serial);
    *size = snapshot ? snapshot->text.len : 0;
    pthread_mutex_unlock(&tree->snapshot_lock);
    return snapshot ? 0 : -ESTALE;
}

int tree_read_snapshot(struct tree *tree, enum kind kind, uint32_t serial, uint64_t offset,
                       size_t len, struct tree_text *text)
{
    pthread_mutex_lock(&tree->snapshot_lock);
    const struct snapshot *snapshot = find_snapshot(tree, kind, serial);
    if (snapshot)
        text->bytes = slice_range(buf_slice(&snapshot->text), offset, len);
    buf_add_slice(&text->own, text->bytes);
    pthread_mutex_unlock(&tree->snapshot_lock);
    text->bytes = buf_slice(&text->own);
    return snapshot ? 0 : -ESTALE;
}
