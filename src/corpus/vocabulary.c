#include "corpus/vocabulary.h"

#include <errno.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/identity.h"
#include "base/utf8.h"

void vocabulary_init(struct vocabulary *vocabulary, uint32_t most_views, uint32_t record_kind)
{
    *vocabulary = (struct vocabulary){.most_views = most_views,
                                      .spellings.record_kind = record_kind};
    pthread_rwlock_init(&vocabulary->lock, NULL);
}

void vocabulary_free(struct vocabulary *vocabulary)
{
    free(vocabulary->values);
    free(vocabulary->all);
    intern_free(&vocabulary->views);
    intern_free(&vocabulary->spellings);
    intern_free(&vocabulary->folded);
    arena_free(&vocabulary->arena);
    pthread_rwlock_destroy(&vocabulary->lock);
}

/* The key of spellings and folded values. */
static void add_key(struct buf *key, struct slice view, struct slice text)
{
    buf_add_slice(key, view);
    buf_add_byte(key, '\0');
    buf_add_slice(key, text);
}

static int enter_view(struct vocabulary *vocabulary, struct slice name, uint32_t *number)
{
    *number = intern_find(&vocabulary->views, name);
    if (*number != NO_INDEX)
        return 0;
    if (vocabulary->views.count == vocabulary->most_views)
        return -ENOSPC;
    *number = intern_add(&vocabulary->views, name);
    return *number == NO_INDEX ? -ENOMEM : 0;
}

/* Appends the key of the folded value. */
static void add_fold(struct buf *key, struct slice view, struct slice text)
{
    add_key(key, view, SLICE(""));
    if (!utf8_fold(key, text))
        buf_add_slice(key, text);
}

static int enter_value(struct vocabulary *vocabulary, struct slice view, struct slice text,
                       uint32_t *number)
{
    cleanup_buf struct buf key = {0};
    uint32_t of_view;
    int err = enter_view(vocabulary, view, &of_view);
    if (err)
        return err;
    add_fold(&key, view, text);
    if (key.failed)
        return -ENOMEM;
    *number = intern_find(&vocabulary->folded, buf_slice(&key));
    if (*number != NO_INDEX)
        return 0;
    size_t count = vocabulary->folded.count;
    if (count == VOCABULARY_MAX_FACETS)
        return -E2BIG;
    if (!array_reserve(&vocabulary->values, count, &vocabulary->value_cap,
                       sizeof *vocabulary->values))
        return -ENOMEM;
    vocabulary->values[count] = (struct value_entry){
        .view = of_view, .identity = identity_of(IDENTITY_VALUE, buf_slice(&key))};
    pthread_rwlock_wrlock(&vocabulary->lock);
    *number = intern_add(&vocabulary->folded, buf_slice(&key));
    pthread_rwlock_unlock(&vocabulary->lock);
    return *number == NO_INDEX ? -ENOMEM : 0;
}

static int enter(struct vocabulary *vocabulary, struct slice view, struct slice text,
                 struct spelling **spelling)
{
    cleanup_buf struct buf key = {0};
    uint32_t facet;

    add_key(&key, view, text);
    if (key.failed)
        return -ENOMEM;
    uint32_t number = intern_find(&vocabulary->spellings, buf_slice(&key));
    if (number != NO_INDEX) {
        *spelling = vocabulary->all[number];
        return 0;
    }
    int err = enter_value(vocabulary, view, text, &facet);
    if (err)
        return err;
    struct spelling *made = ARENA_NEW(&vocabulary->arena, struct spelling, 1);
    if (!made || !array_reserve(&vocabulary->all, vocabulary->spellings.count, &vocabulary->all_cap,
                                sizeof *vocabulary->all))
        return -ENOMEM;
    number = intern_add(&vocabulary->spellings, buf_slice(&key));
    if (number == NO_INDEX)
        return -ENOMEM;
    struct value_entry *value = &vocabulary->values[facet];
    *made = (struct spelling){
        .next = value->spellings,
        .text = slice_skip(vocabulary->spellings.strings[number], view.len + 1),
        .facet = facet};
    value->spellings = made;
    *spelling = vocabulary->all[number] = made;
    return 0;
}

int vocabulary_enter(struct vocabulary *vocabulary, struct slice view, struct slice text,
                     struct spelling **spelling)
{
    int err = enter(vocabulary, view, text, spelling);
    /* The vocabulary may have a number that is not in the journal. */
    if (err && err != -ENOSPC)
        journal_give_up(vocabulary->spellings.journal);
    return err;
}

int vocabulary_restore(struct vocabulary *vocabulary, struct slice noted)
{
    struct slice view, rest = noted;
    struct spelling *spelling;
    if (!slice_take(&rest, '\0', &view))
        return -EINVAL;
    return enter(vocabulary, view, rest, &spelling);
}

const struct spelling *vocabulary_best(const struct vocabulary *vocabulary, uint32_t facet)
{
    const struct spelling *best = NULL;
    for (const struct spelling *s = vocabulary->values[facet].spellings; s; s = s->next) {
        if (s->uses && (!best || s->uses > best->uses ||
                        (s->uses == best->uses && slice_compare(s->text, best->text) < 0)))
            best = s;
    }
    return best;
}

uint32_t vocabulary_find(struct vocabulary *vocabulary, struct slice view, struct slice text)
{
    cleanup_buf struct buf key = {0};
    add_fold(&key, view, text);
    if (key.failed)
        return NO_INDEX;
    pthread_rwlock_rdlock(&vocabulary->lock);
    uint32_t facet = intern_find(&vocabulary->folded, buf_slice(&key));
    pthread_rwlock_unlock(&vocabulary->lock);
    return facet;
}
