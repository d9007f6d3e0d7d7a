#include "render/row_writer.h"

#include "render/json.h"
#include "render/tsv.h"

static void add_json(struct buf *out, const struct value *value)
{
    switch (value->kind) {
    case VALUE_TEXT:
        json_add_text(out, value->text);
        break;
    case VALUE_NUMBER:
        buf_add_number(out, (uint64_t)value->number);
        break;
    case VALUE_SECONDS:
        json_add_seconds(out, value->number);
        break;
    case VALUE_YAML:
        json_add(out, json_of_yaml(value->yaml), JSON_COMPACT | JSON_ENCODE_ANY);
        break;
    case VALUE_JSON:
        json_add(out, json_loadb(value->text.data, value->text.len, 0, NULL), JSON_COMPACT);
        break;
    default:
        buf_add_text(out, "null");
    }
}

/* Names of fields are of plain letters. */
void row_writer_add_json(struct row_writer *writer, const void *row, struct buf *out)
{
    for (size_t i = 0; i < writer->count; i++) {
        writer->scratch.len = 0;
        const struct value value = writer->fields[i].get(row, &writer->scratch);
        out->failed |= writer->scratch.failed;
        buf_add_text(out, i ? ",\"" : "{\"");
        buf_add_text(out, writer->fields[i].name);
        buf_add_text(out, "\":");
        add_json(out, &value);
    }
    buf_add_text(out, "}\n");
}

void row_writer_add_tsv(struct row_writer *writer, const void *row, struct buf *out)
{
    for (size_t i = 0; i < writer->count; i++) {
        writer->scratch.len = 0;
        const struct value value = writer->fields[i].get(row, &writer->scratch);
        out->failed |= writer->scratch.failed;
        if (value.kind == VALUE_NUMBER)
            buf_add_number(out, (uint64_t)value.number);
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
