/* The views: by value, and by date. */
#include "model/builder.h"

#include <errno.h>

#include "base/utf8.h"
#include "model/names.h"

/* --- views and facets ---------------------------------------------------------------------------
 */

static int find_view(struct builder *b, struct slice name, uint32_t *number)
{
    struct map_slot *slot = map_put(&b->views, name);
    if (!slot)
        return -ENOMEM;
    if (slot->value == NO_INDEX) {
        if (b->corpus->view_count == CORPUS_MAX_VIEWS)
            return -E2BIG;
        struct slice kept = arena_copy(&b->corpus->arena, name);
        if (!kept.data)
            return -ENOMEM;
        slot->value = b->corpus->view_count;
        b->corpus->views[b->corpus->view_count++] = (struct view){.name = kept};
    }
    *number = slot->value;
    return 0;
}

/* What spellings and folded values are looked up by: the view, a NUL byte, the text. */
static int view_key(struct arena *arena, struct slice view, struct slice text, struct slice *key)
{
    struct buf joined = {0};
    buf_add_slice(&joined, view);
    buf_add_byte(&joined, '\0');
    buf_add_slice(&joined, text);
    return keep_text(arena, &joined, key);
}

static int find_growing(struct builder *b, uint32_t view, struct slice value, uint32_t *number)
{
    struct corpus *corpus = b->corpus;
    cleanup_buf struct buf folded = {0};
    struct slice key;

    if (!utf8_fold(&folded, value))
        buf_add_slice(&folded, value);
    if (folded.failed)
        return -ENOMEM;
    int err = view_key(&corpus->arena, corpus->views[view].name, buf_slice(&folded), &key);
    if (err)
        return err;
    struct map_slot *slot = map_put(&corpus->folded, key);
    if (!slot)
        return -ENOMEM;
    if (slot->value == NO_INDEX) {
        if (corpus->facet_count == CORPUS_MAX_FACETS)
            return -E2BIG;
        if (!array_reserve(&b->facets, corpus->facet_count, &b->facet_cap, sizeof *b->facets))
            return -ENOMEM;
        b->facets[corpus->facet_count] = (struct growing){.fold = key, .view = view};
        slot->value = corpus->facet_count++;
    }
    *number = slot->value;
    return 0;
}

static int find_spelling(struct builder *b, uint32_t view, struct slice value, uint32_t *number)
{
    struct slice key;
    int err = view_key(&b->scratch, b->corpus->views[view].name, value, &key);
    if (err)
        return err;
    struct map_slot *slot = map_put(&b->spellings, key);
    if (!slot)
        return -ENOMEM;
    if (slot->value == NO_INDEX) {
        if (!array_reserve(&b->spelling, b->spelling_count, &b->spelling_cap, sizeof *b->spelling))
            return -ENOMEM;
        struct spelling spelling = {.text = value};
        err = find_growing(b, view, value, &spelling.facet);
        if (err)
            return err;
        b->spelling[b->spelling_count] = spelling;
        slot->value = (uint32_t)b->spelling_count++;
    }
    *number = slot->value;
    return 0;
}

static int add_to_facet(struct growing *facet, uint32_t episode, uint32_t spelling)
{
    /* Episodes come in order, so one that is there already is the last. */
    if (facet->count && facet->episodes[facet->count - 1] == episode)
        return 0;
    if (!array_reserve(&facet->episodes, facet->count, &facet->cap, sizeof *facet->episodes) ||
        !array_reserve(&facet->spellings, facet->count, &facet->spelling_cap,
                       sizeof *facet->spellings))
        return -ENOMEM;
    facet->spellings[facet->count] = spelling;
    facet->episodes[facet->count++] = episode;
    return 0;
}

static int add_facts(struct builder *b, uint32_t episode)
{
    struct corpus *corpus = b->corpus;

    for (const struct fact *fact = b->files[episode].facts; fact; fact = fact->next) {
        uint32_t view, spelling;
        if (corpus->view_count == CORPUS_MAX_VIEWS && map_get(&b->views, fact->view) == NO_INDEX)
            continue; /* told when the limit was met */
        int err = find_view(b, fact->view, &view);
        if (!err)
            err = find_spelling(b, view, fact->value, &spelling);
        if (!err) {
            b->spelling[spelling].uses++;
            err = add_to_facet(&b->facets[b->spelling[spelling].facet], episode, spelling);
        }
        if (err)
            return err;
    }
    return 0;
}

