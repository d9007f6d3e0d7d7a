#include "query/select.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"

/* Whether an error in one episode ends the search. */
static bool ends_all(int err)
{
    return err == -ENOMEM || error_passes(err);
}

/* --- asking ----------------------------------------------------------------------------------- */

struct selecting {
    const struct query_bound *bound;
    struct cache *cache;
    struct selected *found;               /* by path */
    bool *is_found;                       /* … */
    uint32_t *asked;                      /* by number of the episode, as in struct selection */
    const struct select_visitor *visitor; /* NULL: none */
    struct selection *before;
    uint32_t
        *places_before; /* by number of the episode: where it was found, plus 1; 0: it was not */
    int err;            /* the first that ends the search */
};

static int keep_turns(struct selected *selected, const bool *chosen)
{
    for (uint32_t i = 0; i < selected->turn_count; i++)
        selected->count += chosen[i];
    uint32_t *turns = calloc(selected->count + (size_t)1, sizeof *turns), count = 0;
    if (!turns)
        return -ENOMEM;
    for (uint32_t i = 0; i < selected->turn_count; i++) {
        if (chosen[i])
            turns[count++] = i;
    }
    selected->turns = turns;
    return 0;
}

static int match_turns(const struct query_bound *bound, const struct body *body,
                       struct selected *selected)
{
    const struct query *query = bound->query;
    selected->is_whole = !query->speaks_of_turns;
    selected->turn_count = body ? body->count : 0;
    bool *chosen = calloc(selected->turn_count + (size_t)1, sizeof *chosen);
    int err = chosen ? query_match(bound, query->root, selected->episode, body, chosen) : -ENOMEM;
    if (!err && !selected->is_whole)
        err = keep_turns(selected, chosen);
    else if (!err)
        selected->is_whole = chosen[0];
    free(chosen);
    return err;
}

bool selection_ask(const struct query_bound *bound, struct cache *cache, uint32_t number,
                   struct cache_entry **entry, struct selected *selected, int *err)
{
    const struct query *query = bound->query;
    *entry = NULL;
    *selected = (struct selected){.episode = number};
    if (query->speaks_of_turns) {
        if (!query_may_match(bound, query->root, number, err) || *err)
            return false;
        *err = cache_get(cache, number, bound->corpus->episodes[number], CACHE_BODY, entry);
        if (*err)
            return false;
    }
    *err = match_turns(bound, *entry ? &(*entry)->body : NULL, selected);
    return !*err && (selected->is_whole || selected->count);
}

bool selection_may_find(const struct query_bound *bound, struct cache *cache,
                        const uint32_t *episodes, size_t count)
{
    bool may = false;
    for (size_t i = 0; i < count && !may; i++) {
        struct cache_entry *entry = NULL;
        struct selected selected = {0};
        int err = 0;
        if (episode_shown(corpus_episode(bound->corpus, episodes[i])))
            may = selection_ask(bound, cache, episodes[i], &entry, &selected, &err) || err;
        cache_put(cache, entry);
        free(selected.turns);
    }
    return may;
}

/* Moves what is known of this version; false: nothing is. */
static bool move_known(struct selecting *s, uint32_t number, size_t i)
{
    struct selection *before = s->before;
    if (number >= before->asked_cap || before->asked[number] != s->asked[number])
        return false;
    uint32_t place = s->places_before[number];
    s->is_found[i] = place > 0;
    if (place) {
        s->found[i] = before->found[place - 1];
        before->found[place - 1].turns = NULL;
    }
    return true;
}

/* What needs the body comes before the cache may drop it. */
static void ask(struct selecting *s, unsigned worker, uint32_t number, size_t i, int *err)
{
    struct cache_entry *entry;
    s->is_found[i] = selection_ask(s->bound, s->cache, number, &entry, &s->found[i], err);
    if (s->is_found[i] && entry && s->visitor)
        s->visitor->found(s->visitor->context, worker, &s->found[i]);
    cache_put(s->cache, entry);
}

static void select_episode(void *selecting_, unsigned worker, size_t i)
{
    struct selecting *s = selecting_;
    uint32_t number = s->bound->corpus->by_path[i];
    const struct episode *episode = s->bound->corpus->episodes[number];
    int err = 0;
    if (!episode_shown(episode) || __atomic_load_n(&s->err, __ATOMIC_RELAXED))
        return;
    s->asked[number] = episode->version + 1;
    if (move_known(s, number, i))
        return;
    ask(s, worker, number, i, &err);
    if (err)
        s->asked[number] = 0;
    if (ends_all(err))
        __atomic_store_n(&s->err, err, __ATOMIC_RELAXED);
}

