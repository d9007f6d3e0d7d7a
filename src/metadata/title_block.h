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

#include "metadata/front.h"

/* Whether a text may begin with one. */
static inline bool title_block_opens(struct slice head)
{
    return head.len && head.data[0] == '%';
}

/* Reads it into `front`, which is left alone if there is none. 0; -EAGAIN if the end of it is not
 * in `head`, unless that is `whole`; -ENOMEM. */
int title_block_read(struct arena *arena, struct slice head, bool whole, struct diags *diags,
                     struct front *front);

#endif
