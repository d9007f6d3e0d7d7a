/*
 * The files of meta/: the front matter, a file a key. meta.json (renderers.h) has all of it.
 */
#ifndef RENDER_META_H
#define RENDER_META_H

#include "base/buf.h"
#include "values/yaml.h"

/* Appends the value of a key; each value of a list is a line. */
void meta_add_value(struct buf *out, const struct yaml *value);

#endif
