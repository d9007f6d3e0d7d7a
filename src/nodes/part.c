/* The folders of an episode that depend on its body: originals, sections, voices. */
#include <errno.h>
#include <stdio.h>

#include "base/filename.h"
#include "nodes/episode.h"
#include "nodes/nodes.h"
#include "transcript/voices.h"

/* --- originals -------------------------------------------------------------------------------- */

static int originals_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    if (index < body->count && body->turns[index].original.len == 0)
        return CHILD_GAP;
    return episode_turn_child(scope, body, KIND_ORIGINAL_TURN, index, child);
}

static int originals_find(struct scope *scope, struct slice name, struct child *child)
{
    uint64_t turn;
    int err = episode_turn_number(name, &turn);
    if (!err)
        err = originals_child(scope, turn, child);
    if (err)
        return err == CHILD_GAP ? -ENOENT : err;
    return slice_equal(child->name, name) ? 0 : -ENOENT;
}

/* --- links to turns --------------------------------------------------------------------------- */

static int turn_link_check(struct scope *scope)
{
    const struct body *body;
    int err = episode_check(scope);
    if (!err)
        err = scope_body(scope, &body);
    /* cppcheck-suppress uninitStructMember ; a body was read where there is no error */
    if (err || scope->node.j >= body->count)
        return err ? err : -ESTALE;
    bool exists = scope->node.kind == KIND_VOICE_TURN ? body->turns[scope->node.j].voice != NO_VOICE
                                                      : body->section_count > 0;
    return exists ? 0 : -ESTALE;
}

static int turn_link_target(struct scope *scope, struct buf *target)
{
    return episode_turn_target(scope, "../../turns/", target);
}

/* --- sections --------------------------------------------------------------------------------- */

static int section_digits(const struct body *body)
{
    int digits = 2;
    for (uint32_t limit = 100; body->section_count >= limit; limit *= 10)
        digits++;
    return digits;
}

/* "02-What came next"; "00" is the part before the first heading. */
static int name_section(const struct body *body, uint32_t section, struct child *child)
{
    cleanup_buf struct buf name = {0}, heading = {0};
    buf_printf(&name, "%0*u", section_digits(body), (unsigned)section);
    if (section) {
        struct slice text = body_note(body, body->sections[section - 1].heading);
        buf_add_byte(&name, '-');
        filename_of_value(&heading, text);
        buf_add_slice(&name, buf_slice(&heading));
    }
    cleanup_buf struct buf fitted = {0};
    filename_cut(&fitted, buf_slice(&name), FILENAME_MAX_BYTES, buf_slice(&name));
    return name.failed || heading.failed ? -ENOMEM : child_set_name(child, &fitted);
}

static int sections_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    if (index > body->section_count || index > UINT16_MAX)
        return -ENOENT;
    if (body_count_turns(body, (uint32_t)index) == 0)
        return CHILD_GAP;
    child->node = (struct node){KIND_SECTION, scope->node.i, (uint32_t)index,
                                scope_episode(scope)->version};
    return name_section(body, (uint32_t)index, child);
}

static int sections_find(struct scope *scope, struct slice name, struct child *child)
{
    uint64_t turn; /* the number in the name, less 1; sections start at 0 */
    episode_turn_number(name, &turn);
    int err = sections_child(scope, turn + 1, child);
    return err == CHILD_GAP || (!err && !slice_equal(child->name, name)) ? -ENOENT : err;
}

static uint32_t sections_folders(struct scope *scope)
{
    const struct body *body;
    uint32_t count = 0;
    if (scope_body(scope, &body))
        return 0;
    for (uint32_t i = 0; i <= body->section_count && i <= UINT16_MAX; i++)
        count += body_count_turns(body, i) > 0;
    return count;
}

static int section_check(struct scope *scope)
{
    const struct body *body;
    int err = episode_check(scope);
    if (!err)
        err = scope_body(scope, &body);
    if (err)
        return err;
    return body->section_count && scope->node.j <= body->section_count &&
                   body_count_turns(body, scope->node.j)
               ? 0
               : -ESTALE;
}

static struct node parent_sections(const struct scope *scope)
{
    return (struct node){KIND_SECTIONS, scope->node.i, 0, scope_episode(scope)->version};
}

static int section_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    uint64_t turn = body_first_turn(body, scope->node.j) + index;
    if (turn >= body->count || body->turns[turn].section != scope->node.j)
        return -ENOENT;
    return episode_turn_child(scope, body, KIND_SECTION_TURN, turn, child);
}

/* --- voices ----------------------------------------------------------------------------------- */

static int voices_child(struct scope *scope, uint64_t index, struct child *child)
{
    cleanup_buf struct buf name = {0};
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    if (index >= body->voice_count)
        return -ENOENT;
    filename_of_value(&name, body_voice_name(body, &body->voices[index]));
    child_is(child, KIND_VOICE, scope->node.i, scope_episode(scope)->version, SLICE(""));
    child->node.j = (uint32_t)index;
    return child_set_name(child, &name);
}

static int voices_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (!err)
        err = voices_child(scope, body_find_voice(body, name), child);
    return err || slice_equal(child->name, name) ? err : -ENOENT;
}

static uint32_t voices_folders(struct scope *scope)
{
    const struct body *body;
    return scope_body(scope, &body) ? 0 : body->voice_count;
}

static int voice_check(struct scope *scope)
{
    const struct body *body;
    int err = episode_check(scope);
    if (!err)
        err = scope_body(scope, &body);
    return err ? err : scope->node.j < body->voice_count ? 0 : -ESTALE;
}

static struct node parent_voices(const struct scope *scope)
{
    return (struct node){KIND_VOICES, scope->node.i, 0, scope_episode(scope)->version};
}

static int voice_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    /* From its first turn to its last, so that many voices with one turn each cost little. */
    const struct voice *voice = &body->voices[scope->node.j];
    uint64_t turn = voice->first + index;
    if (turn > voice->last)
        return -ENOENT;
    if (body->turns[turn].voice != scope->node.j)
        return CHILD_GAP;
    return episode_turn_child(scope, body, KIND_VOICE_TURN, turn, child);
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops originals_ops = {
    .check = format_check,
    .identity = episode_identity,
    .stamps = episode_stamps,
    .parent = episode_folder,
    .child = originals_child,
    .find = originals_find,
};

const struct node_ops sections_ops = {
    .check = format_check,
    .identity = episode_identity,
    .stamps = episode_stamps,
    .parent = episode_folder,
    .child = sections_child,
    .find = sections_find,
    .folders = sections_folders,
};

const struct node_ops section_ops = {
    .check = section_check,
    .identity = episode_part_identity,
    .stamps = episode_stamps,
    .parent = parent_sections,
    .child = section_child,
};

const struct node_ops voices_ops = {
    .check = format_check,
    .identity = episode_identity,
    .stamps = episode_stamps,
    .parent = episode_folder,
    .child = voices_child,
    .find = voices_find,
    .folders = voices_folders,
};

const struct node_ops voice_ops = {
    .check = voice_check,
    .identity = episode_part_identity,
    .stamps = episode_stamps,
    .parent = parent_voices,
    .child = voice_child,
};

const struct node_ops turn_link_ops = {
    .check = turn_link_check,
    .identity = episode_part_identity,
    .stamps = episode_stamps,
    .target = turn_link_target,
};
