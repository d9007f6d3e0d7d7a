/*
 * `transcriptfs --check`: reads all of the content and prints its problems. Nothing is
 * mounted.
 */
#ifndef CHECK_H
#define CHECK_H

#include "index/cache.h"

/* Reads every body on all cores and prints each problem as file:line:column: message, in order of
 * files. What the program is to end with: EXIT_OK, EXIT_PROBLEMS, or EXIT_FAILED. */
int check(const struct corpus *corpus, struct cache *cache, bool is_quiet);

#endif
