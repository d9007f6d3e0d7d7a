/* The parts of an episode that its body makes: originals, sections, voices, and tables of them. */
#include <errno.h>
#include <stdio.h>

#include "model/names.h"
#include "model/nodes.h"
#include "model/tsv.h"
#include "parse/timestamp.h"

uint64_t part_identity(const struct scope *scope)
{
    return hash_pair(scope_episode(scope)->hash, scope->node.j);
}

/* --- originals -------------------------------------------------------------------------------- */

int originals_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    if (place < body->count && body->turns[place].original.len == 0)
        return CHILD_GAP;
    return turn_child(scope, body, KIND_ORIGINAL_TURN, place, child);
}

int originals_find(struct scope *scope, struct slice name, struct child *child)
{
    uint64_t turn;
    int err = turn_number(name, &turn);
    if (!err)
        err = originals_child(scope, turn, child);
    if (err)
        return err == CHILD_GAP ? -ENOENT : err;
    return slice_equal(child->name, name) ? 0 : -ENOENT;
}

/* --- links to turns --------------------------------------------------------------------------- */

int turn_link_check(struct scope *scope)
{
    const struct body *body;
    int err = check_episode(scope);
    if (!err)
        err = scope_body(scope, &body);
    if (err || scope->node.j >= body->count)
        return err ? err : -ESTALE;
    bool exists = scope->node.kind == KIND_VOICE_TURN ? body->turns[scope->node.j].voice != NO_VOICE
                                                      : body->section_count > 0;
    return exists ? 0 : -ESTALE;
}

int turn_link_target(struct scope *scope, struct buf *target)
{
    struct child child;
    const struct body *body;
    int err = scope_body(scope, &body);
    if (!err)
        err = turn_child(scope, body, KIND_TURN, scope->node.j, &child);
    if (err)
        return err;
    buf_add_text(target, "../../turns/");
    buf_add_slice(target, child.name);
    return 0;
}

/* --- sections --------------------------------------------------------------------------------- */

/* The first turn that stands in this section or behind it. */
static uint32_t first_turn(const struct body *body, uint32_t section)
{
    uint32_t low = 0, high = body->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (body->turns[middle].section < section)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t count_turns(const struct body *body, uint32_t section)
{
    return first_turn(body, section + 1) - first_turn(body, section);
}

static int section_digits(const struct body *body)
{
    int digits = 2;
    for (uint32_t limit = 100; body->section_count >= limit; limit *= 10)
        digits++;
    return digits;
}

/* "02-What came next"; "00" is what stands before the first heading. */
static int name_section(const struct body *body, uint32_t section, struct child *child)
{
    cleanup_buf struct buf name = {0}, heading = {0};
    buf_printf(&name, "%0*u", section_digits(body), (unsigned)section);
    if (section) {
        struct slice text = body_note(body, body->sections[section - 1].heading);
        buf_add_byte(&name, '-');
        name_of_value(&heading, text);
        buf_add_slice(&name, buf_slice(&heading));
    }
    cleanup_buf struct buf fitted = {0};
    name_cut(&fitted, buf_slice(&name), NAME_MAX_BYTES, buf_slice(&name));
    if (name.failed || heading.failed || fitted.failed)
        return -ENOMEM;
    memcpy(child->text, fitted.data, fitted.len);
    child->name = (struct slice){child->text, fitted.len};
    return 0;
}

int sections_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    if (place > body->section_count || place > UINT16_MAX)
        return -ENOENT;
    if (count_turns(body, (uint32_t)place) == 0)
        return CHILD_GAP;
    child->node = (struct node){.kind = KIND_SECTION, .i = scope->node.i, .j = (uint32_t)place};
    return name_section(body, (uint32_t)place, child);
}

uint32_t sections_folders(struct scope *scope)
{
    const struct body *body;
    uint32_t count = 0;
    if (scope_body(scope, &body))
        return 0;
    for (uint32_t i = 0; i <= body->section_count; i++)
        count += count_turns(body, i) > 0;
    return count;
}

int section_check(struct scope *scope)
{
    const struct body *body;
    int err = check_episode(scope);
    if (!err)
        err = scope_body(scope, &body);
    if (err)
        return err;
    return body->section_count && scope->node.j <= body->section_count &&
                   count_turns(body, scope->node.j)
               ? 0
               : -ESTALE;
}

