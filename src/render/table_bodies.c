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

/* What stands between white space; of a script that has none between words, each character. */
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

/* How long so many turns take, where that is known of any. */
static void add_time(struct buf *out, int64_t milliseconds, uint32_t timed, char end)
{
    if (timed)
        tsv_add_seconds(out, milliseconds);
    buf_add_byte(out, '\t');
    tsv_add_number(out, timed, end);
}

/* --- counts.tsv ------------------------------------------------------------------------------- */

void tables_begin_body_counts(struct buf *out)
{
    buf_add_text(out, "episode\tturns\twords\tvoices\tseconds\ttimed_turns\toriginals\n");
}

void tables_add_body_counts(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    uint64_t words = 0;
    int64_t milliseconds = 0;
    uint32_t timed = 0, originals = 0;
    for (uint32_t i = 0; i < body->count; i++) {
        const struct turn *turn = &body->turns[i];
        int64_t end = turn_end(body, turn);
        words += count_words(turn_words(body, turn));
        timed += end != NO_TIME;
        milliseconds += end != NO_TIME ? end - turn->start : 0;
        originals += turn->original.len > 0;
    }
    tsv_add(out, material->episode->name, '\t');
    tsv_add_number(out, body->count, '\t');
    tsv_add_number(out, words, '\t');
    tsv_add_number(out, body->voice_count, '\t');
    add_time(out, milliseconds, timed, '\t');
    tsv_add_number(out, originals, '\n');
}

/* --- voices.tsv ------------------------------------------------------------------------------- */

void tables_begin_voices(struct buf *out)
{
    buf_add_text(out, "voice\tepisode\tturns\twords\tseconds\ttimed_turns\n");
}

int tables_add_voices(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    uint64_t *words = calloc(body->voice_count + (size_t)1, sizeof *words);
    if (!words)
        return -ENOMEM;
    for (uint32_t i = 0; i < body->count; i++) {
        if (body->turns[i].voice != NO_VOICE)
            words[body->turns[i].voice] += count_words(turn_words(body, &body->turns[i]));
    }
    for (uint32_t i = 0; i < body->voice_count; i++) {
        const struct voice *voice = &body->voices[i];
        tsv_add(out, body_voice_name(body, voice), '\t');
        tsv_add(out, material->episode->name, '\t');
        tsv_add_number(out, voice->turns, '\t');
        tsv_add_number(out, words[i], '\t');
        add_time(out, voice->time, voice->timed, '\n');
    }
    free(words);
    return 0;
}