/* The commonest spelling names a facet; of two as common, the one that sorts first. */
static void choose_spellings(struct builder *b)
{
    for (uint32_t i = 0; i < b->corpus->facet_count; i++)
        b->facets[i].best = NO_INDEX;
    for (uint32_t i = 0; i < b->spelling_count; i++) {
        struct growing *facet = &b->facets[b->spelling[i].facet];
        const struct spelling *best = facet->best == NO_INDEX ? NULL : &b->spelling[facet->best];
        const struct spelling *this = &b->spelling[i];
        if (!best || this->uses > best->uses ||
            (this->uses == best->uses && slice_compare(this->text, best->text) < 0))
            facet->best = i;
    }
}

static int finish_spellings(struct builder *b, const struct growing *growing, struct facet *facet)
{
    facet->spellings = ARENA_NEW(&b->corpus->arena, struct slice, growing->count);
    if (!facet->spellings)
        return -ENOMEM;
    for (uint32_t i = 0; i < growing->count; i++) {
        facet->spellings[i] = arena_copy(&b->corpus->arena,
                                         b->spelling[growing->spellings[i]].text);
        if (!facet->spellings[i].data)
            return -ENOMEM;
    }
    return 0;
}

static int finish_facet(struct builder *b, const struct growing *growing, struct facet *facet)
{
    struct corpus *corpus = b->corpus;
    struct view *view = &corpus->views[growing->view];
    struct buf name = {0};

    facet->view = growing->view;
    facet->value = arena_copy(&corpus->arena, b->spelling[growing->best].text);
    facet->episodes = ARENA_NEW(&corpus->arena, uint32_t, growing->count);
    if (!facet->value.data || !facet->episodes)
        return -ENOMEM;
    memcpy(facet->episodes, growing->episodes, growing->count * sizeof(uint32_t));
    facet->episode_count = growing->count;
    facet->hash = hash64(growing->fold, 2);
    for (uint32_t i = 0; i < growing->count; i++) {
        int64_t mtime = corpus->episodes[growing->episodes[i]].id.mtime;
        facet->mtime = mtime > facet->mtime ? mtime : facet->mtime;
    }
    view->mtime = facet->mtime > view->mtime ? facet->mtime : view->mtime;
    view->count++;
    corpus->entry_count += growing->count;
    if (b->keeps_spellings && finish_spellings(b, growing, facet))
        return -ENOMEM;
    name_of_value(&name, facet->value);
    return keep_text(&corpus->arena, &name, &facet->name);
}

static int by_view_name(const void *a, const void *b, void *corpus_)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->views[*(const uint32_t *)a].name,
                         corpus->views[*(const uint32_t *)b].name);
}

static int by_facet_name(const void *a, const void *b)
{
    const struct facet *x = a, *y = b;
    if (x->view != y->view)
        return x->view < y->view ? -1 : 1;
    int order = slice_compare(x->name, y->name);
    return order ? order : (x->hash > y->hash) - (x->hash < y->hash);
}

/* Two long values, one of which is written as the other would be cut. */
static int tell_facets_apart(struct corpus *corpus)
{
    int err = 0;
    for (bool all_differ = false; !all_differ && !err;) {
        all_differ = true;
        qsort(corpus->facets, corpus->facet_count, sizeof *corpus->facets, by_facet_name);
        for (uint32_t i = 1; i < corpus->facet_count && !err; i++) {
            const struct facet *one = &corpus->facets[i - 1];
            struct facet *two = &corpus->facets[i];
            if (one->view != two->view || !slice_equal(one->name, two->name))
                continue;
            struct buf name = {0};
            all_differ = false;
            name_tell_apart(&name, two->name, two->value);
            err = keep_text(&corpus->arena, &name, &two->name);
        }
    }
    return err;
}

