#include "transcript/align.h"

#include <errno.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "transcript/body.h"

enum {
    CHAPTER_LEVEL = 2,
    MOST_APART = 2000 /* milliseconds between a cue and a turn that it may still belong to */
};

/* --- chapters --------------------------------------------------------------------------------- */

/* Appends to the notes of a body; len 0 if memory runs out. */
static struct part_of add_note(struct body *body, struct slice text)
{
    char *more = realloc(body->notes, body->notes_len + text.len);
    if (!more)
        return (struct part_of){0};
    body->notes = more;
    memcpy(more + body->notes_len, text.data, text.len);
    const struct part_of part = {(uint32_t)body->notes_len, (uint32_t)text.len};
    body->notes_len += text.len;
    return part;
}

int align_chapters(struct body *body, const struct chapter *chapters, uint32_t count)
{
    uint32_t next = 0;
    if (!count || !body->count || body->section_count)
        return 0;
    body->sections = calloc(count, sizeof *body->sections);
    if (!body->sections)
        return -ENOMEM;
    for (uint32_t i = 0; i < body->count; i++) {
        struct turn *turn = &body->turns[i];
        while (next < count && turn->start != NO_TIME && chapters[next].start <= turn->start)
            body->sections[next++].line = turn->first_line;
        turn->section = next;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct section *section = &body->sections[body->section_count++];
        section->heading = add_note(body, chapters[i].title);
        section->level = CHAPTER_LEVEL;
        if (i >= next)
            section->line = body->turns[body->count - 1].last_line;
        if (!section->heading.len)
            return -ENOMEM;
    }
    return 0;
}

/* --- originals -------------------------------------------------------------------------------- */

static bool runs_forward(const struct body *body)
{
    for (uint32_t i = 0; i < body->count; i++) {
        if (body->turns[i].start == NO_TIME ||
            (i && body->turns[i].start < body->turns[i - 1].start))
            return false;
    }
    return body->count > 0;
}

/* The turn in which a moment lies, or the nearest; body->count: none is near. */
static uint32_t turn_at(const struct body *body, int64_t moment)
{
    uint32_t low = 0, high = body->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (body->turns[middle].start <= moment)
            low = middle + 1;
        else
            high = middle;
    }
    int64_t end = low ? turn_end(body, &body->turns[low - 1]) : NO_TIME;
    int64_t behind = !low ? INT64_MAX : end == NO_TIME || moment < end ? 0 : moment - end;
    int64_t before = low < body->count ? body->turns[low].start - moment : INT64_MAX;
    if (behind > MOST_APART && before > MOST_APART)
        return body->count;
    return behind <= before ? low - 1 : low;
}

/* Words behind others: with no space between wide characters. */
static void add_words(struct buf *out, size_t from, struct slice words)
{
    size_t len, last = out->len;
    if (out->len > from && words.len) {
        do {
            last--;
        } while (last > from && (out->data[last] & 0xC0) == 0x80);
        struct slice before = {out->data + last, out->len - last};
        if (!utf8_is_wide(utf8_decode(before, &len)) || !utf8_is_wide(utf8_decode(words, &len)))
            buf_add_byte(out, ' ');
    }
    buf_add_slice(out, words);
}

/* The state of align_originals(). */
struct alignment {
    const struct body *spoken;
    struct buf text;
    size_t words;  /* of the last paragraph begin here */
    uint32_t from; /* the turn that was spoken, of the last cue */
};

static void end_original(struct alignment *a, struct turn *turn)
{
    if (a->text.len == turn->original.at)
        return;
    buf_add_byte(&a->text, '\n');
    turn->original.len = (uint32_t)(a->text.len - turn->original.at);
}

static void add_cue(struct alignment *a, struct turn *turn, const struct body_cue *cue,
                    struct slice language)
{
    const struct turn *from = &a->spoken->turns[cue->turn];
    struct slice speaker = turn_speaker(a->spoken, from);
    bool is_first = a->text.len == turn->original.at;
    bool is_same = !is_first &&
                   (cue->turn == a->from ||
                    slice_equal(speaker, turn_speaker(a->spoken, &a->spoken->turns[a->from])));
    if (!is_same) {
        if (!is_first)
            buf_add_text(&a->text, "\n\n");
        buf_add_slice(&a->text, speaker);
        if (speaker.len)
            buf_add_text(&a->text, ": ");
        a->words = a->text.len;
    }
    if (is_first) {
        turn->original_speaker = from->speaker;
        for (size_t i = 0; i < sizeof turn->language - 1 && i < language.len; i++) {
            char c = language.data[i];
            if (c == '-' || c == '_')
                break;
            turn->language[i] = (char)(c | 0x20);
        }
    }
    add_words(&a->text, a->words, run_part(a->spoken->text, cue->words));
    a->from = cue->turn;
}

int align_originals(struct body *body, const struct body *spoken, struct slice language,
                    struct slice spoken_name, struct slice name, struct diags *diags)
{
    struct alignment a = {.spoken = spoken};
    uint32_t current = 0, with_original = 0;
    if (body->originals_len || !body->count || !spoken->cue_count)
        return 0;
    bool runs = runs_forward(body);
    for (uint32_t i = 0; runs && i < spoken->cue_count; i++) {
        const struct body_cue *cue = &spoken->cues[i];
        int64_t end = cue->end == NO_TIME ? cue->start : cue->end;
        uint32_t at = cue->start == NO_TIME ? body->count
                                            : turn_at(body, cue->start + (end - cue->start) / 2);
        if (at == body->count)
            continue;
        for (; current < at; current++) {
            end_original(&a, &body->turns[current]);
            body->turns[current + 1].original.at = (uint32_t)a.text.len;
        }
        add_cue(&a, &body->turns[current], cue, language);
    }
    end_original(&a, &body->turns[current]);
    for (uint32_t i = 0; i < body->count; i++)
        with_original += body->turns[i].original.len > 0;
    if (with_original * 2 < body->count) {
        for (uint32_t i = 0; i < body->count; i++) {
            body->turns[i].original = (struct part_of){0};
            body->turns[i].original_speaker = 0;
            body->turns[i].language[0] = '\0';
        }
        buf_free(&a.text);
        diags_add(diags, 0, 0, "no originals", "%.*s and %.*s do not run in step",
                  (int)spoken_name.len, spoken_name.data, (int)name.len, name.data);
        return 0;
    }
    bool failed = a.text.failed;
    body->originals = buf_take(&a.text, &body->originals_len);
    return failed ? -ENOMEM : 0;
}
