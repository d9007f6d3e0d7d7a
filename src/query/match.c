#include "query/match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "query/canonical.h"

/* --- binding ---------------------------------------------------------------------------------- */

static uint32_t find_view(const struct corpus *corpus, struct slice name)
{
    for (uint32_t i = 0; i < corpus->views.view_count; i++) {
        if (slice_equal(views_view(&corpus->views, corpus->views.order[i])->name, name))
            return corpus->views.order[i];
    }
    return NO_INDEX;
}

static bool is_of_value(const struct facet *facet, const struct query_value *value)
{
    cleanup_buf struct buf folded = {0};
    return utf8_fold(&folded, facet->value) && slice_starts(buf_slice(&folded), value->folded);
}

/* The facet that a value spells, or all that begin with it. */
static int find_facets(struct arena *arena, const struct corpus *corpus, struct slice view_name,
                       const struct query_value *value, struct query_facets *found)
{
    const struct view *view = views_view(&corpus->views, find_view(corpus, view_name));
    *found = (struct query_facets){0};
    if (!view)
        return 0;
    found->at = ARENA_NEW(arena, uint32_t, value->is_prefix ? view->count + 1 : 1);
    if (!found->at)
        return -ENOMEM;
    if (!value->is_prefix) {
        found->at[0] = vocabulary_find(corpus->views.vocabulary, view_name, value->folded);
        found->count = views_facet(&corpus->views, found->at[0]) != NULL;
    }
    for (uint32_t i = 0; value->is_prefix && i < view->count; i++) {
        if (is_of_value(views_facet(&corpus->views, view->facets[i]), value))
            found->at[found->count++] = view->facets[i];
    }
    return 0;
}

static int bind_node(struct query_bound *bound, const struct query_node *node)
{
    int err = 0;
    for (uint32_t i = 0; node->key == QUERY_VIEW && i < node->value_count && !err; i++)
        err = find_facets(&bound->arena, bound->corpus, node->view, &node->values[i],
                          &bound->facets[node->values[i].number]);
    for (const struct query_node *operand = node->first; operand && !err; operand = operand->next)
        err = bind_node(bound, operand);
    return err;
}

int query_bind(const struct query *query, const struct corpus *corpus, struct word_index *words,
               struct query_bound *bound)
{
    *bound = (struct query_bound){.query = query, .corpus = corpus, .words = words};
    bound->facets = ARENA_NEW(&bound->arena, struct query_facets, query->value_count + 1);
    return bound->facets ? bind_node(bound, query->root) : -ENOMEM;
}

void query_bound_free(struct query_bound *bound)
{
    arena_free(&bound->arena);
}

/* --- an episode ------------------------------------------------------------------------------- */

/* The match of one episode. It folds the words of all turns on the first search in one. */
struct matching {
    const struct query_bound *bound;
    const struct episode *episode;
    const struct body *body;
    uint32_t count;   /* of turns; 1 if the match is on the episode alone */
    uint32_t number;  /* of the episode */
    struct buf words; /* of all turns, folded, a line each */
    size_t *ends;     /* of these lines; NULL: not folded yet */
    struct buf scratch;
    struct arena arena;
    bool failed; /* memory ran out */
};

/* One for each turn, all false; NULL if memory runs out. */
static bool *new_turns(struct matching *m)
{
    bool *turns = ARENA_NEW(&m->arena, bool, m->count + 1);
    m->failed |= !turns;
    return turns;
}

static bool fits(struct matching *m, struct slice text, const struct query_value *value)
{
    m->scratch.len = 0;
    if (!utf8_fold(&m->scratch, text))
        return false;
    struct slice folded = buf_slice(&m->scratch);
    return value->is_prefix ? slice_starts(folded, value->folded)
                            : slice_equal(folded, value->folded);
}

static bool is_in(struct slice part, struct slice folded)
{
    return folded.len && memmem(folded.data, folded.len, part.data, part.len);
}

