/*
 * The options of a mount, behind -o: what each is called and may be.
 */
#ifndef OPTION_LIST_H
#define OPTION_LIST_H

#include "options.h"

/* Sets the options of a list with commas, which it takes apart. False after a message. */
bool option_list_set(struct options *options, char *list);

#endif
