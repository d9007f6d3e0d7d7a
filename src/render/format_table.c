/* Tables of an episode: its sections, its voices, its glossary. */
#include "render/renderers.h"
#include "render/tsv.h"
#include "transcript/body.h"
#include "values/timestamp.h"

int sections_tsv_render(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    buf_add_text(out, "section\tlevel\tline\tfirst_turn\tturns\theading\n");
    for (uint32_t i = 0; i <= body->section_count; i++) {
        const struct section *section = i ? &body->sections[i - 1] : NULL;
        uint32_t turns = body_count_turns(body, i);
        if (!section && turns == 0)
            continue;
        tsv_add_number(out, i, '\t');
        tsv_add_number(out, section ? section->level : 0, '\t');
        tsv_add_number(out, section ? section->line : body->turns[0].first_line, '\t');
        if (turns)
            tsv_add_number(out, body_first_turn(body, i) + 1, '\t');
        else
            buf_add_byte(out, '\t');
        tsv_add_number(out, turns, '\t');
        tsv_add(out, section ? body_note(body, section->heading) : SLICE(""), '\n');
    }
    return 0;
}

/* In the order in which they are first heard. */
int voices_tsv_render(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    uint64_t characters = 0;
    for (uint32_t i = 0; i < body->voice_count; i++)
        characters += body->voices[i].characters;
    buf_add_text(out,
                 "voice\tturns\tcharacters\tshare\tfirst_turn\tlast_turn\tseconds\ttimed_turns\n");
    for (uint32_t i = 0; i < body->voice_count; i++) {
        const struct voice *voice = &body->voices[i];
        tsv_add(out, body_voice_name(body, voice), '\t');
        tsv_add_number(out, voice->turns, '\t');
        tsv_add_number(out, voice->characters, '\t');
        buf_printf(out, "%.4f\t",
                   characters ? (double)voice->characters / (double)characters : 0.0);
        tsv_add_number(out, voice->first + 1, '\t');
        tsv_add_number(out, voice->last + 1, '\t');
        if (voice->time != NO_TIME)
            tsv_add_seconds(out, voice->time);
        buf_add_byte(out, '\t');
        tsv_add_number(out, voice->timed, '\n');
    }
    return 0;
}

int glossary_tsv_render(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    buf_add_text(out, "turn\tterm\toriginal\tdefinition\n");
    for (uint32_t i = 0; i < body->term_count; i++) {
        const struct term *term = &body->terms[i];
        tsv_add_number(out, term->turn + 1, '\t');
        tsv_add(out, body_note(body, term->term), '\t');
        tsv_add(out, body_note(body, term->original), '\t');
        tsv_add(out, body_note(body, term->definition), '\n');
    }
    return 0;
}
