#include "base/intern.h"

#include "base/array.h"

void intern_free(struct intern *intern)
{
    map_free(&intern->numbers);
    free(intern->strings);
    arena_free(&intern->arena);
}

uint32_t intern_find(const struct intern *intern, struct slice string)
{
    return map_get(&intern->numbers, string);
}

uint32_t intern_add(struct intern *intern, struct slice string)
{
    uint32_t number = intern_find(intern, string);
    if (number != UINT32_MAX ||
        !array_reserve(&intern->strings, intern->count, &intern->cap, sizeof *intern->strings))
        return number;
    struct slice kept = arena_copy(&intern->arena, string);
    struct map_slot *slot = kept.data ? map_put(&intern->numbers, kept) : NULL;
    if (!slot)
        return UINT32_MAX;
    intern->strings[intern->count] = kept;
    slot->value = (uint32_t)intern->count++;
    journal_add(intern->journal, intern->record_kind, 0, kept);
    return slot->value;
}
