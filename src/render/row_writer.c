#include "render/row_writer.h"

#include "render/json.h"
#include "render/tsv.h"

static json_t *json_of(const struct value *value)
{
    switch (value->kind) {
    case VALUE_TEXT:
        return json_text(value->text);
    case VALUE_NUMBER:
        return json_integer(value->number);
    case VALUE_SECONDS:
        return json_seconds(value->number);
    case VALUE_YAML:
        return json_of_yaml(value->yaml);
    case VALUE_JSON:
        return json_loadb(value->text.data, value->text.len, 0, NULL);
    default:
        return json_null();
    }
}

void row_writer_add_json(struct row_writer *writer, const void *row, struct buf *out)
{
    json_t *object = json_object();
    for (size_t i = 0; i < writer->count && object; i++) {
        writer->scratch.len = 0;
        const struct value value = writer->fields[i].get(row, &writer->scratch);
        if (writer->scratch.failed ||
            json_object_set_new_nocheck(object, writer->fields[i].name, json_of(&value))) {
            json_decref(object);
            object = NULL;
        }
    }
    json_add(out, object, JSON_COMPACT);
    buf_add_byte(out, '\n');
}

void row_writer_add_tsv(struct row_writer *writer, const void *row, struct buf *out)
{
    for (size_t i = 0; i < writer->count; i++) {
        writer->scratch.len = 0;
        const struct value value = writer->fields[i].get(row, &writer->scratch);
        out->failed |= writer->scratch.failed;
        if (value.kind == VALUE_NUMBER)
            buf_printf(out, "%lld", (long long)value.number);
        else if (value.kind == VALUE_SECONDS)
            tsv_add_seconds(out, value.number);
        else
            tsv_add_text(out, value.text);
        buf_add_byte(out, i + 1 < writer->count ? '\t' : '\n');
    }
}

void row_writer_add_header(const struct row_writer *writer, struct buf *out)
{
    for (size_t i = 0; i < writer->count; i++) {
        buf_add_text(out, writer->fields[i].name);
        buf_add_byte(out, i + 1 < writer->count ? '\t' : '\n');
    }
}
