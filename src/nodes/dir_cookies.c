#include "nodes/dir_cookies.h"

#include "corpus/history.h"

void dir_cookies_init(struct dir_cookies *dir_cookies)
{
    *dir_cookies = (struct dir_cookies){.names.record_kind = HISTORY_DIR_COOKIE};
    pthread_mutex_init(&dir_cookies->lock, NULL);
}

void dir_cookies_free(struct dir_cookies *dir_cookies)
{
    intern_free(&dir_cookies->names);
    pthread_mutex_destroy(&dir_cookies->lock);
}

bool dir_cookies_enter(struct dir_cookies *dir_cookies, struct slice name, uint32_t *number)
{
    pthread_mutex_lock(&dir_cookies->lock);
    *number = intern_add(&dir_cookies->names, name);
    pthread_mutex_unlock(&dir_cookies->lock);
    return *number != UINT32_MAX;
}

bool dir_cookies_find(struct dir_cookies *dir_cookies, uint64_t number, struct slice *name)
{
    pthread_mutex_lock(&dir_cookies->lock);
    bool is_given = number < dir_cookies->names.count;
    if (is_given)
        *name = dir_cookies->names.strings[number];
    pthread_mutex_unlock(&dir_cookies->lock);
    return is_given;
}