static bool stands_in(struct matching *m, struct slice text, const struct query_value *value)
{
    m->scratch.len = 0;
    return text.len && utf8_fold(&m->scratch, text) && is_in(value->folded, buf_slice(&m->scratch));
}

/* --- terms of an episode ---------------------------------------------------------------------- */

static bool is_dated(const struct episode *episode, const struct query_value *value)
{
    const struct date *date = &episode->head.date;
    if (!date->year)
        return false;
    uint32_t first = date_code(date->year, date->month, date->day ? date->day : 1);
    uint32_t last = date_code(date->year, date->month, date->day ? date->day : 31);
    /* A month is over with its last day, whichever that is. */
    bool ends = !date->day && value->to >> 5 == first >> 5
                    ? (value->to & 31) >= date_last_day(date->year, date->month)
                    : last <= value->to;
    return value->from <= first && ends;
}

static bool is_in_folder(struct matching *m, const struct query_value *value)
{
    struct slice path = m->episode->path;
    for (size_t at = 0; at < path.len; at++) {
        if (path.data[at] == '/' && fits(m, slice_head(path, at), value))
            return true;
    }
    return false;
}

static bool has_facet(const struct matching *m, const struct query_value *value)
{
    const struct query_facets *facets = &m->bound->facets[value->number];
    const struct facet_refs *refs = m->episode->facet_refs;
    for (uint32_t i = 0; refs && i < facets->count; i++) {
        if (facet_refs_find(refs, facets->at[i]) != NO_INDEX)
            return true;
    }
    return false;
}

static bool has_view(const struct matching *m, struct slice view)
{
    const struct views *views = &m->bound->corpus->views;
    const struct facet_refs *refs = m->episode->facet_refs;
    for (uint32_t i = 0; refs && i < refs->count; i++) {
        const struct facet *facet = views_facet(views, refs->spellings[i]->facet);
        if (facet && slice_equal(views_view(views, facet->view)->name, view))
            return true;
    }
    return false;
}

static bool episode_has(const struct matching *m, const struct query_value *value)
{
    switch (value->has) {
    case QUERY_TITLE:
        return m->episode->head.title.len > 0;
    case QUERY_DATE:
        return m->episode->head.date.year > 0;
    default:
        return has_view(m, value->view);
    }
}

/* Whether a value of a term on the episode matches. */
static bool fits_episode(struct matching *m, const struct query_node *term,
                         const struct query_value *value)
{
    switch (term->key) {
    case QUERY_TITLE:
        return stands_in(m, m->episode->head.title, value);
    case QUERY_DATE:
        return is_dated(m->episode, value);
    case QUERY_FOLDER:
        return is_in_folder(m, value);
    case QUERY_VIEW:
        return has_facet(m, value);
    default:
        return episode_has(m, value);
    }
}

/* --- terms of a turn -------------------------------------------------------------------------- */

static struct slice heading_of(const struct matching *m, const struct turn *turn)
{
    return turn->section ? body_note(m->body, m->body->sections[turn->section - 1].heading)
                         : SLICE("");
}

static bool turn_has(const struct matching *m, const struct turn *turn, enum query_key what)
{
    return what == QUERY_VOICE      ? turn->speaker > 0
           : what == QUERY_ORIGINAL ? turn->original.len > 0
           : what == QUERY_HEADING  ? heading_of(m, turn).len > 0
                                    : turn->start != NO_TIME;
}

static bool fits_turn(struct matching *m, const struct query_node *term, uint32_t i,
                      const struct query_value *value)
{
    const struct turn *turn = &m->body->turns[i];
    switch (term->key) {
    case QUERY_VOICE:
        return turn->speaker && (fits(m, turn_voice(m->body, turn), value) ||
                                 fits(m, turn_speaker(m->body, turn), value));
    case QUERY_ORIGINAL:
        return stands_in(m, turn_original_words(m->body, turn), value);
    case QUERY_HEADING:
        return stands_in(m, heading_of(m, turn), value);
    default: /* has: */
        return turn_has(m, turn, value->has);
    }
}

