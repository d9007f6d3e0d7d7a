#include "render/meta.h"

#include "base/utf8.h"
#include "render/json.h"
#include "render/renderers.h"

/* Writes a value on one line: line ends and other white space become a space. */
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

void meta_add_value(struct buf *out, const struct yaml *value)
{
    if (value->kind != YAML_LIST)
        add_value(out, value);
    for (const struct yaml *item = value->kind == YAML_LIST ? value->first : NULL; item;
         item = item->next)
        add_value(out, item);
}

int meta_json_render(const struct material *material, struct buf *out)
{
    json_add(out, material->front ? json_of_yaml(material->front) : json_object(), JSON_INDENT(2));
    buf_add_byte(out, '\n');
    return 0;
}
