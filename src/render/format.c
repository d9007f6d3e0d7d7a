#include "render/format.h"

#include <string.h>

#include "transcript/body.h"

/* --- when an episode has a format ------------------------------------------------------------- */

#define BY_EPISODE(name, condition)                   \
    static bool name(const struct material *material) \
    {                                                 \
        return material->episode->head.condition;     \
    }

BY_EPISODE(if_body, has_body)
BY_EPISODE(if_values, has_values)
BY_EPISODE(if_front, has_front)

/* A condition that needs the body. */
#define BY_BODY(name, condition)                      \
    static bool name(const struct material *material) \
    {                                                 \
        const struct body *body = material->body;     \
        return condition;                             \
    }

BY_BODY(if_turns, body->count > 0)
BY_BODY(if_originals, body->originals_len > 0)
BY_BODY(if_sections, body->section_count > 0)
BY_BODY(if_voices, body->voice_count > 0)
BY_BODY(if_terms, body->term_count > 0)
BY_BODY(if_times, body_is_timed(body))

/* --- the table -------------------------------------------------------------------------------- */

#define IF(condition)                     .exists = (condition)
#define IF_BODY(condition)                .exists_by = NEEDS_BODY, .exists = (condition)
#define OF_TYPE(type_)                    .type = (type_)
#define FILE_OF(parts, render_)           .needs = (parts), .render = (render_)
#define SIZE_NEEDS_RENDER(parts, render_) FILE_OF(parts, render_), .size_needs_render = true
#define IN_PIECES(render_)                SIZE_NEEDS_RENDER(BOTH, render_), .has_pieces = true
#define SOURCE(ending)                    OF_TYPE(FORMAT_FILE), .source = (ending)
#define BOTH                              (NEEDS_FRONT | NEEDS_BODY)

/* clang-format off */
static const struct format formats[] = {
    {"turns", OF_TYPE(FORMAT_TURNS), IF(if_body)},
    {"original", OF_TYPE(FORMAT_ORIGINAL), IF_BODY(if_originals)},
    {"sections", OF_TYPE(FORMAT_SECTIONS), IF_BODY(if_sections)},
    {"voices", OF_TYPE(FORMAT_VOICES), IF_BODY(if_voices)},
    {"meta", OF_TYPE(FORMAT_META), IF(if_values)},
    {"meta.json", FILE_OF(NEEDS_FRONT, meta_json_render), IF(if_front)},
    {"transcript.txt", .needs = NEEDS_BODY, .read = transcript_read, .size = transcript_size,
     IF(if_body), .link = LINK_IN_TEXT},
    {"original.txt", SIZE_NEEDS_RENDER(NEEDS_BODY, original_txt_render), IF_BODY(if_originals),
     .link = LINK_IN_ORIGINAL},
    {"quotes.txt", IN_PIECES(quotes_render), IF_BODY(if_turns)},
    {"turns.jsonl", IN_PIECES(turns_jsonl_render), IF_BODY(if_turns)},
    {"turns.tsv", IN_PIECES(turns_tsv_render), IF_BODY(if_turns)},
    {"sections.tsv", FILE_OF(NEEDS_BODY, sections_tsv_render), IF_BODY(if_sections)},
    {"voices.tsv", FILE_OF(NEEDS_BODY, voices_tsv_render), IF_BODY(if_voices)},
    {"glossary.tsv", FILE_OF(NEEDS_BODY, glossary_tsv_render), IF_BODY(if_terms)},
    {"transcript.html", IN_PIECES(html_render), IF_BODY(if_turns)},
    {"transcript.vtt", SIZE_NEEDS_RENDER(NEEDS_BODY, vtt_render), IF_BODY(if_times)},
    {"transcript.srt", SIZE_NEEDS_RENDER(NEEDS_BODY, srt_render), IF_BODY(if_times)},
    {"transcript.json", SIZE_NEEDS_RENDER(NEEDS_BODY, podcast_json_render), IF_BODY(if_times)},
    {"source.md", SOURCE("md")},
    {"source.vtt", SOURCE("vtt")},
    {"source.srt", SOURCE("srt")},
    {"source.json", SOURCE("json")},
    {"source.tsv", SOURCE("tsv")},
    {"source.txt", SOURCE("txt")},
    {"source.info.json", SOURCE("info.json")},
    {"source.yaml", SOURCE("yaml")},
    {"ref", OF_TYPE(FORMAT_REFS), IF_BODY(if_turns), .is_unlisted = true},
    {"source.sbv", SOURCE("sbv")},
};
/* clang-format on */

enum { FORMATS = sizeof formats / sizeof *formats };

const struct format *format_at(uint64_t i)
{
    return i < FORMATS ? &formats[i] : NULL;
}

const char *format_name(unsigned i)
{
    return i < FORMATS ? formats[i].name : NULL;
}

bool format_is_chosen_name(uint64_t chosen, const char *name)
{
    uint64_t i = 0;
    while (i < FORMATS && strcmp(formats[i].name, name) != 0)
        i++;
    return i < FORMATS && format_is_chosen(chosen, i);
}
