/*
 * Prints what a transcript's body says, in a form that people read and diff:
 *
 *     section 1, level 2, line 3: Heading
 *     turn 2, lines 9-12, section 1, speaker "Ana", start 00:12:07
 *         Ana: words
 *       original (en), lines 14-16, speaker "Ana"
 *         Ana: the original words
 *       term "词": "Word" what it means
 *     line 21: what was reported; what was done
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "transcript/source.h"
#include "values/decode.h"
#include "values/timestamp.h"

static void print_indented(struct slice text)
{
    struct slice line;
    if (slice_ends(text, SLICE("\n")))
        text.len--;
    while (slice_take(&text, '\n', &line))
        printf("    %.*s\n", (int)line.len, line.data ? line.data : "");
}

static void print_slice(const char *before, struct slice text, const char *behind)
{
    printf("%s%.*s%s", before, (int)text.len, text.len ? text.data : "", behind);
}

static void print_time(const char *before, int64_t start)
{
    long long seconds = start / 1000;
    printf("%s%02lld:%02lld:%02lld", before, seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (start % 1000)
        printf(".%03lld", (long long)(start % 1000));
}

static void print_section(const struct body *body, uint32_t i)
{
    const struct section *section = &body->sections[i];
    printf("section %u, level %u, line %u: ", i + 1, section->level, section->line);
    print_slice("", body_note(body, section->heading), "\n");
}

static void print_original(const struct body *body, const struct turn *turn)
{
    if (turn->original.len == 0)
        return;
    printf("  original");
    if (turn->language[0])
        printf(" (%s)", turn->language);
    printf(", lines %u-%u", turn->original_first_line, turn->original_last_line);
    if (turn->original_speaker)
        print_slice(", speaker \"", turn_original_speaker(body, turn), "\"");
    putchar('\n');
    print_indented(turn_original(body, turn));
}

/* A time among the words, and the words behind it. */
static void print_mark(const struct body *body, const struct turn *turn,
                       const struct time_mark *mark)
{
    struct slice rest = slice_trim(slice_skip(turn_text(body, turn), mark->at - turn->text));
    struct slice behind = {0};
    (void)slice_take(&rest, '\n', &behind);
    print_time(", ", mark->time);
    print_slice(" before \"", utf8_cut(behind, 12), "\"");
}

static void print_turn(const struct body *body, uint32_t i)
{
    const struct turn *turn = &body->turns[i];

    printf("turn %u, lines %u-%u", i + 1, turn->first_line, turn->last_line);
    if (turn->section)
        printf(", section %u", turn->section);
    if (turn->speaker)
        print_slice(", speaker \"", turn_speaker(body, turn), "\"");
    if (!slice_equal(turn_voice(body, turn), turn_speaker(body, turn)))
        print_slice(", voice \"", turn_voice(body, turn), "\"");
    if (turn->start != NO_TIME)
        print_time(", start ", turn->start);
    for (uint32_t t = 0; t < body_count_times(body, turn); t++)
        print_mark(body, turn, &body->times[turn->times + t]);
    if (turn->address.len)
        print_slice(", link ", turn_address(body, turn), "");
    putchar('\n');
    print_indented(turn_text(body, turn));
    print_original(body, turn);
    for (uint32_t t = 0; t < body->term_count; t++) {
        if (body->terms[t].turn != i)
            continue;
        print_slice("  term \"", body_note(body, body->terms[t].term), "\": ");
        print_slice("\"", body_note(body, body->terms[t].original), "\" ");
        print_slice("", body_note(body, body->terms[t].definition), "\n");
    }
}

static void print_body(const struct body *body)
{
    uint32_t section = 0;
    for (uint32_t i = 0; i < body->count; i++) {
        while (section < body->turns[i].section)
            print_section(body, section++);
        print_turn(body, i);
    }
    while (section < body->section_count)
        print_section(body, section++);
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
    const struct limits limits = limits_default();
    cleanup_decoded struct decoded decoded = {0};
    struct front front;
    struct body body = {0};

    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) {
        fprintf(stderr, "usage: print_turns FILE\n");
        return 2;
    }
    const enum source_form form = source_form_of(slice_of(argv[1]));
    read_all(file, &text);
    fclose(file);
    int err = decode(buf_slice(&text), true, &decoded);
    if (!err)
        err = source_read_front(form, &arena, decoded.text, true, &limits, &diags, &front);
    if (!err)
        err = source_read_body(form, slice_skip(decoded.text, front.body), front.body_line,
                               front.map, (struct slice){0}, &limits, &diags, &body);
    if (!err)
        print_body(&body);
    for (const struct diag *diag = diags.first; diag; diag = diag->next)
        printf("line %u: %s; %s\n", diag->line, diag->problem.data, diag->action.data);
    body_free(&body);
    arena_free(&arena);
    return err ? 1 : 0;
}
