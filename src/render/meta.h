/*
 * What front matter says, key by key: the files of meta/. Whole it is meta.json (renderers.h).
 */
#ifndef RENDER_META_H
#define RENDER_META_H

#include "base/buf.h"
#include "syntax/yaml.h"

/* Appends the value of a key, a line a value of a list. */
void meta_add_value(struct buf *out, const struct yaml *value);

#endif
