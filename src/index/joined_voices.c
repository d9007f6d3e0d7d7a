#include "index/joined_voices.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "speakers/label_names.h"

#define SEVERAL (UINT32_MAX - 1)

/* --- one episode ------------------------------------------------------------------------------ */

static void note_original(const struct body *body, const struct turn *turn,
                          struct heard_voice *voice)
{
    struct slice original = turn_original_speaker(body, turn);
    if (!original.len || slice_equal(original, turn_speaker(body, turn)) ||
        slice_equal(original, voice->name) || slice_equal(original, voice->original))
        return;
    voice->has_several |= voice->original.len > 0 || label_is_anonymous(original);
    voice->original = original;
}

static int read_refs(struct arena *arena, const struct body *body, struct body_refs *refs)
{
    uint64_t *turns = ARENA_NEW(arena, uint64_t, body->count);
    struct old_ref *old = ARENA_NEW(arena, struct old_ref, body->old_ref_count);
    if (!turns || !old)
        return -ENOMEM;
    for (uint32_t i = 0; i < body->count; i++)
        turns[i] = body->turns[i].ref;
    if (body->old_ref_count)
        memcpy(old, body->old_refs, body->old_ref_count * sizeof *old);
    *refs = (struct body_refs){body->count, body->old_ref_count, turns, old};
    return 0;
}

int heard_voices_read(struct arena *arena, const struct body *body, struct heard_voices **heard)
{
    struct heard_voices *all = arena_alloc(arena, 1,
                                           sizeof *all + body->voice_count * sizeof *all->at);
    *heard = all;
    if (!all || read_refs(arena, body, &all->refs))
        return -ENOMEM;
    for (uint32_t i = 0; i < body->voice_count; i++)
        all->at[i].name = body_voice_name(body, &body->voices[i]);
    for (uint32_t i = 0; i < body->count && body->originals_len; i++) {
        if (body->turns[i].voice != NO_VOICE)
            note_original(body, &body->turns[i], &all->at[body->turns[i].voice]);
    }
    for (uint32_t i = 0; i < body->voice_count; i++) {
        if (body->voices[i].is_anonymous)
            continue;
        struct heard_voice *kept = &all->at[all->count++];
        *kept = all->at[i];
        kept->name = arena_copy(arena, kept->name);
        if (kept->original.len)
            kept->original = arena_copy(arena, kept->original);
        if (!kept->name.data || (kept->original.len && !kept->original.data))
            return -ENOMEM;
    }
    return 0;
}

/* --- all of them ------------------------------------------------------------------------------ */

struct name {
    struct slice text, folded;
    uint32_t partner; /* UINT32_MAX: none so far; SEVERAL */
    bool is_voice;    /* and not only the label of originals */
};

struct joining {
    struct map folded; /* -> names */
    struct name *names;
    size_t count, cap;
    struct arena arena;
};

static int find_name(struct joining *j, struct slice text, uint32_t *number)
{
    cleanup_buf struct buf fold = {0};
    if (!utf8_fold(&fold, text))
        buf_add_slice(&fold, text);
    struct slice key = arena_copy_buf(&j->arena, &fold);
    struct map_slot *slot = key.len ? map_put(&j->folded, key) : NULL;
    if (!slot || !array_reserve(&j->names, j->count, &j->cap, sizeof *j->names))
        return -ENOMEM;
    if (slot->value == UINT32_MAX) {
        slot->value = (uint32_t)j->count;
        j->names[j->count++] = (struct name){text, key, UINT32_MAX, false};
    }
    *number = slot->value;
    return 0;
}

static void pair(struct name *one, uint32_t other)
{
    one->partner = one->partner == UINT32_MAX || one->partner == other ? other : SEVERAL;
}

static bool is_wide(struct slice name)
{
    size_t len, wide = 0;
    for (; name.len; name = slice_skip(name, len))
        wide += utf8_is_wide(utf8_decode(name, &len));
    return wide > 0;
}

/* Two names in one script are two persons, of whom the file mistook one for the other. */
static int take_voice(struct joining *j, const struct heard_voice *voice)
{
    uint32_t name, other = 0;
    if (is_wide(voice->name) == is_wide(voice->original))
        return 0;
    int err = find_name(j, voice->name, &name);
    if (!err)
        err = find_name(j, voice->original, &other);
    if (err || name == other)
        return err;
    j->names[name].is_voice = true;
    pair(&j->names[name], voice->has_several ? SEVERAL : other);
    pair(&j->names[other], voice->has_several ? SEVERAL : name);
    return 0;
}

/* Whether `one` names the folder: the name in the text comes before the name in originals. */
static bool is_better(const struct name *one, const struct name *other)
{
    return one->is_voice != other->is_voice ? one->is_voice
                                            : slice_compare(one->folded, other->folded) < 0;
}

static int add(struct joined_voices *joined, const struct name *name, const struct name *folder,
               struct vocabulary *vocabulary)
{
    size_t at = joined->count;
    int err = vocabulary_enter(vocabulary, SLICE("by-voice"), folder->text, &joined->names[at]);
    if (!err)
        err = vocabulary_enter(vocabulary, SLICE("by-voice"), name->text, &joined->all[at]);
    if (err)
        return err;
    struct slice key = arena_copy(&joined->arena, name->folded);
    struct map_slot *slot = key.data ? map_put(&joined->folded, key) : NULL;
    if (!slot)
        return -ENOMEM;
    slot->value = (uint32_t)joined->count++;
    joined->hash ^= hash_pair(hash64(name->folded, 3), hash64(folder->text, 4));
    return 0;
}

static int add_all(const struct joining *j, struct vocabulary *vocabulary,
                   struct joined_voices *joined)
{
    int err = 0;
    joined->names = calloc(j->count + 1, sizeof(struct spelling *));
    joined->all = calloc(j->count + 1, sizeof(struct spelling *));
    if (!joined->names || !joined->all)
        return -ENOMEM;
    for (size_t i = 0; i < j->count && !err; i++) {
        const struct name *one = &j->names[i];
        const struct name *other = one->partner < SEVERAL ? &j->names[one->partner] : NULL;
        if (other && other->partner == i)
            err = add(joined, one, is_better(one, other) ? one : other, vocabulary);
    }
    return err;
}

int joined_voices_find(const struct heard_voices *const *heard, size_t count,
                       struct vocabulary *vocabulary, struct joined_voices *joined)
{
    struct joining j = {0};
    int err = 0;
    *joined = (struct joined_voices){0};
    for (size_t i = 0; i < count && !err; i++) {
        for (uint32_t v = 0; heard[i] && v < heard[i]->count && !err; v++) {
            if (heard[i]->at[v].original.len)
                err = take_voice(&j, &heard[i]->at[v]);
        }
    }
    if (!err)
        err = add_all(&j, vocabulary, joined);
    map_free(&j.folded);
    free(j.names);
    arena_free(&j.arena);
    return err;
}

struct spelling *joined_voices_get(const struct joined_voices *joined, struct slice name, int *err)
{
    cleanup_buf struct buf fold = {0};
    if (!joined->count)
        return NULL;
    if (!utf8_fold(&fold, name))
        buf_add_slice(&fold, name);
    if (fold.failed)
        *err = -ENOMEM;
    uint32_t at = fold.failed || !fold.len ? UINT32_MAX
                                           : map_get(&joined->folded, buf_slice(&fold));
    return at == UINT32_MAX ? NULL : joined->names[at];
}

void joined_voices_free(struct joined_voices *joined)
{
    map_free(&joined->folded);
    free(joined->names);
    free(joined->all);
    arena_free(&joined->arena);
    *joined = (struct joined_voices){0};
}
