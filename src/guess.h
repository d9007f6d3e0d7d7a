/*
 * The option that somebody may have meant who named one that is none.
 */
#ifndef GUESS_H
#define GUESS_H

#include <stdbool.h>
#include <stddef.h>

/* The name that is nearest to one that nobody knows, as far as that is likely to be meant. */
struct guess {
    const char *name;
    size_t len;
    const char *nearest;
    unsigned distance;
};

/* Compares it with the name of an option. */
void guess_at(struct guess *guess, const char *candidate);

/* Prints that there is no such option, and the nearest one; `dashes` is what stands before the
 * name. False. */
bool guess_tell(const struct guess *guess, const char *dashes);

#endif
