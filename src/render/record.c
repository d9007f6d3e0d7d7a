#include "render/record.h"

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
    default:
        return json_null();
    }
}

void record_add_json(struct record *record, const void *row, struct buf *out)
{
    json_t *object = json_object();
    for (size_t i = 0; i < record->count && object; i++) {
        record->scratch.len = 0;
        const struct value value = record->fields[i].get(row, &record->scratch);
        if (record->scratch.failed ||
            json_object_set_new_nocheck(object, record->fields[i].name, json_of(&value))) {
            json_decref(object);
            object = NULL;
        }
    }
    json_add(out, object, JSON_COMPACT);
    buf_add_byte(out, '\n');
}

void record_add_tsv(struct record *record, const void *row, struct buf *out)
{
    for (size_t i = 0; i < record->count; i++) {
        record->scratch.len = 0;
        const struct value value = record->fields[i].get(row, &record->scratch);
        out->failed |= record->scratch.failed;
        if (value.kind == VALUE_NUMBER)
            buf_printf(out, "%lld", (long long)value.number);
        else if (value.kind == VALUE_SECONDS)
            tsv_add_seconds(out, value.number);
        else
            tsv_add_text(out, value.text);
        buf_add_byte(out, i + 1 < record->count ? '\t' : '\n');
    }
}

void record_add_header(const struct record *record, struct buf *out)
{
    for (size_t i = 0; i < record->count; i++) {
        buf_add_text(out, record->fields[i].name);
        buf_add_byte(out, i + 1 < record->count ? '\t' : '\n');
    }
}
