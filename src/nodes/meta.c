/* meta/: the front matter, a file a key. */
#include <errno.h>

#include "base/filename.h"
#include "nodes/episode.h"
#include "nodes/nodes.h"
#include "render/meta.h"

/* The key of this number, or NULL. */
static const struct yaml *nth_key(const struct yaml *map, uint64_t n)
{
    const struct yaml *item = map ? map->first : NULL;
    while (item && n--)
        item = item->next;
    return item;
}

static int meta_child(struct scope *scope, uint64_t index, struct child *child)
{
    cleanup_buf struct buf name = {0};
    const struct yaml *map;
    int err = scope_front(scope, &map);
    if (err)
        return err;
    const struct yaml *value = nth_key(map, index);
    if (!value)
        return -ENOENT;
    /* Absent beats empty: a key without a value has no file. */
    if (yaml_is_empty(value) || value->key.len == 0)
        return CHILD_GAP;
    filename_of_value(&name, value->key);
    child_is(child, KIND_META_VALUE, scope->node.i, scope_episode(scope)->version, SLICE(""));
    child->node.j = (uint32_t)index;
    return child_set_name(child, &name);
}

static int meta_value_check(struct scope *scope)
{
    const struct yaml *map;
    int err = episode_check(scope);
    if (!err)
        err = scope_front(scope, &map);
    if (err)
        return err;
    const struct yaml *value = nth_key(map, scope->node.j);
    return value && !yaml_is_empty(value) && value->key.len ? 0 : -ESTALE;
}

static int meta_value_render(struct scope *scope, struct buf *out)
{
    const struct yaml *map;
    int err = scope_front(scope, &map);
    if (err)
        return err;
    const struct yaml *value = nth_key(map, scope->node.j);
    meta_add_value(out, value);
    return 0;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops meta_ops = {
    .check = format_check,
    .identity = episode_identity,
    .stamps = episode_stamps,
    .parent = episode_folder,
    .child = meta_child,
};

const struct node_ops meta_value_ops = {
    .check = meta_value_check,
    .identity = episode_file_identity,
    .stamps = episode_stamps,
    .render = meta_value_render,
};
