#include "query/affected.h"

/* --- what is in every selection --------------------------------------------------------------- */

static bool has_same_facets(const struct views *was, const struct views *now)
{
    bool is_same = true;
    for (uint32_t i = 0; i < now->facet_cap && is_same; i++) {
        const struct facet *before = views_facet(was, i), *after = now->facets[i];
        is_same = before == after || !before || !after || slice_equal(before->name, after->name);
    }
    return is_same;
}

static bool has_same_views(const struct views *was, const struct views *now)
{
    bool is_same = was->view_count == now->view_count;
    for (uint32_t i = 0; i < now->view_count && is_same; i++)
        is_same = was->order[i] == now->order[i] &&
                  slice_equal(was->views[was->order[i]]->name, now->views[now->order[i]]->name);
    return is_same && has_same_facets(was, now);
}

/* Its keys, the names of its folders and of values, and its owner and mode. */
static bool has_same_frame(const struct corpus *before, const struct corpus *after)
{
    static const char *const names[] = {"index", "by-voice", "original"};
    bool is_same = access_equal(&before->folders[0]->access, &after->folders[0]->access) &&
                   slice_equal(before->date_view, after->date_view) &&
                   !before->dated_count == !after->dated_count;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        is_same &= corpus_has(before, names[i]) == corpus_has(after, names[i]);
    return is_same && has_same_views(&before->views, &after->views);
}

struct affected affected_begin(struct selections *selections, struct cache *cache,
                               const struct corpus *before, const struct corpus *after)
{
    struct affected affected = {.after = after,
                                .selections = selections,
                                .cache = cache,
                                .are_all = !has_same_frame(before, after)};
    uint32_t cap = before->episode_cap > after->episode_cap ? before->episode_cap
                                                            : after->episode_cap;
    for (uint32_t i = 0; i < cap && !affected.are_all; i++) {
        if (corpus_episode(before, i) == corpus_episode(after, i))
            continue;
        affected.are_all = affected.count == AFFECTED_EPISODES;
        if (!affected.are_all)
            affected.episodes[affected.count++] = i;
        if (corpus_episode(after, i))
            affected.bytes += corpus_episode(after, i)->id.size;
    }
    return affected;
}

/* --- one query -------------------------------------------------------------------------------- */

static bool may_find_one(struct affected *affected, const struct known_query *known)
{
    struct arena arena = {0};
    struct query query;
    struct query_bound bound = {0};
    const struct slice text = {known->text, known->len};
    bool may = selections_parse(affected->after, &arena, text, &query) ||
               query_bind(&query, affected->after, &affected->selections->words, &bound);
    if (!may && query.speaks_of_turns) {
        affected->searched += affected->bytes;
        may = affected->searched > AFFECTED_BYTES;
    }
    may = may || selection_may_find(&bound, affected->cache, affected->episodes, affected->count);
    query_bound_free(&bound);
    arena_free(&arena);
    return may;
}

bool affected_take(struct affected *affected, uint32_t slot, struct known_query *query)
{
    struct known_queries *known = &affected->selections->queries;
    enum query_state state = QUERY_HAS_CHANGED;
    if (!affected->are_all)
        state = known_queries_compare(known, slot, affected->after->generation, affected->episodes,
                                      affected->count, query);
    if (state == QUERY_MAY_BE_SAME && !may_find_one(affected, query)) {
        known_queries_confirm(known, query->number, affected->after->generation);
        state = QUERY_IS_SAME;
    }
    return state != QUERY_IS_SAME && known_queries_take_shown(known, slot, query);
}

/* --- voices ----------------------------------------------------------------------------------- */

bool affected_by_voices(const struct corpus *before, const struct voice_index *was,
                        const struct corpus *after, const struct voice_index *now)
{
    bool are_all = was->joined.hash != now->joined.hash ||
                   !has_same_facets(&was->by_voice, &now->by_voice);
    uint32_t cap = was->summary_cap < now->summary_cap ? was->summary_cap : now->summary_cap;
    for (uint32_t i = 0; i < cap && !are_all; i++)
        are_all = was->summaries[i] != now->summaries[i] &&
                  corpus_episode(before, i) == corpus_episode(after, i);
    return are_all;
}
