#include "source/stems.h"

#include <stdlib.h>

#include "base/array.h"

enum stem_kind stem_of_file(struct slice name, struct slice *stem)
{
    /* The first match counts, so longer endings come first. */
    static const struct {
        struct slice ending;
        enum stem_kind kind;
    } endings[] = {
        {SLICE(".live_chat.json"), STEM_NOTHING},
        {SLICE(".info.json"), STEM_INFO},
        {SLICE(".md"), STEM_MARKDOWN},
        {SLICE(".markdown"), STEM_MARKDOWN},
        {SLICE(".vtt"), STEM_WEBVTT},
        {SLICE(".srt"), STEM_SUBRIP},
        {SLICE(".sbv"), STEM_SBV},
        {SLICE(".json"), STEM_JSON},
        {SLICE(".json3"), STEM_JSON},
        {SLICE(".jsonl"), STEM_JSON},
        {SLICE(".tsv"), STEM_TSV},
        {SLICE(".txt"), STEM_TEXT},
        {SLICE(".yaml"), STEM_YAML},
        {SLICE(".yml"), STEM_YAML},
    };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        struct slice ending = endings[i].ending;
        if (name.len <= ending.len ||
            strncasecmp(name.data + name.len - ending.len, ending.data, ending.len) != 0)
            continue;
        *stem = slice_head(name, name.len - ending.len);
        return endings[i].kind;
    }
    return STEM_NOTHING;
}

/* Finds or adds a stem; NO_STEM if memory runs out. */
static uint32_t enter(struct stems *stems, struct slice name)
{
    struct map_slot *slot = map_put(&stems->index, name);
    if (!slot)
        return NO_STEM;
    if (slot->value != UINT32_MAX)
        return slot->value;
    if (!array_reserve(&stems->at, stems->count, &stems->cap, sizeof *stems->at))
        return NO_STEM;
    uint32_t number = slot->value = (uint32_t)stems->count++;
    stems->at[number] = (struct stem){.name = name,
                                      .parts = file_name_of_stem(name),
                                      .base = number,
                                      .first_variant = NO_STEM,
                                      .next_variant = NO_STEM};
    if (!stems->at[number].parts.language.len)
        return number;
    uint32_t base = enter(stems, stems->at[number].parts.stem);
    if (base == NO_STEM)
        return NO_STEM;
    stems->at[number].base = base;
    stems->at[number].next_variant = stems->at[base].first_variant;
    stems->at[base].first_variant = number;
    return number;
}

bool stems_add(struct stems *stems, struct slice name)
{
    struct slice stem;
    enum stem_kind kind = stem_of_file(name, &stem);
    if (kind == STEM_NOTHING)
        return true;
    uint32_t number = enter(stems, stem);
    if (number == NO_STEM)
        return false;
    struct slice *file = &stems->at[number].files[kind];
    if (!file->len || slice_compare(name, *file) < 0)
        *file = name;
    stems->has_captions |= stem_kind_is_captions(kind);
    return true;
}

uint32_t stems_find(const struct stems *stems, struct slice name)
{
    return name.len ? map_get(&stems->index, name) : NO_STEM;
}

void stems_free(struct stems *stems)
{
    free(stems->at);
    map_free(&stems->index);
    *stems = (struct stems){0};
}
