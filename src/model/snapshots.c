/* The texts of volatile files, as they were when they were looked up. */
#include <errno.h>

#include "model/tree_inside.h"

enum { SNAPSHOT_BYTES = 4 * 1024 * 1024 /* that are kept */ };

static void forget_snapshot(struct tree *tree, struct snapshot *snapshot)
{
    tree->snapshot_bytes -= snapshot->text.cap;
    buf_free(&snapshot->text);
    snapshot->kind = KIND_NONE;
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

static struct snapshot *newest_of(struct tree *tree, enum kind kind)
{
    for (uint32_t back = 1; back <= SNAPSHOTS && back <= tree->next_serial; back++) {
        struct snapshot *snapshot = &tree->snapshots[(tree->next_serial - back) % SNAPSHOTS];
        if (snapshot->kind == kind)
            return snapshot;
    }
    return NULL;
}

int tree_keep_snapshot(struct tree *tree, enum kind kind, struct buf *text, uint32_t *serial)
{
    if (text->failed)
        return -ENOMEM;
    pthread_mutex_lock(&tree->snapshot_lock);
    struct snapshot *newest = newest_of(tree, kind);
    if (newest && slice_equal(buf_slice(&newest->text), buf_slice(text))) {
        *serial = newest->serial;
        pthread_mutex_unlock(&tree->snapshot_lock);
        return 0;
    }
    /* The oldest go where the ring comes round, or where they have become too much to hold. */
    for (uint32_t ahead = 1; ahead < SNAPSHOTS && tree->snapshot_bytes > SNAPSHOT_BYTES; ahead++)
        forget_snapshot(tree, &tree->snapshots[(tree->next_serial + ahead) % SNAPSHOTS]);
    struct snapshot *slot = &tree->snapshots[tree->next_serial % SNAPSHOTS];
    forget_snapshot(tree, slot);
    *slot = (struct snapshot){*text, kind, take_serial(tree)};
    *text = (struct buf){0};
    tree->snapshot_bytes += slot->text.cap;
    *serial = slot->serial;
    pthread_mutex_unlock(&tree->snapshot_lock);
    return 0;
}

int tree_read_snapshot(struct tree *tree, enum kind kind, uint32_t serial, struct buf *out)
{
    int err = -ESTALE;
    pthread_mutex_lock(&tree->snapshot_lock);
    const struct snapshot *snapshot = &tree->snapshots[serial % SNAPSHOTS];
    if (snapshot->kind == kind && snapshot->serial == serial) {
        buf_add_slice(out, buf_slice(&snapshot->text));
        err = out->failed ? -ENOMEM : 0;
    }
    pthread_mutex_unlock(&tree->snapshot_lock);
    return err;
}
