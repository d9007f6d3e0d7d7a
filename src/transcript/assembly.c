#include "transcript/assembly.h"

#include <errno.h>

#include "base/array.h"
#include "base/utf8.h"
#include "transcript/gloss.h"

enum {
    MOST_GLOSS = 2000, /* bytes of a glossary entry behind its term */
};

int32_t assembly_last_code(const struct buf *text)
{
    size_t at = text->len, len;
    while (at > 0 && ((unsigned char)text->data[--at] & 0xC0) == 0x80)
        ;
    return text->len ? utf8_decode((struct slice){text->data + at, text->len - at}, &len) : -1;
}

void assembly_add_soft_break(struct buf *text, struct slice next)
{
    size_t len;
    int32_t before = assembly_last_code(text);
    if (next.len && utf8_is_wide(before) && utf8_is_wide(utf8_decode(next, &len)))
        return;
    buf_add_byte(text, ' ');
}

void assembly_add_break(struct buf *text, enum line_break kind, struct slice next)
{
    if (kind == BREAK_PARAGRAPH)
        buf_add_text(text, "\n\n");
    else if (kind == BREAK_HARD)
        buf_add_byte(text, '\n');
    else
        assembly_add_soft_break(text, next);
}

void assembly_end_original(struct assembly *a)
{
    struct turn *turn = a->body->count ? assembly_last_turn(a) : NULL;
    if (!turn || !a->in_original)
        return;
    a->in_original = false;
    /* A label that has its words on another line is no label of the file's. */
    struct slice file = slice_skip(buf_slice(&a->originals), turn->original.at);
    bool is_labelled = file.len > turn->original_speaker + 2u &&
                       memcmp(file.data + turn->original_speaker, ": ", 2) == 0;
    if (!is_labelled)
        turn->original_speaker = 0;
    buf_add_byte(&a->originals, '\n');
    turn->original.len = (uint32_t)(a->originals.len - turn->original.at);
}

void assembly_begin_original(struct assembly *a, const struct line *line, bool has_label,
                             uint32_t speaker)
{
    struct turn *turn = assembly_last_turn(a);
    turn->original.at = (uint32_t)a->originals.len;
    turn->original_first_line = assembly_line_number(a, line);
    memcpy(turn->language, a->lines->details[line->details - 1].language, sizeof turn->language);
    turn->original_speaker = has_label ? speaker : turn->speaker;
    if (!has_label && turn->speaker && !a->text.failed) {
        buf_add(&a->originals, a->text.data + turn->text, turn->speaker);
        buf_add_text(&a->originals, ": ");
    }
}

void assembly_extend_original(struct assembly *a, const struct line *line)
{
    struct turn *turn = assembly_last_turn(a);
    a->in_original = true;
    turn->original_last_line = assembly_line_number(a, line);
    turn->original.len = (uint32_t)(a->originals.len - turn->original.at);
}

/* What stood before the first turn is that turn's. */
static void take_early_original(struct assembly *a)
{
    assembly_begin_original(a, &a->early_first, a->early_has_label, a->early_speaker);
    buf_add_slice(&a->originals, buf_slice(&a->early));
    assembly_extend_original(a, &a->early_last);
    a->failed |= a->early.failed;
    buf_free(&a->early);
}

int assembly_refuse(struct assembly *a, const struct line *line, enum limit limit)
{
    limit_refuse(a->limits, limit, assembly_line_number(a, line), a->diags);
    return -E2BIG;
}

int assembly_begin_turn(struct assembly *a, const struct line *line, const struct label *label)
{
    struct body *body = a->body;
    struct slice speaker = label->speaker;
    int64_t start = label->start == NO_TIME ? a->pending : label->start;

    if (body->count == a->limits->at[LIMIT_TURNS])
        return assembly_refuse(a, line, LIMIT_TURNS);
    if (!array_reserve(&body->turns, body->count, &a->turn_cap, sizeof *body->turns))
        return -ENOMEM;
    assembly_end_original(a);
    body->turns[body->count++] = (struct turn){
        .text = (uint32_t)a->text.len,
        .speaker = (uint32_t)speaker.len,
        .first_line = assembly_line_number(a, line),
        .last_line = assembly_line_number(a, line),
        .section = a->section,
        .voice = NO_VOICE,
        .times = body->time_count,
        .start = start,
        .end = NO_TIME,
        .reached = a->reached,
        .original = {.at = (uint32_t)a->originals.len},
    };
    if (speaker.len) {
        buf_add_slice(&a->text, speaker);
        buf_add_byte(&a->text, ':');
    }
    if (a->early.len)
        take_early_original(a);
    if (start != NO_TIME)
        a->reached = start;
    a->head = a->pending == NO_TIME ? line->text : a->pending_head;
    a->pending = NO_TIME;
    a->owed = BREAK_SOFT;
    a->in_turn = true;
    a->takes_more = speaker.len > 0;
    a->label_line = line_text(a->lines, line);
    a->label_cue = line_cue(a->lines, line);
    a->is_alone = label->form == LABEL_ALONE;
    a->is_list = false;
    return 0;
}

