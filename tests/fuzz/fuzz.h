/*
 * What the fuzz targets share. A target is one file with LLVMFuzzerTestOneInput(): libFuzzer calls
 * it with what it makes up, replay.c with files. It CHECKs what has to hold for every input
 * whatever; a check that fails ends the process, which is how a find is told.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "values/diag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                   \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                       \
        }                                                                                  \
    } while (0)

/* The input without a byte behind it that could be read by mistake; to be freed. */
static inline struct slice input_copy(const uint8_t *data, size_t size)
{
    char *copy = malloc(size ? size : 1);
    CHECK(copy);
    if (size)
        memcpy(copy, data, size);
    return (struct slice){copy, size};
}

/* As Markdown counts them: a line may end in a carriage return alone. */
static inline uint32_t count_lines(struct slice text)
{
    uint32_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n' ||
                 (text.data[i] == '\r' && (i + 1 == text.len || text.data[i + 1] != '\n'));
    return lines;
}

/* What a parser says about a file of so many lines. */
static inline void check_diags(const struct diags *diags, uint32_t lines)
{
    uint32_t count = 0;
    for (const struct diag *diag = diags->first; diag; diag = diag->next, count++) {
        CHECK(diag->line <= lines);
        CHECK(diag->problem.len && utf8_is_valid(diag->problem));
        CHECK(utf8_is_valid(diag->action));
    }
    CHECK(count == diags->count && count <= DIAGS_MAX);
}

#endif
