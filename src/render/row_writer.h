/*
 * Records: one table of fields makes the JSON Lines and the TSV of the same thing, so that both
 * have the same fields in the same order under the same names.
 */
#ifndef RENDER_ROW_WRITER_H
#define RENDER_ROW_WRITER_H

#include <stdint.h>

#include "base/buf.h"
#include "syntax/yaml.h"

/* What a field says. In TSV what is absent is empty, in JSON null. */
struct value {
    enum { VALUE_ABSENT, VALUE_TEXT, VALUE_NUMBER, VALUE_SECONDS, VALUE_YAML } kind;
    struct slice text; /* valid UTF-8 */
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
    /* Of a row; `scratch` is empty, and holds what has to be put together. */
    struct value (*get)(const void *row, struct buf *scratch);
};

struct row_writer {
    const struct field *fields;
    size_t count;
    struct buf scratch; /* to be freed at the end */
};

/* Appends the line of a row. */
void row_writer_add_json(struct row_writer *writer, const void *row, struct buf *out);
void row_writer_add_tsv(struct row_writer *writer, const void *row, struct buf *out);

/* Appends the names of the fields, as the first line of TSV. */
void row_writer_add_header(const struct row_writer *writer, struct buf *out);

#endif