/* Numbers the views and facets anew, in the order of their names. */
static int sort_views(struct builder *b)
{
    struct corpus *corpus = b->corpus;
    uint32_t *order = ARENA_NEW(&b->scratch, uint32_t, corpus->view_count);
    uint32_t *number = ARENA_NEW(&b->scratch, uint32_t, corpus->view_count);
    struct view *sorted = ARENA_NEW(&corpus->arena, struct view, corpus->view_count);
    if (!order || !number || !sorted)
        return -ENOMEM;
    for (uint32_t i = 0; i < corpus->view_count; i++)
        order[i] = i;
    qsort_r(order, corpus->view_count, sizeof *order, by_view_name, corpus);
    for (uint32_t i = 0; i < corpus->view_count; i++) {
        number[order[i]] = i;
        sorted[i] = corpus->views[order[i]];
        sorted[i].hash = hash64(sorted[i].name, 3);
    }
    corpus->views = sorted;
    for (uint32_t i = 0; i < corpus->facet_count; i++)
        corpus->facets[i].view = number[corpus->facets[i].view];

    int err = tell_facets_apart(corpus);
    for (uint32_t i = 0, first = 0; i < corpus->view_count; i++) {
        corpus->views[i].first = first;
        first += corpus->views[i].count;
    }
    return err;
}

/* The folded values lead to the facets under their new numbers. */
static int point_folds(struct builder *b)
{
    struct corpus *corpus = b->corpus;
    struct map numbers = {0};
    int err = 0;

    for (uint32_t i = 0; i < corpus->facet_count && !err; i++) {
        /* The hash tells the growing facet and the finished one to be the same. */
        struct slice key = {(const char *)&corpus->facets[i].hash, sizeof(uint64_t)};
        struct map_slot *slot = map_put(&numbers, key);
        if (slot)
            slot->value = i;
        else
            err = -ENOMEM;
    }
    for (size_t i = 0; i < corpus->folded.cap && !err; i++) {
        struct map_slot *slot = &corpus->folded.slots[i];
        if (!slot->key.data)
            continue;
        uint64_t hash = hash64(slot->key, 2);
        slot->value = map_get(&numbers, (struct slice){(const char *)&hash, sizeof hash});
    }
    map_free(&numbers);
    return err;
}

int build_views(struct builder *b)
{
    struct corpus *corpus = b->corpus;
    int err = 0;

    corpus->views = ARENA_NEW(&corpus->arena, struct view, CORPUS_MAX_VIEWS);
    if (!corpus->views)
        return -ENOMEM;
    for (uint32_t i = 0; i < corpus->episode_count && !err; i++)
        err = add_facts(b, corpus->by_entry[i]);
    if (err)
        return err;
    choose_spellings(b);
    corpus->facets = ARENA_NEW(&corpus->arena, struct facet, corpus->facet_count);
    if (!corpus->facets)
        return -ENOMEM;
    for (uint32_t i = 0; i < corpus->facet_count && !err; i++)
        err = finish_facet(b, &b->facets[i], &corpus->facets[i]);
    if (!err)
        err = sort_views(b);
    return err ? err : point_folds(b);
}

/* --- dates --------------------------------------------------------------------------------------
 */

static int by_code(const void *a, const void *b, void *rank)
{
    const struct dated *x = a, *y = b;
    const uint32_t *place = rank;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return place[x->episode] < place[y->episode] ? -1 : 1;
}

int build_dates(struct builder *b, const struct config *config)
{
    struct corpus *corpus = b->corpus;
    const struct view_rule *rule = config_view(config, SLICE("date"));
    uint32_t *rank = ARENA_NEW(&b->scratch, uint32_t, corpus->episode_count);

    corpus->dated = ARENA_NEW(&corpus->arena, struct dated, corpus->episode_count);
    if (!corpus->dated || !rank)
        return -ENOMEM;
    if (!rule || rule->view.len == 0)
        return 0;
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        uint32_t id = corpus->by_entry[i];
        const struct date *date = &corpus->episodes[id].date;
        rank[id] = i;
        if (date->year)
            corpus->dated[corpus->dated_count++] = (struct dated){
                date_code(date->year, date->month, date->day), id};
    }
    qsort_r(corpus->dated, corpus->dated_count, sizeof *corpus->dated, by_code, rank);
    corpus->entry_count += corpus->dated_count;
    if (corpus->dated_count)
        corpus->date_view = arena_copy(&corpus->arena, rule->view);
    return corpus->dated_count && !corpus->date_view.data ? -ENOMEM : 0;
}
