/* Tables over all episodes that are made of their bodies: counts.tsv, voices.tsv. */
#include <errno.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "render/tables.h"
#include "render/tsv.h"
#include "values/timestamp.h"

/* Punctuation among wide characters. */
static bool is_wide_mark(int32_t code)
{
    return (code >= 0x3000 && code < 0x3040) || (code >= 0xFF00 && code < 0xFFF0);
}

/* Counts the words between white space; in a script without spaces each character counts. */
static uint32_t count_words(struct slice text)
{
    uint32_t words = 0;
    bool is_inside = false;
    for (size_t len; text.len; text = slice_skip(text, len)) {
        int32_t code = utf8_decode(text, &len);
        bool is_wide = utf8_is_wide(code), is_mark = is_wide_mark(code);
        bool is_gap = is_mark || utf8_is_space(code);
        words += is_wide ? !is_mark : !is_gap && !is_inside;
        is_inside = !is_wide && !is_gap;
    }
    return words;
}

/* Counts over turns. */
struct said {
    uint32_t turns;
    uint64_t words;
    uint32_t timed;       /* turns whose start and end are known */
    int64_t milliseconds; /* … of these */
};

static void add_said(struct said *said, const struct body *body, const struct turn *turn)
{
    int64_t end = turn_end(body, turn);
    said->turns++;
    said->words += count_words(turn_words(body, turn));
    said->timed += end != NO_TIME;
    said->milliseconds += end != NO_TIME ? end - turn->start : 0;
}

static void add_time(struct buf *out, const struct said *said, char end)
{
    if (said->timed)
        tsv_add_seconds(out, said->milliseconds);
    buf_add_byte(out, '\t');
    tsv_add_number(out, said->timed, end);
}

/* --- counts.tsv ------------------------------------------------------------------------------- */

void tables_begin_body_counts(struct buf *out)
{
    buf_add_text(out, "episode\tturns\twords\tvoices\tseconds\ttimed_turns\toriginals\n");
}

void tables_add_body_counts(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    struct said all = {0};
    uint32_t originals = 0, voices = 0;
    bool *is_heard = calloc(body->voice_count + (size_t)1, sizeof *is_heard);
    out->failed |= !is_heard;
    for (uint32_t i = 0; i < body->count && is_heard; i++) {
        const struct turn *turn = &body->turns[i];
        if (!material_shows(material, i))
            continue;
        add_said(&all, body, turn);
        originals += turn->original.len > 0;
        voices += turn->voice != NO_VOICE && !is_heard[turn->voice];
        if (turn->voice != NO_VOICE)
            is_heard[turn->voice] = true;
    }
    tsv_add(out, material->episode->name, '\t');
    tsv_add_number(out, all.turns, '\t');
    tsv_add_number(out, all.words, '\t');
    tsv_add_number(out, voices, '\t');
    add_time(out, &all, '\t');
    tsv_add_number(out, originals, '\n');
    free(is_heard);
}

/* --- voices.tsv ------------------------------------------------------------------------------- */

void tables_begin_voices(struct buf *out)
{
    buf_add_text(out, "voice\tepisode\tturns\twords\tseconds\ttimed_turns\n");
}

int tables_add_voices(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    struct said *said = calloc(body->voice_count + (size_t)1, sizeof *said);
    if (!said)
        return -ENOMEM;
    for (uint32_t i = 0; i < body->count; i++) {
        if (body->turns[i].voice != NO_VOICE && material_shows(material, i))
            add_said(&said[body->turns[i].voice], body, &body->turns[i]);
    }
    for (uint32_t i = 0; i < body->voice_count; i++) {
        if (!said[i].turns)
            continue;
        tsv_add(out, body_voice_name(body, &body->voices[i]), '\t');
        tsv_add(out, material->episode->name, '\t');
        tsv_add_number(out, said[i].turns, '\t');
        tsv_add_number(out, said[i].words, '\t');
        add_time(out, &said[i], '\n');
    }
    free(said);
    return 0;
}
