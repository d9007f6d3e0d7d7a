/*
 * What holds for the body of every transcript, of whatever form.
 */
#ifndef FUZZ_CHECK_BODY_H
#define FUZZ_CHECK_BODY_H

#include "fuzz.h"

#include "transcript/body.h"
#include "values/timestamp.h"

/* Where a text is made of lines, in a run of such texts. */
static void check_file(struct slice file, size_t speaker)
{
    CHECK(file.len >= 2 && file.data[file.len - 1] == '\n' && file.data[file.len - 2] != '\n');
    CHECK(file.data[0] != '\n');
    CHECK(utf8_is_valid(file));
    CHECK(!memchr(file.data, '\0', file.len) && !memchr(file.data, '\r', file.len));
    CHECK(!memmem(file.data, file.len, "\n\n\n", 3));
    if (speaker) {
        CHECK(speaker + 3 < file.len && memcmp(file.data + speaker, ": ", 2) == 0);
        CHECK(utf8_is_valid(slice_head(file, speaker)));
        CHECK(!memchr(file.data, '\n', speaker));
        CHECK(slice_trim(slice_head(file, speaker)).len == speaker);
    }
}

static void check_original(const struct body *body, const struct turn *turn, size_t *end,
                           uint32_t lines)
{
    if (turn->original.len == 0) {
        CHECK(turn_original_words(body, turn).len == 0);
        return;
    }
    CHECK(turn->original.at == *end && turn->original.len <= body->originals_len - *end);
    check_file(turn_original(body, turn), turn->original_speaker);
    CHECK(turn_original_words(body, turn).len > 0);
    CHECK(turn->original_first_line >= 1 && turn->original_last_line <= lines);
    CHECK(turn->original_first_line <= turn->original_last_line);
    CHECK(memchr(turn->language, '\0', sizeof turn->language));
    *end += turn->original.len;
}

/* The turns stand one behind the other, in the order of the source, and nothing is between them. */
static void check_turns(const struct body *body, uint32_t lines)
{
    size_t end = 0, originals_end = 0;
    uint32_t last_line = 0, last_section = 0;

    CHECK(body->count <= limit_rows[LIMIT_TURNS].initial);
    for (uint32_t i = 0; i < body->count; i++) {
        const struct turn *turn = &body->turns[i];
        CHECK(turn->text == end && turn->len <= body->len - end);
        end += turn->len;
        check_file(turn_text(body, turn), turn->speaker);
        CHECK(turn_words(body, turn).len > 0);
        CHECK(turn->first_line >= last_line && turn->first_line >= 1);
        CHECK(turn->first_line <= turn->last_line && turn->last_line <= lines);
        CHECK(turn->section >= last_section && turn->section <= body->section_count);
        CHECK((turn->speaker == 0) == (turn->voice == NO_VOICE));
        CHECK(turn->voice == NO_VOICE || turn->voice < body->voice_count);
        CHECK(turn->start == NO_TIME || turn->start >= 0);
        check_original(body, turn, &originals_end, lines);
        last_line = turn->first_line;
        last_section = turn->section;
    }
    CHECK(end == body->len && originals_end == body->originals_len);
}

static void check_note(const struct body *body, struct part_of part)
{
    CHECK(part.at <= body->notes_len && part.len <= body->notes_len - part.at);
    CHECK(utf8_is_valid(body_note(body, part)));
}

static void check_sections(const struct body *body, uint32_t lines)
{
    uint32_t last_line = 0;
    for (uint32_t i = 0; i < body->section_count; i++) {
        const struct section *section = &body->sections[i];
        struct slice heading = body_note(body, section->heading);
        check_note(body, section->heading);
        CHECK(!heading.len || !memchr(heading.data, '\n', heading.len));
        CHECK(section->level >= 1 && section->level <= 6);
        CHECK(section->line >= last_line && section->line >= 1 && section->line <= lines);
        last_line = section->line;
    }
}

static void check_voices(const struct body *body)
{
    uint32_t turns = 0, spoken = 0;
    for (uint32_t i = 0; i < body->count; i++)
        spoken += body->turns[i].speaker > 0;
    for (uint32_t i = 0; i < body->voice_count; i++) {
        const struct voice *voice = &body->voices[i];
        CHECK(voice->name.len && voice->name.at + (size_t)voice->name.len <= body->notes_len);
        CHECK(voice->turns && voice->first <= voice->last && voice->last < body->count);
        CHECK(i == 0 || body->voices[i - 1].first < voice->first);
        CHECK(body->turns[voice->first].voice == i && body->turns[voice->last].voice == i);
        CHECK(voice->time == NO_TIME || voice->time >= 0);
        turns += voice->turns;
    }
    CHECK(turns == spoken);
}

static void check_terms(const struct body *body)
{
    for (uint32_t i = 0; i < body->term_count; i++) {
        const struct term *term = &body->terms[i];
        CHECK(term->turn < body->count && (i == 0 || term->turn >= body->terms[i - 1].turn));
        CHECK(term->term.len && term->original.len && term->definition.len);
        check_note(body, term->term);
        check_note(body, term->original);
        check_note(body, term->definition);
    }
}

static inline void check_body(const struct body *body, uint32_t lines)
{
    check_turns(body, lines);
    check_sections(body, lines);
    check_voices(body);
    check_terms(body);
}

#endif
