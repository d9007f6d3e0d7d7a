/*
 * Captions: the same bytes as WebVTT, SubRip and SBV. Whatever they are, each word of the turns
 * stands in one cue, and no cue is of more than one turn. And as plain text and Whisper's table.
 */
#include "check_body.h"

#include "cues/captions.h"
#include "transcript/source.h"
#include "values/decode.h"

static void check_cues(const struct cues *cues, struct slice text, uint32_t lines)
{
    CHECK(cues->count <= text.len);
    CHECK(memchr(cues->language, '\0', sizeof cues->language));
    for (size_t i = 0; i < cues->count; i++) {
        const struct cue *cue = &cues->at[i];
        struct slice words = cue_text(cues, cue), speaker = cue_speaker(cues, cue);
        CHECK(words.len && utf8_is_valid(words) && utf8_is_valid(speaker));
        CHECK(slice_trim(words).len == words.len && slice_trim(speaker).len == speaker.len);
        CHECK(!memmem(words.data, words.len, "\n\n", 2));
        CHECK(!speaker.len || !memchr(speaker.data, '\n', speaker.len));
        CHECK(cue->start >= 0 && (cue->end == NO_TIME || cue->end >= cue->start));
        CHECK(cue->line >= 1 && cue->line <= cue->last_line && cue->last_line <= lines);
        CHECK(i == 0 || cue->line >= cues->at[i - 1].line);
    }
}

/* How many bytes are no white space. */
static size_t count_words(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += !byte_is_space(text.data[i]);
    return count;
}

static void check_parts(const struct body *body)
{
    size_t in_cues = 0, in_turns = 0, end = 0;
    for (uint32_t i = 0; i < body->count; i++)
        in_turns += count_words(turn_words(body, &body->turns[i]));
    for (uint32_t i = 0; i < body->cue_count; i++) {
        const struct body_cue *cue = &body->cues[i];
        CHECK(cue->turn < body->count && (i == 0 || cue->turn >= body->cues[i - 1].turn));
        const struct turn *turn = &body->turns[cue->turn];
        CHECK(cue->words.at >= end && cue->words.at >= turn->text);
        end = cue->words.at + (size_t)cue->words.len;
        CHECK(cue->words.len && end < turn->text + (size_t)turn->len);
        CHECK(cue->start >= 0 && (cue->end == NO_TIME || cue->end >= cue->start));
        in_cues += count_words(run_part(body->text, cue->words));
    }
    CHECK(in_cues == in_turns);
}

static void check_form(struct slice text, enum source_form form, uint32_t lines)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena}, unheard = {.arena = &arena};
    const struct limits limits = limits_default();
    struct cues cues = {0};
    struct body body;

    CHECK(captions_read(text, form, &unheard, &cues) == 0);
    check_cues(&cues, text, lines);
    CHECK(source_read_body(form, text, 1, NULL, (struct slice){0}, &limits, &diags, &body) == 0);
    CHECK(body.count == 0 || cues.count > 0);
    CHECK(cues.count == 0 || captions_read_head(text, true, form).has_cues);
    check_body(&body, lines);
    check_parts(&body);
    check_diags(&diags, lines);
    body_free(&body);
    cues_free(&cues);
    arena_free(&arena);
}

static void check_values(const struct yaml *value)
{
    CHECK(utf8_is_valid(value->text));
    for (const struct yaml *item = value->first; item; item = item->next)
        check_values(item);
}

static void check_plain(struct slice text, enum source_form form, uint32_t lines)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct front front;
    struct body body;

    CHECK(source_read_front(form, &arena, text, true, &limits, &diags, &front) == 0);
    if (front.map)
        check_values(front.map);
    CHECK(source_read_body(form, text, 1, front.map, (struct slice){0}, &limits, &diags, &body) ==
          0);
    check_body(&body, lines);
    check_diags(&diags, lines);
    body_free(&body);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice file = input_copy(data, size);
    cleanup_decoded struct decoded decoded;
    CHECK(decode(file, true, &decoded) == 0);
    uint32_t lines = count_lines(decoded.text);
    check_form(decoded.text, SOURCE_WEBVTT, lines);
    check_form(decoded.text, SOURCE_SUBRIP, lines);
    check_form(decoded.text, SOURCE_SBV, lines);
    check_plain(decoded.text, SOURCE_TEXT, lines);
    check_plain(decoded.text, SOURCE_TSV, lines);
    free((void *)(uintptr_t)file.data);
    return 0;
}
