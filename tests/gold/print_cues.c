/*
 * Prints the cues of a file of captions, a line each: milliseconds of start and end, who the format
 * says speaks, and the words, with a space for each line end; a tab between two of these.
 */
#include <stdio.h>

#include "base/buf.h"
#include "cues/captions.h"
#include "values/decode.h"

static void print_slice(struct slice text, char behind)
{
    for (size_t i = 0; i < text.len; i++)
        putchar(text.data[i] == '\n' ? ' ' : text.data[i]);
    putchar(behind);
}

int main(int argc, char **argv)
{
    cleanup_buf struct buf bytes = {0};
    cleanup_cues struct cues cues = {0};
    cleanup_decoded struct decoded decoded = {0};
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    char block[65536];
    size_t got;

    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) {
        fprintf(stderr, "usage: print_cues FILE\n");
        return 2;
    }
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        buf_add(&bytes, block, got);
    fclose(file);
    int err = decode(buf_slice(&bytes), true, &decoded);
    if (!err)
        err = captions_read(decoded.text, source_form_of(slice_of(argv[1])), &diags, &cues);
    for (size_t i = 0; i < cues.count && !err; i++) {
        const struct cue *cue = &cues.at[i];
        printf("%lld\t%lld\t", (long long)cue->start, (long long)cue->end);
        print_slice(cue_speaker(&cues, cue), '\t');
        print_slice(cue_text(&cues, cue), '\n');
    }
    arena_free(&arena);
    return err ? 1 : 0;
}
