/*
 * --query: what a query finds in the content, without a mount.
 */
#ifndef ASK_H
#define ASK_H

#include "index/cache.h"
#include "options.h"

/* Whether what is found can be printed as options->format says; tells which can if not. */
bool ask_has_format(const struct options *options);

/* In such a format. Prints the turns that options->query finds, in the order of files; or why it is
 * none, or that there is nothing. The exit status. */
int ask(const struct corpus *corpus, struct cache *cache, const struct options *options);

#endif
