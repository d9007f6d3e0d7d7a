#include "query/select.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"

struct selecting {
    const struct query_bound *bound;
    struct cache *cache;
    struct selected *found; /* by path; turns NULL: not found */
    bool *is_found;         /* … */
    int err;                /* the first that ends it all */
};

/* Whether an error in one episode ends it all. */
static bool ends_all(int err)
{
    return err == -ENOMEM || error_passes(err);
}

static int keep_turns(struct selected *selected, const bool *chosen)
{
    selected->turns = calloc(selected->turn_count + 1, sizeof *selected->turns);
    for (uint32_t i = 0; selected->turns && i < selected->turn_count; i++) {
        if (chosen[i])
            selected->turns[selected->count++] = i;
    }
    return selected->turns ? 0 : -ENOMEM;
}

/* All turns of an episode are found where the query speaks of none. */
static int select_turns(const struct selecting *s, const struct episode *episode,
                        const struct body *body, struct selected *selected)
{
    bool *chosen = calloc(body->count + 1, sizeof *chosen);
    int err = chosen ? 0 : -ENOMEM;
    selected->turn_count = body->count;
    if (!err && s->bound->query->speaks_of_turns)
        err = query_match(s->bound, s->bound->query->root, episode, body, chosen);
    else if (!err)
        memset(chosen, true, body->count);
    if (!err)
        err = keep_turns(selected, chosen);
    free(chosen);
    return err;
}

static int select_in(const struct selecting *s, const struct episode *episode, size_t i)
{
    struct selected *selected = &s->found[i];
    struct cache_entry *entry = NULL;
    bool holds = true;
    int err = s->bound->query->speaks_of_turns
                  ? 0
                  : query_match(s->bound, s->bound->query->root, episode, NULL, &holds);
    if (err || !holds)
        return err;
    err = cache_get(s->cache, selected->episode, episode, CACHE_BODY, &entry);
    if (!err)
        err = select_turns(s, episode, &entry->body, selected);
    cache_put(s->cache, entry);
    s->is_found[i] = !s->bound->query->speaks_of_turns || selected->count;
    return err;
}

static void select_episode(void *selecting_, unsigned worker, size_t i)
{
    struct selecting *s = selecting_;
    uint32_t number = s->bound->corpus->by_path[i];
    const struct episode *episode = s->bound->corpus->episodes[number];
    (void)worker;
    s->found[i].episode = number;
    if (!episode_shown(episode) || __atomic_load_n(&s->err, __ATOMIC_RELAXED))
        return;
    int err = select_in(s, episode, i);
    if (ends_all(err))
        __atomic_store_n(&s->err, err, __ATOMIC_RELAXED);
}

/* The episodes that are found, one behind the other. */
static void close_up(struct selecting *s, struct selection *selection)
{
    for (uint32_t i = 0; i < s->bound->corpus->episode_count; i++) {
        if (s->is_found[i])
            selection->found[selection->count++] = s->found[i];
        else
            free(s->found[i].turns);
    }
}

/* `places` has a place for each number of an episode, all 0. */
static int order_by_entry(const struct corpus *corpus, uint32_t *places,
                          struct selection *selection)
{
    uint32_t at = 0;
    selection->entries = calloc(selection->count + 1, sizeof *selection->entries);
    selection->by_entry = calloc(selection->count + 1, sizeof *selection->by_entry);
    selection->first = calloc(selection->count + 1, sizeof *selection->first);
    if (!selection->entries || !selection->by_entry || !selection->first)
        return -ENOMEM;
    for (uint32_t i = 0; i < selection->count; i++)
        places[selection->found[i].episode] = i + 1;
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        uint32_t place = places[corpus->by_entry[i]];
        if (!place)
            continue;
        selection->entries[at] = corpus->by_entry[i];
        selection->by_entry[at] = place - 1;
        selection->first[at++] = selection->turns;
        selection->turns += selection->found[place - 1].count;
    }
    return 0;
}