static void match_term(struct matching *m, const struct query_node *term, bool *chosen)
{
    bool holds = false; /* for the episode */
    for (uint32_t v = 0; v < term->value_count; v++) {
        const struct query_value *value = &term->values[v];
        if (!query_key_is_of_turns(term->key == QUERY_HAS ? value->has : term->key))
            holds |= fits_episode(m, term, value);
    }
    for (uint32_t i = 0; i < m->count && !holds; i++) {
        bool fits_it = false;
        for (uint32_t v = 0; v < term->value_count && chosen[i] && !fits_it; v++) {
            const struct query_value *value = &term->values[v];
            if (m->body && query_key_is_of_turns(term->key == QUERY_HAS ? value->has : term->key))
                fits_it = fits_turn(m, term, i, value);
        }
        chosen[i] &= fits_it;
    }
}

/* --- words ------------------------------------------------------------------------------------ */

/* Folds the words of all turns, and adds them to the index. */
static void fold_words(struct matching *m)
{
    m->ends = ARENA_NEW(&m->arena, size_t, m->count);
    buf_reserve(&m->words, m->body->len);
    for (uint32_t i = 0; m->ends && i < m->count; i++) {
        (void)utf8_fold(&m->words, turn_words(m->body, &m->body->turns[i]));
        buf_add_byte(&m->words, '\n'); /* which no folded words have */
        m->ends[i] = m->words.len;
    }
    m->failed |= !m->ends || m->words.failed;
    if (m->bound->words && !m->failed)
        word_index_learn(m->bound->words, m->number, m->episode->version, buf_slice(&m->words));
}

/* Whether the index does not exclude them. */
static bool may_be_said(const struct matching *m, struct slice words)
{
    return !m->bound->words ||
           word_index_may_have(m->bound->words, m->number, m->episode->version, words);
}

/* Marks the turns that have the folded words. */
static void mark_said(const struct matching *m, struct slice part, bool *said)
{
    const struct slice words = buf_slice(&m->words);
    const char *found;
    size_t at = 0;
    for (uint32_t i = 0;
         at < words.len && (found = memmem(words.data + at, words.len - at, part.data, part.len));
         at = m->ends[i]) {
        while (m->ends[i] <= (size_t)(found - words.data))
            i++;
        said[i] = true;
    }
}

static void match_words(struct matching *m, const struct query_node *term, bool *chosen)
{
    bool *said = new_turns(m);
    if (!m->ends)
        fold_words(m);
    if (m->failed)
        return;
    for (uint32_t v = 0; v < term->value_count; v++) {
        if (may_be_said(m, term->values[v].folded))
            mark_said(m, term->values[v].folded, said);
    }
    for (uint32_t i = 0; i < m->count; i++)
        chosen[i] &= said[i];
}

/* --- operators -------------------------------------------------------------------------------- */

static bool holds_anywhere(const struct matching *m, const bool *chosen)
{
    return m->count && memchr(chosen, 1, m->count);
}

static void match_node(struct matching *m, const struct query_node *node, bool *chosen);

/* The operands that do not speak of turns first: most episodes need no more. */
static void match_all(struct matching *m, const struct query_node *node, bool *chosen)
{
    for (int of_turns = 0; of_turns < 2; of_turns++) {
        for (const struct query_node *operand = node->first; operand; operand = operand->next) {
            if (operand->speaks_of_turns == of_turns && holds_anywhere(m, chosen))
                match_node(m, operand, chosen);
        }
    }
}

