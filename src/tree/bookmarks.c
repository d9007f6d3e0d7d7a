#include "tree/bookmarks.h"

#include "base/array.h"
#include "corpus/history.h"

void bookmarks_init(struct bookmarks *bookmarks)
{
    *bookmarks = (struct bookmarks){0};
    pthread_mutex_init(&bookmarks->lock, NULL);
}

void bookmarks_free(struct bookmarks *bookmarks)
{
    map_free(&bookmarks->numbers);
    free(bookmarks->names);
    arena_free(&bookmarks->arena);
    pthread_mutex_destroy(&bookmarks->lock);
}

/* With the lock held. */
static bool enter(struct bookmarks *b, struct slice name, uint32_t *number)
{
    *number = map_get(&b->numbers, name);
    if (*number != UINT32_MAX)
        return true;
    if (!array_reserve(&b->names, b->count, &b->cap, sizeof *b->names))
        return false;
    struct slice kept = arena_copy(&b->arena, name);
    struct map_slot *slot = kept.data ? map_put(&b->numbers, kept) : NULL;
    if (!slot)
        return false;
    b->names[b->count] = kept;
    *number = slot->value = (uint32_t)b->count++;
    journal_add(b->journal, HISTORY_BOOKMARK, 0, kept);
    return true;
}

bool bookmarks_enter(struct bookmarks *bookmarks, struct slice name, uint32_t *number)
{
    pthread_mutex_lock(&bookmarks->lock);
    bool is_entered = enter(bookmarks, name, number);
    pthread_mutex_unlock(&bookmarks->lock);
    return is_entered;
}

bool bookmarks_find(struct bookmarks *bookmarks, uint64_t number, struct slice *name)
{
    pthread_mutex_lock(&bookmarks->lock);
    bool is_known = number < bookmarks->count;
    if (is_known)
        *name = bookmarks->names[number];
    pthread_mutex_unlock(&bookmarks->lock);
    return is_known;
}