struct node parent_sections(const struct scope *scope)
{
    return (struct node){.kind = KIND_SECTIONS, .i = scope->node.i};
}

int section_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    uint64_t turn = first_turn(body, scope->node.j) + place;
    if (turn >= body->count || body->turns[turn].section != scope->node.j)
        return -ENOENT;
    return turn_child(scope, body, KIND_SECTION_TURN, turn, child);
}

/* --- voices ----------------------------------------------------------------------------------- */

static struct slice voice_name(const struct body *body, const struct voice *voice)
{
    return (struct slice){body->text + voice->name.at, voice->name.len};
}

int voices_child(struct scope *scope, uint64_t place, struct child *child)
{
    cleanup_buf struct buf name = {0};
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    if (place >= body->voice_count)
        return -ENOENT;
    name_of_value(&name, voice_name(body, &body->voices[place]));
    if (name.failed)
        return -ENOMEM;
    memcpy(child->text, name.data, name.len);
    child_is(child, KIND_VOICE, scope->node.i, 0, (struct slice){child->text, name.len});
    child->node.j = (uint32_t)place;
    return 0;
}

uint32_t voices_folders(struct scope *scope)
{
    const struct body *body;
    return scope_body(scope, &body) ? 0 : body->voice_count;
}

int voice_check(struct scope *scope)
{
    const struct body *body;
    int err = check_episode(scope);
    if (!err)
        err = scope_body(scope, &body);
    return err ? err : scope->node.j < body->voice_count ? 0 : -ESTALE;
}

struct node parent_voices(const struct scope *scope)
{
    return (struct node){.kind = KIND_VOICES, .i = scope->node.i};
}

int voice_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    /* Between its first turn and its last, so that many voices of a turn each cost little. */
    const struct voice *voice = &body->voices[scope->node.j];
    uint64_t turn = voice->first + place;
    if (turn > voice->last)
        return -ENOENT;
    if (body->turns[turn].voice != scope->node.j)
        return CHILD_GAP;
    return turn_child(scope, body, KIND_VOICE_TURN, turn, child);
}

/* --- tables ----------------------------------------------------------------------------------- */

int sections_tsv_render(struct scope *scope, struct buf *out)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    buf_add_text(out, "section\tlevel\tline\tfirst_turn\tturns\theading\n");
    for (uint32_t i = 0; i <= body->section_count; i++) {
        const struct section *section = i ? &body->sections[i - 1] : NULL;
        uint32_t turns = count_turns(body, i);
        if (!section && turns == 0)
            continue;
        tsv_add_number(out, i, '\t');
        tsv_add_number(out, section ? section->level : 0, '\t');
        tsv_add_number(out, section ? section->line : body->turns[0].first_line, '\t');
        if (turns)
            tsv_add_number(out, first_turn(body, i) + 1, '\t');
        else
            buf_add_byte(out, '\t');
        tsv_add_number(out, turns, '\t');
        tsv_add(out, section ? body_note(body, section->heading) : SLICE(""), '\n');
    }
    return 0;
}

/* In the order in which they are first heard. */
int voices_tsv_render(struct scope *scope, struct buf *out)
{
    const struct body *body;
    uint64_t characters = 0;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    for (uint32_t i = 0; i < body->voice_count; i++)
        characters += body->voices[i].characters;
    buf_add_text(out, "voice\tturns\tcharacters\tshare\tfirst_turn\tlast_turn\tseconds\n");
    for (uint32_t i = 0; i < body->voice_count; i++) {
        const struct voice *voice = &body->voices[i];
        tsv_add(out, voice_name(body, voice), '\t');
        tsv_add_number(out, voice->turns, '\t');
        tsv_add_number(out, voice->characters, '\t');
        buf_printf(out, "%.4f\t",
                   characters ? (double)voice->characters / (double)characters : 0.0);
        tsv_add_number(out, voice->first + 1, '\t');
        tsv_add_number(out, voice->last + 1, '\t');
        if (voice->time != NO_TIME)
            buf_printf(out, "%.3f", (double)voice->time / 1000);
        buf_add_byte(out, '\n');
    }
    return 0;
}

int glossary_tsv_render(struct scope *scope, struct buf *out)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
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
