/*
 * The title block of Pandoc, at the very beginning of a file: up to three fields, each behind a
 * percent sign, which go on in lines that begin with a space. They are title, authors (a line each,
 * or with semicolons between them) and date; an empty one is left out.
 *
 *     % Locks and their keepers
 *     % Ana Lima; Bo Roy
 *     % 2024-03-05
 *
 * As pandoc(1) has it under "Extension: pandoc_title_block".
 */
#ifndef METADATA_TITLE_BLOCK_H
#define METADATA_TITLE_BLOCK_H

#include "values/yaml.h"

struct title_block {
    struct yaml *map;   /* with the keys title, author, date; NULL: there is none */
    size_t body;        /* the offset of the first byte behind it */
    uint32_t body_line; /* the line of that byte, from 1 */
};

/* Reads it from the beginning of a text, `whole` or not. 0; -EAGAIN if its end is not in `head`;
 * -ENOMEM. */
int title_block_read(struct arena *arena, struct slice head, bool whole, struct diags *diags,
                     struct title_block *block);

#endif
