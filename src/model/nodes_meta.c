/* meta/ and meta.json: what the front matter says, key by key and whole. */
#include <errno.h>

#include "base/utf8.h"
#include "model/format.h"
#include "model/json.h"
#include "model/names.h"
#include "model/nodes.h"

/* The key of this number, or NULL. */
static const struct yaml *nth_key(const struct yaml *map, uint64_t n)
{
    const struct yaml *item = map ? map->first : NULL;
    while (item && n--)
        item = item->next;
    return item;
}

int meta_child(struct scope *scope, uint64_t place, struct child *child)
{
    cleanup_buf struct buf name = {0};
    const struct yaml *map;
    int err = scope_front(scope, &map);
    if (err)
        return err;
    const struct yaml *value = nth_key(map, place);
    if (!value)
        return -ENOENT;
    /* Absent beats empty: a key that says nothing has no file. */
    if (yaml_is_empty(value) || value->key.len == 0)
        return CHILD_GAP;
    name_of_value(&name, value->key);
    if (name.failed)
        return -ENOMEM;
    memcpy(child->text, name.data, name.len);
    child_is(child, KIND_META_VALUE, scope->node.i, scope_episode(scope)->version,
             (struct slice){child->text, name.len});
    child->node.j = (uint32_t)place;
    return 0;
}

int meta_value_check(struct scope *scope)
{
    const struct yaml *map;
    int err = check_episode(scope);
    if (!err)
        err = scope_front(scope, &map);
    if (err)
        return err;
    const struct yaml *value = nth_key(map, scope->node.j);
    return value && !yaml_is_empty(value) && value->key.len ? 0 : -ESTALE;
}

/* One value, one line, for whoever reads lines: what breaks one is a space, in any script. */
static void add_line(struct buf *out, struct slice text)
{
    size_t len;
    for (text = slice_trim(text); text.len; text = slice_skip(text, len)) {
        int32_t code = utf8_decode(text, &len);
        bool breaks = byte_is_space(text.data[0]) || (code >= 0x1C && code <= 0x1E) ||
                      code == 0x85 || code == 0x2028 || code == 0x2029;
        if (breaks)
            buf_add_byte(out, ' ');
        else
            buf_add(out, text.data, len);
    }
    buf_add_byte(out, '\n');
}

static void add_value(struct buf *out, const struct yaml *value)
{
    if (yaml_is_empty(value))
        return;
    if (yaml_is_scalar(value)) {
        add_line(out, value->text);
    } else {
        /* A list in a list, or a mapping: a line of JSON. */
        json_add(out, json_of_yaml(value), JSON_COMPACT);
        buf_add_byte(out, '\n');
    }
}

int meta_value_render(struct scope *scope, struct buf *out)
{
    const struct yaml *map;
    int err = scope_front(scope, &map);
    if (err)
        return err;
    const struct yaml *value = nth_key(map, scope->node.j);
    if (value->kind != YAML_LIST)
        add_value(out, value);
    for (const struct yaml *item = value->kind == YAML_LIST ? value->first : NULL; item;
         item = item->next)
        add_value(out, item);
    return 0;
}

int meta_json_render(struct scope *scope, struct buf *out)
{
    const struct yaml *map;
    int err = scope_front(scope, &map);
    if (err)
        return err;
    json_add(out, map ? json_of_yaml(map) : json_object(), JSON_INDENT(2));
    buf_add_byte(out, '\n');
    return 0;
}
