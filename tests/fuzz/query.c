/*
 * Queries. The input is the text of one. What it finds in a small corpus is what an obvious
 * evaluator finds that goes over the terms turn by turn; its canonical spelling means the same.
 */
#include "fuzz.h"

#include <errno.h>

#include "memory.h"
#include "query/canonical.h"
#include "query/keys.h"
#include "query/select.h"

static const char *const texts[][2] = {
    {"a/one.md",
     "---\ntitle: Tide and lamp\ntags: [sea, Night train, \"c:d\"]\ndate: 2024-02-29\n---\n"
     "**Ana:** The tide is OUT.\n\nAnd the lamp.\n\n**Bo:** It’s a lamp.\n\n## Tide\n\n**Ana:** "
     "Yes.\n"},
    {"a/b/two.md", "---\ntitle: 船\ntags: sea\ndate: 2024-02\n---\n**林岚:** 船来了。\n\n"
                   "<details><summary>Original English</summary>\n\n**Lan:** The "
                   "boat.\n\n</details>\n\n**Bo:** Co-op, 10:30.\n"},
    {"three.md", "Words of nobody, and a lamp.\n\n[00:01:00] More of them.\n"},
    {"four.md", "---\ntitle: Nothing said\npeople: [Ana, Bo]\ndate: 2023-12-31\n---\n"},
    {"five.md", "---\ntags: [x*, ÉTÉ]\ndate: 2025\n---\n**Host:** Straße, STRASSE.\n\n**Host:** a "
                "(b) \"c\" %41\n"},
};

enum { EPISODES = sizeof texts / sizeof *texts };

struct world {
    struct memory memory;
    struct word_index words;
};

static struct world *world(void)
{
    static struct world made;
    if (made.memory.corpus)
        return &made;
    memory_open(&made.memory);
    for (size_t i = 0; i < EPISODES; i++)
        CHECK(memory_put(&made.memory, slice_of(texts[i][0]), slice_of(texts[i][1])));
    memory_publish(&made.memory, NULL, NULL);
    word_index_init(&made.words, 4096);
    return &made;
}

/* --- the obvious evaluator -------------------------------------------------------------------- */

struct asked {
    const struct corpus *corpus;
    const struct episode *episode;
    const struct body *body;
    const struct turn *turn; /* NULL: the episode is asked about */
};

static bool folds_to(struct slice text, const struct query_value *value, bool anywhere)
{
    cleanup_buf struct buf folded = {0};
    if (!text.len || !utf8_fold(&folded, text))
        return false;
    struct slice whole = buf_slice(&folded);
    if (anywhere)
        return whole.len && memmem(whole.data, whole.len, value->folded.data, value->folded.len);
    return value->is_prefix ? slice_starts(whole, value->folded)
                            : slice_equal(whole, value->folded);
}

/* Day by day: each that the date may be has to be in the range. */
static bool is_in_range(const struct date *date, const struct query_value *value)
{
    bool is_in = date->year > 0;
    unsigned first = date->day ? date->day : 1;
    unsigned last = date->day || !is_in ? date->day : date_last_day(date->year, date->month);
    for (unsigned day = first; day <= last && is_in; day++) {
        uint32_t code = date_code(date->year, date->month, day);
        is_in = value->from <= code && code <= value->to;
    }
    return is_in;
}

static bool is_below(struct slice path, const struct query_value *value)
{
    bool is_it = false;
    for (size_t at = 0; at < path.len; at++)
        is_it |= path.data[at] == '/' && folds_to(slice_head(path, at), value, false);
    return is_it;
}

/* `value` NULL: any value of the view. */
static bool has_value(const struct asked *a, struct slice view, const struct query_value *value)
{
    bool has = false;
    for (uint32_t i = 0; i < a->corpus->views.facet_cap; i++) {
        const struct facet *facet = a->corpus->views.facets[i];
        if (!facet || !slice_equal(a->corpus->views.views[facet->view]->name, view) ||
            (value && !folds_to(facet->value, value, false)))
            continue;
        for (uint32_t k = 0; k < facet->episode_count; k++)
            has |= a->corpus->episodes[facet->episodes[k]] == a->episode;
    }
    return has;
}

static struct slice heading_of(const struct asked *a)
{
    return a->turn->section ? body_note(a->body, a->body->sections[a->turn->section - 1].heading)
                            : (struct slice){0};
}

static bool has_it(const struct asked *a, const struct query_value *value)
{
    switch (value->has) {
    case QUERY_TITLE:
        return a->episode->head.title.len > 0;
    case QUERY_DATE:
        return a->episode->head.date.year > 0;
    case QUERY_VOICE:
        return a->turn && a->turn->speaker > 0;
    case QUERY_ORIGINAL:
        return a->turn && a->turn->original.len > 0;
    case QUERY_HEADING:
        return a->turn && heading_of(a).len > 0;
    case QUERY_START:
        return a->turn && a->turn->start != NO_TIME;
    default:
        return has_value(a, value->view, NULL);
    }
}