/* A label without words is no evidence of a speaker. Its line stays as it was written, since it may
 * be no label: `Curfew 23:00`. */
static void drop_speaker(struct assembly *a, struct turn *turn)
{
    turn->speaker = 0;
    turn->start = NO_TIME;
    a->body->time_count = turn->times;
    a->text.len = turn->text;
    buf_add_slice(&a->text, a->label_line);
    diags_add(a->diags, turn->first_line, 0, "it is kept as words without a speaker",
              "a label without words");
}

int assembly_note_bold(struct assembly *a, struct slice words, size_t at)
{
    const struct lines *lines = a->lines;
    size_t start = (size_t)(words.data - lines->text.data), end = start + words.len;

    for (; a->next_bold < lines->bold_count && lines->bold[a->next_bold].text < end;
         a->next_bold++) {
        const struct span *bold = &lines->bold[a->next_bold];
        if (bold->text < start || bold->text + bold->len > end)
            continue;
        if (!array_reserve(&a->bold, a->bold_count, &a->bold_cap, sizeof *a->bold))
            return -ENOMEM;
        a->bold[a->bold_count++] = (struct span){at + bold->text - start, bold->len};
    }
    return 0;
}

/* When the turn is whole, since a gloss may run over lines: but not over a paragraph. */
static int add_terms(struct assembly *a)
{
    struct body *body = a->body;
    struct slice text = buf_slice(&a->text);

    for (size_t i = 0; i < a->bold_count; i++) {
        struct slice term = {text.data + a->bold[i].text, a->bold[i].len};
        struct slice behind = slice_head(slice_skip(text, a->bold[i].text + a->bold[i].len),
                                         MOST_GLOSS);
        struct slice original, definition;
        if (!gloss_may_begin(behind))
            continue;
        const char *paragraph = memmem(behind.data, behind.len, "\n\n", 2);
        if (paragraph)
            behind.len = (size_t)(paragraph - behind.data);
        if (!gloss_read(behind, &original, &definition))
            continue;
        if (!array_reserve(&body->terms, body->term_count, &a->term_cap, sizeof *body->terms))
            return -ENOMEM;
        body->terms[body->term_count++] = (struct term){
            .turn = body->count - 1,
            .term = assembly_add_note(a, slice_trim(term)),
            .original = assembly_add_note(a, original),
            .definition = assembly_add_note(a, definition),
        };
    }
    a->bold_count = 0;
    return 0;
}

int assembly_note_cue(struct assembly *a, const struct cue *cue, size_t at)
{
    struct body *body = a->body;
    bool has_last = body->cue_count > 0, is_same = a->cue == cue;
    if (is_same && has_last && body->cues[body->cue_count - 1].turn == body->count - 1) {
        struct part_of *words = &body->cues[body->cue_count - 1].words;
        words->len = (uint32_t)(a->text.len - words->at);
        return 0;
    }
    if (!array_reserve(&body->cues, body->cue_count, &a->cue_cap, sizeof *body->cues))
        return -ENOMEM;
    body->cues[body->cue_count++] = (struct body_cue){
        .words = {(uint32_t)at, (uint32_t)(a->text.len - at)},
        .turn = body->count - 1,
        .is_shared = has_last && (is_same || cue->goes_on),
        .start = cue->start,
        .end = cue->end,
    };
    return 0;
}

void assembly_end_turn(struct assembly *a)
{
    if (!a->in_turn)
        return;
    a->in_turn = false;
    if (assembly_has_failed(a))
        return; /* offsets may lie beyond the text */
    a->failed |= add_terms(a) != 0;

    struct turn *turn = assembly_last_turn(a);
    if (turn->speaker && assembly_is_wordless(a)) {
        drop_speaker(a, turn);
        if (a->label_cue) {
            turn->start = a->label_cue->start;
            a->failed |= assembly_note_cue(a, a->label_cue, turn->text) != 0;
        }
    } else if (assembly_is_lone_time(a)) {
        /* No turn begins then: the time is text. */
        buf_add_slice(&a->text, a->lone_time);
        turn->start = NO_TIME;
        a->body->time_count = turn->times;
    }
    if (a->text.len == turn->text) {
        /* A chevron and nothing else: the original behind it has no turn. */
        if (turn->original.len) {
            diags_add(a->diags, turn->original_first_line, 0, "it is in the source alone",
                      "an original, and no turn that it belongs to");
            a->originals.len = turn->original.at;
            a->in_original = false;
        }
        a->body->time_count = turn->times;
        a->body->count--;
        return;
    }
    buf_add_byte(&a->text, '\n');
    turn->len = (uint32_t)(a->text.len - turn->text);
}