int selection_find(const struct query_bound *bound, struct cache *cache,
                   struct selection *selection)
{
    const struct corpus *corpus = bound->corpus;
    struct arena arena = {0};
    *selection = (struct selection){
        .found = calloc(corpus->episode_count + 1, sizeof *selection->found)};
    struct selecting s = {.bound = bound,
                          .cache = cache,
                          .found = selection->found,
                          .is_found = ARENA_NEW(&arena, bool, corpus->episode_count + 1)};
    uint32_t *places = ARENA_NEW(&arena, uint32_t, corpus->episode_cap + 1);
    int err = s.is_found && s.found && places ? 0 : -ENOMEM;
    if (!err) {
        parallel_for(corpus->episode_count, parallel_threads(), select_episode, &s);
        close_up(&s, selection);
        err = s.err ? s.err : order_by_entry(corpus, places, selection);
    }
    arena_free(&arena);
    return err;
}

void selection_free(struct selection *selection)
{
    for (uint32_t i = 0; i < selection->count; i++)
        free(selection->found[i].turns);
    free(selection->found);
    free(selection->entries);
    free(selection->by_entry);
    free(selection->first);
    *selection = (struct selection){0};
}

/* --- terms alone ------------------------------------------------------------------------------ */

struct counting {
    const struct query_bound *bound;
    struct cache *cache;
    struct term_found *terms;
    uint32_t count;
    int err;
};

static void add_terms(struct counting *c, const struct query_node *node)
{
    if (node->kind == QUERY_TERM)
        c->terms[c->count++].term = node;
    for (const struct query_node *operand = node->first; operand; operand = operand->next)
        add_terms(c, operand);
}

static int count_term(const struct counting *c, struct term_found *found,
                      const struct episode *episode, const struct body *body, bool *chosen)
{
    bool of_turns = found->term->speaks_of_turns;
    uint32_t turns = 0, asked = of_turns && body ? body->count : 1;
    int err = query_match(c->bound, found->term, episode, body, chosen);
    for (uint32_t i = 0; i < asked && !err; i++)
        turns += chosen[i];
    if (!err && turns)
        __atomic_add_fetch(&found->episodes, 1, __ATOMIC_RELAXED);
    if (!err && of_turns)
        __atomic_add_fetch(&found->turns, turns, __ATOMIC_RELAXED);
    return err;
}

static int count_in(const struct counting *c, uint32_t number, const struct episode *episode)
{
    struct cache_entry *entry = NULL;
    int err = c->bound->query->speaks_of_turns
                  ? cache_get(c->cache, number, episode, CACHE_BODY, &entry)
                  : 0;
    const struct body *body = entry ? &entry->body : NULL;
    bool *chosen = err ? NULL : calloc((body ? body->count : 0) + (size_t)1, sizeof *chosen);
    if (!err && !chosen)
        err = -ENOMEM;
    for (uint32_t i = 0; i < c->count && !err; i++)
        err = count_term(c, &c->terms[i], episode, body, chosen);
    free(chosen);
    cache_put(c->cache, entry);
    return err;
}

static void count_episode(void *counting_, unsigned worker, size_t i)
{
    struct counting *c = counting_;
    uint32_t number = c->bound->corpus->by_path[i];
    const struct episode *episode = c->bound->corpus->episodes[number];
    (void)worker;
    if (!episode_shown(episode) || __atomic_load_n(&c->err, __ATOMIC_RELAXED))
        return;
    int err = count_in(c, number, episode);
    if (ends_all(err))
        __atomic_store_n(&c->err, err, __ATOMIC_RELAXED);
}

int selection_find_terms(const struct query_bound *bound, struct cache *cache, struct arena *arena,
                         struct term_found **terms, uint32_t *count)
{
    /* A term has a value at least. */
    struct counting c = {.bound = bound,
                         .cache = cache,
                         .terms = ARENA_NEW(arena, struct term_found, bound->query->value_count)};
    *terms = c.terms;
    if (!c.terms)
        return -ENOMEM;
    add_terms(&c, bound->query->root);
    *count = c.count;
    parallel_for(bound->corpus->episode_count, parallel_threads(), count_episode, &c);
    return c.err;
}

/* --- looking into one ------------------------------------------------------------------------- */

uint32_t selection_entry_of_turn(const struct selection *selection, uint64_t turn)
{
    uint32_t low = 0, high = selection->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (selection->first[middle] <= turn)
            low = middle;
        else
            high = middle;
    }
    /* Those without a turn that is found begin where the next one does. */
    return low;
}