static bool fits(const struct asked *a, const struct query_node *term,
                 const struct query_value *value)
{
    switch (term->key) {
    case QUERY_TITLE:
        return folds_to(a->episode->head.title, value, true);
    case QUERY_DATE:
        return is_in_range(&a->episode->head.date, value);
    case QUERY_FOLDER:
        return is_below(a->episode->path, value);
    case QUERY_VIEW:
        return has_value(a, term->view, value);
    case QUERY_HAS:
        return has_it(a, value);
    case QUERY_WORDS:
        return a->turn && folds_to(turn_words(a->body, a->turn), value, true);
    case QUERY_HEADING:
        return a->turn && folds_to(heading_of(a), value, true);
    case QUERY_ORIGINAL:
        return a->turn && folds_to(turn_original_words(a->body, a->turn), value, true);
    default:
        return a->turn && a->turn->speaker &&
               (folds_to(turn_voice(a->body, a->turn), value, false) ||
                folds_to(turn_speaker(a->body, a->turn), value, false));
    }
}

static bool holds(const struct asked *a, const struct query_node *node)
{
    bool all = true, any = false;
    if (node->kind == QUERY_WITH) {
        struct asked other = *a;
        for (uint32_t i = 0; i < a->body->count; i++) {
            other.turn = &a->body->turns[i];
            any |= holds(&other, node->first);
        }
        return any;
    }
    for (const struct query_node *operand = node->first; operand; operand = operand->next) {
        bool it = holds(a, operand);
        all &= it;
        any |= it;
    }
    for (uint32_t i = 0; i < node->value_count && node->kind == QUERY_TERM; i++)
        any |= fits(a, node, &node->values[i]);
    return node->kind == QUERY_ALL ? all : node->kind == QUERY_NOT ? !any : any;
}

/* --- what has to hold ------------------------------------------------------------------------- */

static void check_episode(struct world *w, const struct query_bound *bound, uint32_t number)
{
    const struct query *query = bound->query;
    const struct episode *episode = bound->corpus->episodes[number];
    struct cache_entry *entry = NULL;
    struct selected selected;
    int err = 0;
    CHECK(cache_get(w->memory.cache, number, episode, CACHE_BODY, &entry) == 0);
    struct asked asked = {bound->corpus, episode, &entry->body, NULL};
    struct cache_entry *read;
    bool is_found = selection_ask(bound, w->memory.cache, number, &read, &selected, &err);
    bool is_expected = !query->speaks_of_turns && holds(&asked, query->root);
    CHECK(err == 0);
    for (uint32_t i = 0; query->speaks_of_turns && i < entry->body.count; i++) {
        asked.turn = &entry->body.turns[i];
        bool it = holds(&asked, query->root);
        CHECK(it == selected_has(&selected, i));
        is_expected |= it;
    }
    CHECK(is_found == is_expected && selected.is_whole == (is_found && !query->speaks_of_turns));
    free(selected.turns);
    cache_put(w->memory.cache, read);
    cache_put(w->memory.cache, entry);
}

static void check_canonical(const struct query *query, const struct query_keys *keys)
{
    struct arena arena = {0};
    struct query again;
    struct query_mistake mistake;
    CHECK(query->canonical.len && utf8_is_valid(query->canonical));
    CHECK(query_parse(&arena, query->canonical, keys, &again, &mistake) == 0);
    CHECK(slice_equal(query->canonical, again.canonical));
    CHECK(query->speaks_of_turns == again.speaks_of_turns);
    CHECK(!query_is_probe(query->canonical));
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = world();
    const struct query_keys keys = query_keys_of(w->memory.corpus);
    struct slice input = input_copy(data, size);
    struct arena arena = {0};
    struct query query;
    struct query_mistake mistake = {0};
    struct query_bound bound;
    int err = query_parse(&arena, input, &keys, &query, &mistake);
    if (err) {
        CHECK(err == -EINVAL && mistake.column > 0);
        CHECK(mistake.problem.len && utf8_is_valid(mistake.problem));
    } else {
        check_canonical(&query, &keys);
        CHECK(query_bind(&query, w->memory.corpus, &w->words, &bound) == 0);
        for (uint32_t i = 0; i < EPISODES; i++)
            check_episode(w, &bound, i);
        query_bound_free(&bound);
    }
    arena_free(&arena);
    free((void *)(uintptr_t)input.data);
    return 0;
}
