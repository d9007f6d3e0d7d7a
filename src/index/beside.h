/*
 * Reads the companions of a content file: its sidecars, and the captions that it translates.
 */
#ifndef INDEX_BESIDE_H
#define INDEX_BESIDE_H

#include "index/content_reader.h"
#include "metadata/sidecar.h"

/* The largest sidecar that is read, in bytes. */
enum { BESIDE_MOST = 8 * 1024 * 1024 };

/* Reads the sidecars among the companions of the file at `path`, and the facts in its name, into
 * `all`. It reports and skips a sidecar that is broken, too large or unreadable. 0; -EAGAIN if one
 * changed since the scan; another error that passes. */
int beside_describe(const struct content *content, struct slice path,
                    const struct companions *companions, const struct limits *limits,
                    struct diags *diags, struct sidecars *all);

/* Finds among the companions the captions in the language that was spoken, if that is known and the
 * file at `path` is in another one: they become COMPANION_SPOKEN. The others of the kind lose their
 * ids. `by_default` is the configuration's language; empty: none. */
void beside_find_spoken(struct slice path, const struct sidecars *all, struct slice by_default,
                        struct companions *companions);

#endif
