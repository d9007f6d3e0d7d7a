/*
 * The row writer: it writes rows as JSON Lines and as TSV from one table of fields, so both have
 * the same fields in the same order under the same names.
 */
#ifndef RENDER_ROW_WRITER_H
#define RENDER_ROW_WRITER_H

#include <stdint.h>

#include "base/buf.h"
#include "values/yaml.h"

/* The value of a field. An absent one is empty in TSV and null in JSON. */
struct value {
    enum { VALUE_ABSENT, VALUE_TEXT, VALUE_NUMBER, VALUE_SECONDS, VALUE_YAML, VALUE_JSON } kind;
    struct slice text; /* valid UTF-8; of VALUE_JSON: JSON */
    int64_t number;    /* of seconds: milliseconds */
    const struct yaml *yaml;
};

/* Absent where it is empty. */
static inline struct value value_text(struct slice text)
{
    return (struct value){.kind = text.len ? VALUE_TEXT : VALUE_ABSENT, .text = text};
}

/* Absent where it is 0. */
static inline struct value value_number(uint32_t number)
{
    return (struct value){.kind = number ? VALUE_NUMBER : VALUE_ABSENT, .number = number};
}

struct field {
    const char *name;
    /* The value in a row; it may live in `scratch`, which is empty before the call. */
    struct value (*get)(const void *row, struct buf *scratch);
};

struct row_writer {
    const struct field *fields;
    size_t count;
    struct buf scratch; /* the caller frees it at the end */
};

/* Append the line of a row. */
void row_writer_add_json(struct row_writer *writer, const void *row, struct buf *out);
void row_writer_add_tsv(struct row_writer *writer, const void *row, struct buf *out);

/* Appends the header line of TSV: the names of the fields. */
void row_writer_add_header(const struct row_writer *writer, struct buf *out);

#endif
