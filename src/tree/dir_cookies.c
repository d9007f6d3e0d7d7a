#include "tree/dir_cookies.h"

#include "base/array.h"
#include "corpus/history.h"

void dir_cookies_init(struct dir_cookies *dir_cookies)
{
    *dir_cookies = (struct dir_cookies){0};
    pthread_mutex_init(&dir_cookies->lock, NULL);
}

void dir_cookies_free(struct dir_cookies *dir_cookies)
{
    map_free(&dir_cookies->numbers);
    free(dir_cookies->names);
    arena_free(&dir_cookies->arena);
    pthread_mutex_destroy(&dir_cookies->lock);
}

/* With the lock held. */
static bool enter(struct dir_cookies *b, struct slice name, uint32_t *number)
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
    journal_add(b->journal, HISTORY_DIR_COOKIE, 0, kept);
    return true;
}

bool dir_cookies_enter(struct dir_cookies *dir_cookies, struct slice name, uint32_t *number)
{
    pthread_mutex_lock(&dir_cookies->lock);
    bool is_entered = enter(dir_cookies, name, number);
    pthread_mutex_unlock(&dir_cookies->lock);
    return is_entered;
}

bool dir_cookies_find(struct dir_cookies *dir_cookies, uint64_t number, struct slice *name)
{
    pthread_mutex_lock(&dir_cookies->lock);
    bool is_known = number < dir_cookies->count;
    if (is_known)
        *name = dir_cookies->names[number];
    pthread_mutex_unlock(&dir_cookies->lock);
    return is_known;
}
