#include "index/body_problems.h"

#include <errno.h>
#include <stdlib.h>

struct body_note {
    uint32_t version;
    struct diag *diags;
    struct arena arena; /* owns them */
};

static bool reserve(struct body_problems *all, uint32_t number)
{
    if (number < all->cap)
        return true;
    size_t cap = number + number / 2 + 64;
    struct body_note *notes = reallocarray(all->notes, cap, sizeof *notes);
    if (!notes)
        return false;
    memset(notes + all->cap, 0, (cap - all->cap) * sizeof *notes);
    all->notes = notes;
    all->cap = cap;
    return true;
}

void body_problems_note(struct body_problems *all, uint32_t number, uint32_t version,
                        const struct diag *first)
{
    bool is_noted = number < all->cap && all->notes[number].diags;
    if ((!first && !is_noted) || !reserve(all, number))
        return;
    struct body_note *note = &all->notes[number];
    /* One that was read long ago may be parsed later than the one that came after it. */
    if (is_noted && version <= note->version)
        return;
    arena_free(&note->arena);
    *note = (struct body_note){.version = version};
    for (const struct diag *diag = first; diag; diag = diag->next) {
        struct diag *copy = ARENA_NEW(&note->arena, struct diag, 1);
        if (!copy)
            return;
        *copy = (struct diag){note->diags, diag->line, diag->column,
                              arena_copy(&note->arena, diag->problem),
                              arena_copy(&note->arena, diag->action)};
        if (copy->problem.data && copy->action.data)
            note->diags = copy;
    }
}

/* Counts them alone where problems->at is NULL, and cannot fail. */
static int copy_all(const struct body_problems *all, const struct corpus *corpus,
                    struct arena *arena, struct problems *problems)
{
    for (uint32_t i = 0; i < corpus->episode_cap && i < all->cap; i++) {
        const struct episode *episode = episode_shown(corpus->episodes[i]);
        if (!episode || episode->version != all->notes[i].version)
            continue;
        for (const struct diag *diag = all->notes[i].diags; diag; diag = diag->next) {
            struct problem *problem = problems->at ? &problems->at[problems->count] : NULL;
            problems->count++;
            if (!problem)
                continue;
            *problem = (struct problem){episode->path, diag->line, diag->column,
                                        arena_copy(arena, diag->problem),
                                        arena_copy(arena, diag->action)};
            if (!problem->what.data || !problem->action.data)
                return -ENOMEM;
        }
    }
    return 0;
}

uint32_t body_problems_count(const struct body_problems *all, const struct corpus *corpus)
{
    struct problems problems = {0};
    (void)copy_all(all, corpus, NULL, &problems);
    return problems.count;
}

int body_problems_copy(const struct body_problems *all, const struct corpus *corpus,
                       struct arena *arena, struct problems *problems)
{
    uint32_t count = body_problems_count(all, corpus);
    *problems = (struct problems){.at = ARENA_NEW(arena, struct problem, count)};
    return problems->at ? copy_all(all, corpus, arena, problems) : -ENOMEM;
}

void body_problems_free(struct body_problems *all)
{
    for (size_t i = 0; i < all->cap; i++)
        arena_free(&all->notes[i].arena);
    free(all->notes);
}
