#include "values/diag.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "values/decode.h"

void diags_add(struct diags *diags, uint32_t line, uint32_t column, const char *action,
               const char *format, ...)
{
    char problem[512];
    va_list args;

    if (diags->count >= DIAGS_MAX)
        return;
    va_start(args, format);
    vsnprintf(problem, sizeof problem, format, args);
    va_end(args);

    struct diag *diag = ARENA_NEW(diags->arena, struct diag, 1);
    if (!diag) {
        diags->failed = true;
        return;
    }
    diag->line = line;
    diag->column = column;
    diag->problem = arena_copy(diags->arena, slice_of(problem));
    diag->action = arena_copy(diags->arena, slice_of(action));
    if (!diag->problem.data || !diag->action.data) {
        diags->failed = true;
        return;
    }
    *(diags->last ? &diags->last->next : &diags->first) = diag;
    diags->last = diag;
    diags->count++;
}

bool diags_add_broken_utf8(struct diags *diags, struct slice text, uint32_t first_line)
{
    size_t at = utf8_valid_prefix(text);
    if (at == text.len)
        return false;
    uint32_t line = first_line, column = 1;
    for (size_t i = 0; i < at; i++, column++) {
        if (text.data[i] == '\n') {
            line++;
            column = 0;
        }
    }
    bool is_half = text.data[at] == *DECODE_BROKEN;
    diags_add(diags, line, column, "each such byte became U+FFFD",
              "bytes that are not UTF-8%s, here and perhaps further on",
              is_half ? ", or half a pair of UTF-16" : "");
    return true;
}
