#include "parse/body.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "base/utf8.h"
#include "parse/label.h"
#include "parse/lines.h"

/*
 * Which bold labels name a speaker. Bold is strong evidence and no proof: about one file in fifty
 * with bold labels is an article, and its lead-ins (`**核心观点**：…`) name nobody. Who speaks,
 * speaks again: where three labels or more are in a file, and less than half of them stand there
 * more than once, they are lead-ins; and so are one or two, unless the text begins with one, as
 * short talks do.
 */
struct census {
    struct map uses; /* label -> how often */
    size_t total;
    size_t again; /* of labels that stand there more than once */
    bool is_article;
};

/* From lines to turns. */
struct assembly {
    struct body *body;
    size_t cap; /* of body->turns */
    struct buf text;
    struct diags *diags;
    uint32_t first_line;
    uint32_t section;
    struct census census;
    bool in_turn;     /* the last turn can grow */
    bool is_labelled; /* … and so it takes the paragraphs that follow */
};

static struct turn *last_turn(struct assembly *a)
{
    return &a->body->turns[a->body->count - 1];
}

static int begin_turn(struct assembly *a, const struct line *line, struct slice speaker)
{
    struct body *body = a->body;

    if (body->count == BODY_MAX_TURNS) {
        diags_add(a->diags, a->first_line + line->number, 0, "only source.md is served",
                  "more than %d turns", BODY_MAX_TURNS);
        return -E2BIG;
    }
    if (!array_reserve(&body->turns, body->count, &a->cap, sizeof *body->turns))
        return -ENOMEM;
    body->turns[body->count++] = (struct turn){
        .text = (uint32_t)a->text.len,
        .speaker = (uint32_t)speaker.len,
        .first_line = a->first_line + line->number,
        .last_line = a->first_line + line->number,
        .section = a->section,
    };
    if (speaker.len) {
        buf_add_slice(&a->text, speaker);
        buf_add_byte(&a->text, ':');
    }
    a->in_turn = true;
    a->is_labelled = speaker.len > 0;
    return 0;
}

static void end_turn(struct assembly *a)
{
    if (!a->in_turn)
        return;
    a->in_turn = false;

    struct turn *turn = last_turn(a);
    if (turn->speaker && a->text.len == turn->text + turn->speaker + 1) {
        /* The word stays, and names nobody: what would it have said? */
        turn->speaker = 0;
        diags_add(a->diags, turn->first_line, 0, "it is kept as words without a speaker",
                  "a label without words");
    }
    buf_add_byte(&a->text, '\n');
    turn->len = (uint32_t)(a->text.len - turn->text);
}

/* The last character of the text so far. */
static int32_t last_code(const struct buf *text)
{
    size_t at = text->len, len;
    while (at > 0 && ((unsigned char)text->data[--at] & 0xC0) == 0x80)
        ;
    return text->len ? utf8_decode((struct slice){text->data + at, text->len - at}, &len) : -1;
}

/* What a wrapped line becomes: a space, but nothing between two characters of a script that has no
 * spaces. */
static void add_soft_break(struct buf *text, struct slice next)
{
    size_t len;
    int32_t before = last_code(text);
    if (next.len && utf8_is_wide(before) && utf8_is_wide(utf8_decode(next, &len)))
        return;
    buf_add_byte(text, ' ');
}

static void add_words(struct assembly *a, const struct line *line, struct slice words)
{
    struct turn *turn = last_turn(a);
    size_t start = turn->text + turn->speaker + (turn->speaker ? 1 : 0);

    if (words.len == 0)
        return;
    if (a->text.len == start) {
        if (turn->speaker)
            buf_add_byte(&a->text, ' ');
    } else if (line->before == BREAK_PARAGRAPH) {
        buf_add_text(&a->text, "\n\n");
    } else if (line->before == BREAK_HARD) {
        buf_add_byte(&a->text, '\n');
    } else {
        add_soft_break(&a->text, words);
    }
    buf_add_slice(&a->text, words);
    turn->last_line = a->first_line + line->number;
}

/* The speaker's label at the front of a line. */
static bool read_label(const struct assembly *a, const struct line *line, struct slice text,
                       struct label *label)
{
    if (line->heading || line->details || !label_read(text, line->bold, label))
        return false;
    return !a->census.is_article && !label_is_numbered(label->speaker);
}

static int take_census(struct assembly *a, const struct lines *lines)
{
    struct census *census = &a->census;
    struct label label;
    bool is_first = true, opens = false;

    for (size_t i = 0; i < lines->count; i++) {
        bool is_text = !lines->at[i].heading && !lines->at[i].details;
        bool is_label = read_label(a, &lines->at[i], line_text(lines, &lines->at[i]), &label);
        opens |= is_first && is_label;
        is_first &= !is_text;
        if (!is_label)
            continue;
        struct map_slot *slot = map_put(&census->uses, label.speaker);
        if (!slot)
            return -ENOMEM;
        slot->value = slot->value == UINT32_MAX ? 1 : slot->value + 1;
        census->again += slot->value == 2 ? 2 : slot->value > 2;
        census->total++;
    }
    census->is_article = census->total > 2 ? census->again * 2 < census->total : !opens;
    return 0;
}

static int add_line(struct assembly *a, const struct line *line, struct slice text)
{
    struct label label;
    int err = 0;

    if (line->heading) {
        end_turn(a);
        a->section++;
        return 0;
    }
    if (line->details)
        return 0; /* the original of a turn, not a part of it */
    if (read_label(a, line, text, &label)) {
        end_turn(a);
        if (label_is_mark(&label))
            return 0;
        err = begin_turn(a, line, label.speaker);
        text = label.words;
    } else if (!a->in_turn || (line->before == BREAK_PARAGRAPH && !a->is_labelled)) {
        end_turn(a);
        err = begin_turn(a, line, (struct slice){0});
    }
    if (!err)
        add_words(a, line, text);
    return err;
}

int body_read(struct slice text, uint32_t first_line, struct diags *diags, struct body *body)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct assembly a = {.body = body, .diags = diags, .first_line = first_line};

    *body = (struct body){0};
    diags_add_broken_utf8(diags, text, first_line);
    int err = lines_read(text, first_line, diags, &lines);
    if (!err)
        err = take_census(&a, &lines);
    for (size_t i = 0; i < lines.count && !err; i++)
        err = add_line(&a, &lines.at[i], line_text(&lines, &lines.at[i]));
    end_turn(&a);
    map_free(&a.census.uses);
    body->text = a.text.data;
    body->len = a.text.len;
    if (err == -E2BIG) {
        body_free(body);
        return 0;
    }
    return err ? err : a.text.failed ? -ENOMEM : 0;
}

void body_free(struct body *body)
{
    free(body->text);
    free(body->turns);
    *body = (struct body){0};
}
