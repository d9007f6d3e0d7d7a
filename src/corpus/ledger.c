#include "corpus/ledger.h"

#include <errno.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/utf8.h"

void ledger_init(struct ledger *ledger, uint32_t most_views, struct journal *journal,
                 uint32_t record_kind)
{
    *ledger = (struct ledger){
        .most_views = most_views, .journal = journal, .record_kind = record_kind};
    pthread_rwlock_init(&ledger->lock, NULL);
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->values);
    free(ledger->all);
    map_free(&ledger->views);
    map_free(&ledger->spellings);
    map_free(&ledger->folded);
    arena_free(&ledger->arena);
    pthread_rwlock_destroy(&ledger->lock);
}

/* What spellings and folded values are looked up by: the view, a NUL byte, the text. */
static void add_key(struct buf *key, struct slice view, struct slice text)
{
    buf_add_slice(key, view);
    buf_add_byte(key, '\0');
    buf_add_slice(key, text);
}

static int enter_view(struct ledger *ledger, struct slice name, uint32_t *number)
{
    *number = map_get(&ledger->views, name);
    if (*number != NO_INDEX)
        return 0;
    if (ledger->view_count == ledger->most_views)
        return -ENOSPC;
    struct slice kept = arena_copy(&ledger->arena, name);
    struct map_slot *slot = kept.data ? map_put(&ledger->views, kept) : NULL;
    if (!slot)
        return -ENOMEM;
    *number = slot->value = ledger->view_count++;
    ledger->view_names[*number] = kept;
    return 0;
}

/* Appends the key of the value that a text spells. */
static void add_fold(struct buf *key, struct slice view, struct slice text)
{
    add_key(key, view, SLICE(""));
    if (!utf8_fold(key, text))
        buf_add_slice(key, text);
}

static int enter_value(struct ledger *ledger, struct slice view, struct slice text,
                       uint32_t *number)
{
    cleanup_buf struct buf key = {0};
    uint32_t of_view;
    int err = enter_view(ledger, view, &of_view);
    if (err)
        return err;
    add_fold(&key, view, text);
    if (key.failed)
        return -ENOMEM;
    *number = map_get(&ledger->folded, buf_slice(&key));
    if (*number != NO_INDEX)
        return 0;
    if (ledger->value_count == LEDGER_MAX_FACETS)
        return -E2BIG;
    struct slice fold = arena_copy(&ledger->arena, buf_slice(&key));
    if (!fold.data || !array_reserve(&ledger->values, ledger->value_count, &ledger->value_cap,
                                     sizeof *ledger->values))
        return -ENOMEM;
    pthread_rwlock_wrlock(&ledger->lock);
    struct map_slot *slot = map_put(&ledger->folded, fold);
    if (slot)
        *number = slot->value = (uint32_t)ledger->value_count++;
    pthread_rwlock_unlock(&ledger->lock);
    if (!slot)
        return -ENOMEM;
    ledger->values[*number] = (struct value_entry){
        .fold = fold, .view = of_view, .hash = hash64(fold, 2)};
    return 0;
}

static int enter(struct ledger *ledger, struct slice view, struct slice text,
                 struct spelling **spelling)
{
    cleanup_buf struct buf key = {0};
    uint32_t facet;

    add_key(&key, view, text);
    if (key.failed)
        return -ENOMEM;
    uint32_t known = map_get(&ledger->spellings, buf_slice(&key));
    if (known != NO_INDEX) {
        *spelling = ledger->all[known];
        return 0;
    }
    int err = enter_value(ledger, view, text, &facet);
    if (err)
        return err;
    struct slice kept = arena_copy(&ledger->arena, buf_slice(&key));
    struct spelling *made = ARENA_NEW(&ledger->arena, struct spelling, 1);
    if (!kept.data || !made ||
        !array_reserve(&ledger->all, ledger->all_count, &ledger->all_cap, sizeof *ledger->all))
        return -ENOMEM;
    struct map_slot *slot = map_put(&ledger->spellings, kept);
    if (!slot)
        return -ENOMEM;
    struct value_entry *value = &ledger->values[facet];
    *made = (struct spelling){
        .next = value->spellings, .text = slice_skip(kept, view.len + 1), .facet = facet};
    value->spellings = made;
    slot->value = (uint32_t)ledger->all_count;
    ledger->all[ledger->all_count++] = made;
    *spelling = made;
    journal_add(ledger->journal, ledger->record_kind, 0, kept);
    return 0;
}

int ledger_enter(struct ledger *ledger, struct slice view, struct slice text,
                 struct spelling **spelling)
{
    int err = enter(ledger, view, text, spelling);
    /* A number may have been given that nothing was noted of. */
    if (err && err != -ENOSPC)
        journal_give_up(ledger->journal);
    return err;
}

int ledger_reenter(struct ledger *ledger, struct slice noted)
{
    struct slice view, rest = noted;
    struct spelling *spelling;
    if (!slice_take(&rest, '\0', &view))
        return -EINVAL;
    return enter(ledger, view, rest, &spelling);
}

const struct spelling *ledger_best(const struct ledger *ledger, uint32_t facet)
{
    const struct spelling *best = NULL;
    for (const struct spelling *s = ledger->values[facet].spellings; s; s = s->next) {
        if (s->uses && (!best || s->uses > best->uses ||
                        (s->uses == best->uses && slice_compare(s->text, best->text) < 0)))
            best = s;
    }
    return best;
}

uint32_t ledger_find(struct ledger *ledger, struct slice view, struct slice text)
{
    cleanup_buf struct buf key = {0};
    add_fold(&key, view, text);
    if (key.failed)
        return NO_INDEX;
    pthread_rwlock_rdlock(&ledger->lock);
    uint32_t facet = map_get(&ledger->folded, buf_slice(&key));
    pthread_rwlock_unlock(&ledger->lock);
    return facet;
}