/* Removes the gaps between the episodes that are found, and gives back what is behind them. */
static void close_up(struct selecting *s, struct selection *selection)
{
    for (uint32_t i = 0; i < s->bound->corpus->episode_count; i++) {
        if (s->is_found[i])
            selection->found[selection->count++] = s->found[i];
        else
            free(s->found[i].turns);
    }
    struct selected *fewer = reallocarray(selection->found, selection->count + (size_t)1,
                                          sizeof *fewer);
    if (fewer)
        selection->found = fewer;
}

/* `places` has a place for each number of an episode, all 0. */
static int order_by_entry(const struct corpus *corpus, uint32_t *places,
                          struct selection *selection)
{
    uint32_t at = 0;
    selection->entries = calloc(selection->count + (size_t)1, sizeof *selection->entries);
    selection->by_entry = calloc(selection->count + (size_t)1, sizeof *selection->by_entry);
    selection->has = calloc(corpus->episode_cap + (size_t)1, sizeof *selection->has);
    if (!selection->entries || !selection->by_entry || !selection->has)
        return -ENOMEM;
    for (uint32_t i = 0; i < selection->count; i++) {
        places[selection->found[i].episode] = i + 1;
        selection->has[selection->found[i].episode] = true;
        selection->hash ^= corpus->episodes[selection->found[i].episode]->files_identity;
    }
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        uint32_t place = places[corpus->by_entry[i]];
        if (!place)
            continue;
        selection->entries[at] = corpus->by_entry[i];
        selection->by_entry[at++] = place - 1;
    }
    return 0;
}

int selection_find(const struct query_bound *bound, struct cache *cache, struct selection *before,
                   const struct select_visitor *visitor, struct selection *selection)
{
    const struct corpus *corpus = bound->corpus;
    struct arena arena = {0};
    *selection = (struct selection){
        .found = calloc(corpus->episode_count + (size_t)1, sizeof *selection->found),
        .asked = calloc(corpus->episode_cap + (size_t)1, sizeof *selection->asked),
        .asked_cap = corpus->episode_cap};
    struct selecting s = {.bound = bound,
                          .cache = cache,
                          .found = selection->found,
                          .is_found = ARENA_NEW(&arena, bool, corpus->episode_count + 1),
                          .asked = selection->asked,
                          .visitor = visitor,
                          .before = before,
                          .places_before = ARENA_NEW(&arena, uint32_t, before->asked_cap + 1)};
    uint32_t *places = ARENA_NEW(&arena, uint32_t, corpus->episode_cap + 1);
    int err = s.is_found && s.found && s.asked && s.places_before && places ? 0 : -ENOMEM;
    for (uint32_t i = 0; i < before->count && !err; i++)
        s.places_before[before->found[i].episode] = i + 1;
    if (!err) {
        err = parallel_for_client(corpus->episode_count, cache_client(cache), select_episode, &s);
        close_up(&s, selection);
        err = s.err ? s.err : err;
    }
    if (!err)
        err = order_by_entry(corpus, places, selection);
    arena_free(&arena);
    return err;
}

void selection_free(struct selection *selection)
{
    for (uint32_t i = 0; i < selection->count; i++)
        free(selection->found[i].turns);
    free(selection->found);
    free(selection->asked);
    free(selection->has);
    free(selection->entries);
    free(selection->by_entry);
    free(selection->first);
    free(selection->voices);
    *selection = (struct selection){0};
}

size_t selection_size(const struct selection *selection)
{
    size_t turns = 0;
    for (uint32_t i = 0; i < selection->count; i++)
        turns += selection->found[i].is_whole ? 0 : selection->found[i].count;
    return selection->asked_cap * (sizeof *selection->asked + sizeof *selection->has) +
           selection->count * (sizeof *selection->found + sizeof *selection->entries +
                               sizeof *selection->by_entry + sizeof *selection->first) +
           turns * sizeof *selection->found->turns +
           selection->voice_cap * sizeof *selection->voices;
}

/* --- counts that need bodies ---------------------------------------------------------------------
 */

/* Bodies of the episodes of a selection. */
struct reading {
    const struct corpus *corpus;
    struct cache *cache;
    struct selection *selection;
    const struct voice_index *voice_index;
    int err;
};

