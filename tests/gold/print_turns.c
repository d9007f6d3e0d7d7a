/*
 * Prints the turns of a transcript in a form that people read and diff:
 *
 *     turn 2, lines 9-12, section 1, speaker "Ana"
 *         Ana: words
 *
 * and what was reported, as "line 3: message".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "parse/body.h"
#include "parse/front.h"

static void print_indented(struct slice text)
{
    struct slice line;
    if (slice_ends(text, SLICE("\n")))
        text.len--;
    while (slice_take(&text, '\n', &line))
        printf("    %.*s\n", (int)line.len, line.data ? line.data : "");
}

static void print_turn(const struct body *body, uint32_t i)
{
    const struct turn *turn = &body->turns[i];
    struct slice speaker = turn_speaker(body, turn);

    printf("turn %u, lines %u-%u", i + 1, turn->first_line, turn->last_line);
    if (turn->section)
        printf(", section %u", turn->section);
    if (speaker.len)
        printf(", speaker \"%.*s\"", (int)speaker.len, speaker.data);
    putchar('\n');
    print_indented(turn_text(body, turn));
}

static void read_all(FILE *file, struct buf *text)
{
    char block[65536];
    size_t got;
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        buf_add(text, block, got);
}

int main(int argc, char **argv)
{
    cleanup_buf struct buf text = {0};
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    struct front front;
    struct body body = {0};

    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) {
        fprintf(stderr, "usage: print_turns FILE\n");
        return 2;
    }
    read_all(file, &text);
    fclose(file);
    int err = front_read(&arena, buf_slice(&text), true, &diags, &front);
    if (!err)
        err = body_read(slice_skip(buf_slice(&text), front.body), front.body_line, &diags, &body);
    for (uint32_t i = 0; i < body.count && !err; i++)
        print_turn(&body, i);
    for (const struct diag *diag = diags.first; diag; diag = diag->next)
        printf("line %u: %s; %s\n", diag->line, diag->problem.data, diag->action.data);
    body_free(&body);
    arena_free(&arena);
    return err ? 1 : 0;
}