static void match_any(struct matching *m, const struct query_node *node, bool *chosen)
{
    bool *left = new_turns(m);
    bool *found = new_turns(m);
    if (!left || !found)
        return;
    for (const struct query_node *operand = node->first; operand; operand = operand->next) {
        for (uint32_t i = 0; i < m->count; i++)
            left[i] = chosen[i] && !found[i];
        match_node(m, operand, left);
        for (uint32_t i = 0; i < m->count; i++)
            found[i] |= left[i];
    }
    for (uint32_t i = 0; i < m->count; i++)
        chosen[i] &= found[i];
}

static void match_not(struct matching *m, const struct query_node *node, bool *chosen)
{
    bool *inner = new_turns(m);
    if (!inner)
        return;
    memcpy(inner, chosen, m->count);
    match_node(m, node->first, inner);
    for (uint32_t i = 0; i < m->count; i++)
        chosen[i] &= !inner[i];
}

static void match_with(struct matching *m, const struct query_node *node, bool *chosen)
{
    bool *inner = new_turns(m);
    if (!inner)
        return;
    memset(inner, true, m->count);
    match_node(m, node->first, inner);
    if (!holds_anywhere(m, inner))
        memset(chosen, false, m->count);
}

static void match_node(struct matching *m, const struct query_node *node, bool *chosen)
{
    switch (node->kind) {
    case QUERY_ALL:
        match_all(m, node, chosen);
        return;
    case QUERY_ANY:
        match_any(m, node, chosen);
        return;
    case QUERY_NOT:
        match_not(m, node, chosen);
        return;
    case QUERY_WITH:
        match_with(m, node, chosen);
        return;
    default:
        (node->key == QUERY_WORDS ? match_words : match_term)(m, node, chosen);
    }
}

int query_match(const struct query_bound *bound, const struct query_node *node, uint32_t number,
                const struct body *body, bool *chosen)
{
    struct matching m = {
        .bound = bound, .number = number, .episode = bound->corpus->episodes[number], .body = body};
    m.count = node->speaks_of_turns ? body->count : 1;
    memset(chosen, true, m.count);
    match_node(&m, node, chosen);
    m.failed |= m.scratch.failed;
    buf_free(&m.words);
    buf_free(&m.scratch);
    arena_free(&m.arena);
    return m.failed ? -ENOMEM : 0;
}

/* --- without a body --------------------------------------------------------------------------- */

static bool holds_for_episode(struct matching *m, const struct query_node *node)
{
    bool holds = true;
    match_node(m, node, &holds);
    return holds;
}

static bool may_match_term(struct matching *m, const struct query_node *term)
{
    bool may = false;
    for (uint32_t i = 0; i < term->value_count && !may; i++) {
        const struct query_value *value = &term->values[i];
        if (!query_key_is_of_turns(term->key == QUERY_HAS ? value->has : term->key))
            may = fits_episode(m, term, value);
        else
            may = term->key != QUERY_WORDS || may_be_said(m, value->folded);
    }
    return may;
}

static bool may_match(struct matching *m, const struct query_node *node)
{
    const struct query_node *operand = node->first;
    if (!node->speaks_of_turns)
        return holds_for_episode(m, node);
    switch (node->kind) {
    case QUERY_ALL:
        while (operand && may_match(m, operand))
            operand = operand->next;
        return !operand;
    case QUERY_ANY:
        while (operand && !may_match(m, operand))
            operand = operand->next;
        return operand;
    case QUERY_NOT:
        return true; /* some turn may have none of it */
    case QUERY_WITH:
        return may_match(m, operand);
    default:
        return may_match_term(m, node);
    }
}

bool query_may_match(const struct query_bound *bound, const struct query_node *node,
                     uint32_t number, int *err)
{
    struct matching m = {
        .bound = bound, .number = number, .episode = bound->corpus->episodes[number], .count = 1};
    bool may = may_match(&m, node);
    *err = m.failed || m.scratch.failed ? -ENOMEM : 0;
    buf_free(&m.scratch);
    arena_free(&m.arena);
    return may;
}