static void count_turns_of(void *reading_, unsigned worker, size_t i)
{
    struct reading *r = reading_;
    struct selected *selected = &r->selection->found[i];
    struct cache_entry *entry = NULL;
    (void)worker;
    if (!selected->is_whole || selected->count || __atomic_load_n(&r->err, __ATOMIC_RELAXED))
        return;
    int err = cache_get(r->cache, selected->episode, r->corpus->episodes[selected->episode],
                        CACHE_BODY, &entry);
    if (!err)
        selected->turn_count = selected->count = entry->body.count;
    cache_put(r->cache, entry);
    if (ends_all(err))
        __atomic_store_n(&r->err, err, __ATOMIC_RELAXED);
}

int selection_count_turns(const struct corpus *corpus, struct cache *cache,
                          struct selection *selection)
{
    struct reading r = {.corpus = corpus, .cache = cache, .selection = selection};
    if (!selection->first)
        selection->first = calloc(selection->count + (size_t)1, sizeof *selection->first);
    if (!selection->first)
        return -ENOMEM;
    int err = parallel_for_client(selection->count, cache_client(cache), count_turns_of, &r);
    if (r.err || err)
        return r.err ? r.err : err;
    selection->turns = 0;
    for (uint32_t at = 0; at < selection->count; at++) {
        selection->first[at] = selection->turns;
        selection->turns += selection->found[selection->by_entry[at]].count;
    }
    selection->has_turns = true;
    return 0;
}

/* Marks the voices of the found turns, by their number in the body. */
static int mark_voices(struct reading *r, const struct selected *selected, bool *is_heard,
                       uint32_t heard_count)
{
    struct cache_entry *entry = NULL;
    int err = cache_get(r->cache, selected->episode, r->corpus->episodes[selected->episode],
                        CACHE_BODY, &entry);
    const struct body *body = err ? NULL : &entry->body;
    uint32_t *numbers = body ? calloc(body->voice_count + (size_t)1, sizeof *numbers) : NULL;
    uint32_t named = 0;
    if (body && !numbers)
        err = -ENOMEM;
    /* An anonymous voice has no folder. */
    for (uint32_t i = 0; numbers && i < body->voice_count; i++)
        numbers[i] = body->voices[i].is_anonymous ? UINT32_MAX : named++;
    for (uint32_t i = 0; numbers && i < selected->count && selected->turns[i] < body->count; i++) {
        uint32_t voice = body->turns[selected->turns[i]].voice;
        if (voice != NO_VOICE && numbers[voice] < heard_count)
            is_heard[numbers[voice]] = true;
    }
    free(numbers);
    cache_put(r->cache, entry);
    return err;
}

/* Two names in an episode may be one person. */
static void count_facets(struct selection *selection, const struct body_summary *summary,
                         const bool *is_heard)
{
    const struct facet_refs *refs = summary->facet_refs;
    uint32_t counted = NO_INDEX;
    for (uint32_t i = 0; i < refs->count; i++) {
        uint32_t facet = refs->spellings[i]->facet;
        if (facet == counted || facet >= selection->voice_cap || !is_heard[summary->places[i]])
            continue;
        __atomic_add_fetch(&selection->voices[facet], 1, __ATOMIC_RELAXED);
        counted = facet;
    }
}

static void count_voices_of(void *reading_, unsigned worker, size_t i)
{
    struct reading *r = reading_;
    const struct selected *selected = &r->selection->found[i];
    const struct body_summary *summary = selected->episode < r->voice_index->summary_cap
                                             ? r->voice_index->summaries[selected->episode]
                                             : NULL;
    const struct facet_refs *refs = summary ? summary->facet_refs : NULL;
    (void)worker;
    if (!refs || __atomic_load_n(&r->err, __ATOMIC_RELAXED))
        return;
    bool *is_heard = calloc(refs->count + (size_t)1, sizeof *is_heard);
    int err = is_heard ? 0 : -ENOMEM;
    if (!err && selected->is_whole)
        memset(is_heard, true, refs->count);
    else if (!err)
        err = mark_voices(r, selected, is_heard, refs->count);
    if (!err)
        count_facets(r->selection, summary, is_heard);
    free(is_heard);
    if (ends_all(err))
        __atomic_store_n(&r->err, err, __ATOMIC_RELAXED);
}

int selection_count_voices(const struct corpus *corpus, struct cache *cache,
                           const struct voice_index *voice_index, struct selection *selection)
{
    struct reading r = {
        .corpus = corpus, .cache = cache, .selection = selection, .voice_index = voice_index};
    selection->voice_cap = voice_index->by_voice.facet_cap;
    selection->voices = calloc(selection->voice_cap + (size_t)1, sizeof *selection->voices);
    if (!selection->voices)
        return -ENOMEM;
    int err = parallel_for_client(selection->count, cache_client(cache), count_voices_of, &r);
    err = r.err ? r.err : err;
    if (err) {
        free(selection->voices);
        selection->voices = NULL;
    }
    return err;
}

