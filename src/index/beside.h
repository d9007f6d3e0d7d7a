/*
 * Reading what stands beside a content file and describes it: its sidecars, and the track that it
 * is a translation of.
 */
#ifndef INDEX_BESIDE_H
#define INDEX_BESIDE_H

#include "index/content_reader.h"
#include "transcript/sidecar.h"

/* The most of a sidecar that is read. */
enum { BESIDE_MOST = 8 * 1024 * 1024 };

/* Reads the sidecars among the companions of the file at `path` into `all`, and what its name says.
 * One that is broken, too large or unreadable is reported and left out. 0; -EAGAIN when one is not
 * the one that was scanned; another error that passes. */
int beside_describe(const struct content *content, struct slice path,
                    const struct companions *companions, const struct limits *limits,
                    struct diags *diags, struct sidecars *all);

/* Finds among the companions the captions in the language that was spoken, where that is known and
 * the file at `path` is in another one: they become COMPANION_SPOKEN. The others of the kind lose
 * their ids. `by_default` is what the configuration says; empty: nothing. */
void beside_find_spoken(struct slice path, const struct sidecars *all, struct slice by_default,
                        struct companions *companions);

#endif
