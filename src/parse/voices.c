#include "parse/voices.h"

#include <errno.h>

#include "base/array.h"
#include "base/map.h"
#include "parse/label.h"

static uint32_t count_characters(struct slice words)
{
    uint32_t count = 0;
    for (size_t i = 0; i < words.len; i++)
        count += ((unsigned char)words.data[i] & 0xC0) != 0x80;
    return count;
}

static int find_voice(struct body *body, size_t *cap, struct map *names, uint32_t turn,
                      uint32_t *voice)
{
    struct slice name = turn_speaker(body, &body->turns[turn]);
    struct map_slot *slot = map_put(names, name);

    if (!slot || !array_reserve(&body->voices, body->voice_count, cap, sizeof *body->voices))
        return -ENOMEM;
    if (slot->value == UINT32_MAX) {
        slot->value = body->voice_count;
        body->voices[body->voice_count++] = (struct voice){
            .name = {body->turns[turn].text, (uint32_t)name.len},
            .first = turn,
            .time = NO_TIME,
            .is_anonymous = label_is_anonymous(name),
        };
    }
    *voice = slot->value;
    return 0;
}

int voices_gather(struct body *body)
{
    struct map names = {0};
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
    map_free(&names);
    return err;
}