/* --- terms alone ------------------------------------------------------------------------------ */

static void add_terms(struct term_counts *c, const struct query_node *node)
{
    if (node->kind == QUERY_TERM)
        c->terms[c->count++].term = node;
    for (const struct query_node *operand = node->first; operand; operand = operand->next)
        add_terms(c, operand);
}

static int count_term(const struct term_counts *c, struct term_found *found, uint32_t number,
                      const struct body *body)
{
    bool of_turns = found->term->speaks_of_turns;
    uint32_t turns = 0, asked = of_turns && body ? body->count : 1;
    bool *chosen = calloc(asked + (size_t)1, sizeof *chosen);
    int err = chosen ? query_match(c->bound, found->term, number, body, chosen) : -ENOMEM;
    for (uint32_t i = 0; i < asked && !err; i++)
        turns += chosen[i];
    if (!err && turns)
        __atomic_add_fetch(&found->episodes, 1, __ATOMIC_RELAXED);
    if (!err && of_turns)
        __atomic_add_fetch(&found->turns, turns, __ATOMIC_RELAXED);
    free(chosen);
    return err;
}

/* Loads the body for the first term that needs it; the caller puts it. */
static void count_in(struct term_counts *c, uint32_t number, struct cache_entry **entry)
{
    int err = 0;
    for (uint32_t i = 0; i < c->count && !err; i++) {
        struct term_found *found = &c->terms[i];
        if (!query_may_match(c->bound, found->term, number, &err))
            continue;
        if (!err && found->term->speaks_of_turns && !*entry)
            err = cache_get(c->cache, number, c->bound->corpus->episodes[number], CACHE_BODY,
                            entry);
        if (!err)
            err = count_term(c, found, number, *entry ? &(*entry)->body : NULL);
    }
    if (ends_all(err))
        __atomic_store_n(&c->err, err, __ATOMIC_RELAXED);
}

static void count_episode(void *counts, unsigned worker, size_t i)
{
    struct term_counts *c = counts;
    uint32_t number = c->bound->corpus->by_path[i];
    struct cache_entry *entry = NULL;
    (void)worker;
    if (!episode_shown(c->bound->corpus->episodes[number]) || c->is_counted[number] ||
        __atomic_load_n(&c->err, __ATOMIC_RELAXED))
        return;
    count_in(c, number, &entry);
    cache_put(c->cache, entry);
}

int term_counts_begin(const struct query_bound *bound, struct cache *cache, struct arena *arena,
                      struct term_counts *counts)
{
    /* A term has a value at least. */
    *counts = (struct term_counts){
        .bound = bound,
        .cache = cache,
        .terms = ARENA_NEW(arena, struct term_found, bound->query->value_count),
        .is_counted = ARENA_NEW(arena, bool, (size_t)bound->corpus->episode_cap + 1)};
    if (!counts->terms || !counts->is_counted)
        return -ENOMEM;
    add_terms(counts, bound->query->root);
    return 0;
}

void term_counts_add(struct term_counts *counts, uint32_t number, struct cache_entry *entry)
{
    counts->is_counted[number] = true;
    count_in(counts, number, &entry);
}

int term_counts_end(struct term_counts *counts)
{
    int err = parallel_for_client(counts->bound->corpus->episode_count, cache_client(counts->cache),
                                  count_episode, counts);
    return counts->err ? counts->err : err;
}

/* --- looking into one ------------------------------------------------------------------------- */

uint32_t selection_count_in(const struct selection *selection, const struct facet *facet)
{
    uint32_t count = 0;
    for (uint32_t i = 0; selection->has && i < facet->episode_count; i++)
        count += selection->has[facet->episodes[i]];
    return count;
}

bool selection_has_facet(const struct selection *selection, const struct facet *facet)
{
    bool has = false;
    for (uint32_t i = 0; selection->has && i < facet->episode_count && !has; i++)
        has = selection->has[facet->episodes[i]];
    return has;
}

bool selection_has_view(const struct selection *selection, const struct views *views, uint32_t view)
{
    bool has = false;
    for (uint32_t i = 0; i < views->views[view]->count && !has; i++)
        has = selection_has_facet(selection, views->facets[views->views[view]->facets[i]]);
    return has;
}

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
