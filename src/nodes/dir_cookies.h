/*
 * Directory cookies: numbers for the names behind which a reader goes on listing a folder. A number
 * is given once, and stays good when the name is gone.
 */
#ifndef NODES_DIR_COOKIES_H
#define NODES_DIR_COOKIES_H

#include <pthread.h>

#include "base/intern.h"

struct dir_cookies {
    pthread_mutex_t lock;
    struct intern names;
};

void dir_cookies_init(struct dir_cookies *dir_cookies);
void dir_cookies_free(struct dir_cookies *dir_cookies);

/* The number of a name, which is not empty; false without memory. Any thread. */
bool dir_cookies_enter(struct dir_cookies *dir_cookies, struct slice name, uint32_t *number);

/* The name of a number, which lives as long as the cookies; false where it was never given. */
bool dir_cookies_find(struct dir_cookies *dir_cookies, uint64_t number, struct slice *name);

#endif
