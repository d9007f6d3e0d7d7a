#include "transcript/voices.h"

#include <errno.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/map.h"
#include "base/utf8.h"
#include "transcript/label.h"

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

static uint32_t count_characters(struct slice words)
{
    enum { BLOCK = 64 /* bytes, which the compiler has counted at once */ };
    uint32_t count = 0;
    size_t at = 0;
    for (; at + BLOCK <= words.len; at += BLOCK) {
        unsigned char of_block = 0;
        for (int i = 0; i < BLOCK; i++)
            of_block += begins_character(words.data[at + (size_t)i]);
        count += of_block;
    }
    for (; at < words.len; at++)
        count += begins_character(words.data[at]);
    return count;
}

/* The voices that are known: by each spelling, and by what all spellings of a name share. */
struct names {
    struct map spellings;
    struct map folded;
    struct arena arena; /* of the latter */
};

static struct map_slot *put_folded(struct names *names, struct slice name)
{
    cleanup_buf struct buf folded = {0};
    if (!utf8_fold(&folded, name))
        buf_add_slice(&folded, name);
    struct slice key = arena_copy_buf(&names->arena, &folded);
    return key.len ? map_put(&names->folded, key) : NULL;
}

/* What a voice is named after: a speaker as written, but for what shows nothing at the ends. */
static struct slice shown_name(struct slice speaker)
{
    struct slice name = utf8_trim(speaker);
    return name.len ? name : speaker;
}

/* A voice goes by the spelling that is heard first. */
static int find_voice(struct body *body, size_t *cap, struct names *names, uint32_t turn,
                      uint32_t *voice)
{
    struct slice name = turn_speaker(body, &body->turns[turn]);
    struct map_slot *slot = map_put(&names->spellings, name);
    if (!slot)
        return -ENOMEM;
    if (slot->value == UINT32_MAX) {
        struct map_slot *folded = put_folded(names, name);
        if (!folded || !array_reserve(&body->voices, body->voice_count, cap, sizeof *body->voices))
            return -ENOMEM;
        if (folded->value == UINT32_MAX) {
            struct slice shown = shown_name(name);
            folded->value = body->voice_count;
            body->voices[body->voice_count++] = (struct voice){
                .name = {(uint32_t)(shown.data - body->text), (uint32_t)shown.len},
                .first = turn,
                .time = NO_TIME,
                .is_anonymous = label_is_anonymous(shown),
            };
        }
        slot->value = folded->value;
    }
    *voice = slot->value;
    return 0;
}

int voices_gather(struct body *body)
{
    struct names names = {0};
    size_t cap = 0;
    int err = 0;

    for (uint32_t i = 0; i < body->count && !err; i++) {
        struct turn *turn = &body->turns[i];
        if (turn->speaker == 0)
            continue;
        err = find_voice(body, &cap, &names, i, &turn->voice);
        if (err)
            break;
        struct voice *voice = &body->voices[turn->voice];
        voice->turns++;
        voice->last = i;
        voice->characters += count_characters(turn_words(body, turn));
        bool is_timed = turn->start != NO_TIME && i + 1 < body->count && turn[1].start != NO_TIME &&
                        turn[1].start >= turn->start;
        if (is_timed)
            voice->time = (voice->time == NO_TIME ? 0 : voice->time) + turn[1].start - turn->start;
    }
    map_free(&names.spellings);
    map_free(&names.folded);
    arena_free(&names.arena);
    return err;
}
