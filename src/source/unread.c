#include "source/unread.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"

static void free_path(const struct unread_path *one)
{
    free((void *)(uintptr_t)one->path.data);
}

static struct unread_path *find(struct unread *unread, struct slice path)
{
    for (size_t i = 0; i < unread->count; i++) {
        if (slice_equal(unread->at[i].path, path))
            return &unread->at[i];
    }
    return NULL;
}

void unread_add(struct unread *unread, struct slice path)
{
    struct unread_path *one = find(unread, path);
    if (one && !one->is_tried)
        return; /* another scan met it before its next try */
    if (!one) {
        if (unread->count == UNREAD_MOST ||
            !array_reserve(&unread->at, unread->count, &unread->cap, sizeof *unread->at))
            return;
        char *copy = strndup(path.len ? path.data : "", path.len);
        if (!copy)
            return;
        one = &unread->at[unread->count++];
        *one = (struct unread_path){.path = {copy, path.len}};
    }
    unsigned wait = one->wait ? one->wait * 2 : UNREAD_FIRST_WAIT;
    one->wait = wait < UNREAD_LAST_WAIT ? wait : UNREAD_LAST_WAIT;
    one->next = time_after(one->wait);
    one->is_tried = false;
}

bool unread_next(const struct unread *unread, struct timespec *next)
{
    for (size_t i = 0; i < unread->count; i++) {
        if (i == 0 || timespec_is_before(&unread->at[i].next, next))
            *next = unread->at[i].next;
    }
    return unread->count;
}

void unread_begin_try(struct unread *unread, void (*try)(void *context, struct slice path),
                      void *context)
{
    const struct timespec now = time_after(0);
    for (size_t i = 0; i < unread->count; i++) {
        struct unread_path *one = &unread->at[i];
        one->is_tried = !timespec_is_before(&now, &one->next);
        if (one->is_tried)
            try(context, one->path);
    }
}

void unread_end_try(struct unread *unread)
{
    size_t kept = 0;
    for (size_t i = 0; i < unread->count; i++) {
        if (unread->at[i].is_tried)
            free_path(&unread->at[i]);
        else
            unread->at[kept++] = unread->at[i];
    }
    unread->count = kept;
}

void unread_free(struct unread *unread)
{
    for (size_t i = 0; i < unread->count; i++)
        free_path(&unread->at[i]);
    free(unread->at);
    *unread = (struct unread){0};
}
