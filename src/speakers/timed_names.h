/*
 * Names alone beside the times of a plain text, above the words:
 *
 *     [0:23] - Ana Lima        0:23 - 0:31
 *     words                    Ana Lima
 *                              words
 */
#ifndef SPEAKERS_TIMED_NAMES_H
#define SPEAKERS_TIMED_NAMES_H

#include <stdbool.h>

#include "base/slice.h"

/* Whether names stand so at half of the times or more, and recur. 0 or -ENOMEM. */
int timed_names_find(struct slice text, bool *are_names);

#endif
