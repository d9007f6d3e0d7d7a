/*
 * Directory cookies: numbers for names. A reader of a folder goes on behind the name of its cookie.
 * A number never gets another name, and stays valid when the name is gone.
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

/* Finds or adds the number of a name, which is not empty; false if memory runs out. Any thread. */
bool dir_cookies_enter(struct dir_cookies *dir_cookies, struct slice name, uint32_t *number);

/* The name of a number, which lives as long as the cookies; false if no name has the number. */
bool dir_cookies_find(struct dir_cookies *dir_cookies, uint64_t number, struct slice *name);

#endif
