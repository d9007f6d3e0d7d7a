#include "corpus/views.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/filename.h"
#include "base/identity.h"
#include "corpus/episode.h"

/* An episode that is new in a facet, or changed in it. */
struct addition {
    uint32_t facet;
    uint32_t episode;
};

/* The state of views_next(). */
struct building {
    const struct views *old; /* never NULL: empty before the first */
    struct views *next;
    struct vocabulary *vocabulary;
    const struct episode *const *after;
    uint32_t episode_cap;
    struct txn *txn;
    bool *changed;      /* by episode */
    bool *touched;      /* by facet */
    bool *view_changed; /* by view: its facets or their names are others */
    bool *view_touched; /* by view: a facet in it was touched */
    struct addition *additions;
    size_t count, cap;
    uint32_t *added; /* the episodes of one facet */
};

/* --- the touched facets and views ------------------------------------------------------------- */

static void touch(struct building *b, uint32_t facet)
{
    b->touched[facet] = true;
    b->view_touched[b->vocabulary->values[facet].view] = true;
}

static int by_facet(const void *a, const void *b)
{
    const struct spelling *x = *(const struct spelling *const *)a;
    const struct spelling *y = *(const struct spelling *const *)b;
    return x->facet != y->facet ? (x->facet < y->facet ? -1 : 1) : slice_compare(x->text, y->text);
}

void facet_refs_sort(struct facet_refs *facet_refs)
{
    if (facet_refs->count)
        qsort(facet_refs->spellings, facet_refs->count, sizeof *facet_refs->spellings, by_facet);
}

uint32_t facet_refs_find(const struct facet_refs *facet_refs, uint32_t facet)
{
    uint32_t low = 0, high = facet_refs ? facet_refs->count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (facet_refs->spellings[middle]->facet < facet)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there = facet_refs && low < facet_refs->count &&
                    facet_refs->spellings[low]->facet == facet;
    return is_there ? low : NO_INDEX;
}

static int gather(struct building *b, const struct views_change *change)
{
    b->changed[change->episode] = true;
    for (uint32_t i = 0; change->before && i < change->before->count; i++)
        touch(b, change->before->spellings[i]->facet);
    for (uint32_t i = 0; change->after && i < change->after->count; i++) {
        const struct spelling *spelling = change->after->spellings[i];
        touch(b, spelling->facet);
        if (facet_refs_repeat(change->after, i))
            continue;
        if (!array_reserve(&b->additions, b->count, &b->cap, sizeof *b->additions))
            return -ENOMEM;
        b->additions[b->count++] = (struct addition){spelling->facet, change->episode};
    }
    return 0;
}

static void count_uses(const struct facet_refs *facet_refs, uint32_t by)
{
    for (uint32_t i = 0; facet_refs && i < facet_refs->count; i++)
        facet_refs->spellings[i]->uses += by;
}

/* Applies the changes to the vocabulary, or undoes them. */
static void enter_uses(const struct views_change *changes, size_t count, bool backwards)
{
    for (size_t i = 0; i < count; i++) {
        count_uses(backwards ? changes[i].after : changes[i].before, (uint32_t)-1);
        count_uses(backwards ? changes[i].before : changes[i].after, 1);
    }
}

/* --- facets ----------------------------------------------------------------------------------- */

static int by_entry(const void *episodes_, uint32_t a, uint32_t b)
{
    const struct episode *const *episodes = episodes_;
    return slice_compare(episodes[a]->entry, episodes[b]->entry);
}

static int by_facet_and_entry(const void *a, const void *b, void *episodes)
{
    const struct addition *x = a, *y = b;
    if (x->facet != y->facet)
        return x->facet < y->facet ? -1 : 1;
    return by_entry(episodes, x->episode, y->episode);
}

static const struct facet *make_facet(struct building *b, uint32_t number, struct slice name,
                                      const struct facet *like)
{
    struct facet *facet = txn_alloc(b->txn, 1, sizeof *facet + name.len + 1);
    if (!facet)
        return NULL;
    *facet = *like;
    memcpy(facet->text, name.data, name.len);
    facet->name = (struct slice){facet->text, name.len};
    facet->identity = b->vocabulary->values[number].identity;
    facet->view = b->vocabulary->values[number].view;
    return facet;
}

/* A facet keeps its name if its value is the same, else it gets its plain name. */
static int next_facet(struct building *b, uint32_t number, size_t first, size_t added_count)
{
    const struct facet *old = views_facet(b->old, number);
    struct facet facet = {.episode_count = 0};
    cleanup_buf struct buf name = {0};

    for (size_t i = 0; i < added_count; i++)
        b->added[i] = b->additions[first + i].episode;
    const struct list_change change = {
        .old = old ? old->episodes : NULL,
        .old_count = old ? old->episode_count : 0,
        .drop = b->changed,
        .added = b->added,
        .added_count = (uint32_t)added_count,
        .order = by_entry,
        .context = b->after,
    };
    facet.episodes = list_next(b->txn, &change, &facet.episode_count);
    txn_retire(b->txn, old);
    b->next->entry_count += facet.episode_count;
    b->next->entry_count -= old ? old->episode_count : 0;
    b->next->facet_count += facet.episode_count > 0;
    b->next->facet_count -= old != NULL;
    b->next->facets[number] = NULL;
    if (facet.episode_count) {
        const struct spelling *best = vocabulary_best(b->vocabulary, number);
        facet.value = best->text;
        if (old && slice_equal(old->value, facet.value))
            buf_add_slice(&name, old->name);
        else
            filename_of_value(&name, facet.value);
        b->next->facets[number] = name.failed ? NULL
                                              : make_facet(b, number, buf_slice(&name), &facet);
        if (!b->next->facets[number])
            return -ENOMEM;
    }
    const struct facet *now = b->next->facets[number];
    if (!old != !now || (old && !slice_equal(old->name, now->name)))
        b->view_changed[b->vocabulary->values[number].view] = true;
    return b->txn->failed ? -ENOMEM : 0;
}

static int next_facets(struct building *b)
{
    size_t at = 0;
    int err = 0;
    if (b->count)
        qsort_r(b->additions, b->count, sizeof *b->additions, by_facet_and_entry,
                (void *)(uintptr_t)b->after);
    for (uint32_t number = 0; number < b->next->facet_cap && !err; number++) {
        size_t first = at;
        if (!b->touched[number])
            continue;
        while (at < b->count && b->additions[at].facet == number)
            at++;
        err = next_facet(b, number, first, at - first);
    }
    return err;
}

/* --- views ------------------------------------------------------------------------------------ */

static int by_name(const void *views_, uint32_t a, uint32_t b)
{
    const struct views *views = views_;
    int order = slice_compare(views->facets[a]->name, views->facets[b]->name);
    return order ? order
                 : (views->facets[a]->identity > views->facets[b]->identity) -
                       (views->facets[a]->identity < views->facets[b]->identity);
}

static int by_name_of_pair(const void *a, const void *b, void *views)
{
    return by_name(views, *(const uint32_t *)a, *(const uint32_t *)b);
}

static int rename_facet(struct building *b, uint32_t number, const struct buf *name)
{
    const struct facet *old = b->next->facets[number];
    b->next->facets[number] = name->failed ? NULL : make_facet(b, number, buf_slice(name), old);
    if (!b->next->facets[number]) {
        b->next->facets[number] = old;
        return -ENOMEM;
    }
    txn_retire(b->txn, old);
    return 0;
}

/* Gives every facet its plain name. */
static int plain_names(struct building *b, const uint32_t *facets, uint32_t count)
{
    int err = 0;
    for (uint32_t i = 0; i < count && !err; i++) {
        cleanup_buf struct buf name = {0};
        filename_of_value(&name, b->next->facets[facets[i]]->value);
        if (!slice_equal(buf_slice(&name), b->next->facets[facets[i]]->name))
            err = rename_facet(b, facets[i], &name);
    }
    return err;
}

/* A long value, truncated, may have the same name as another value. */
static int disambiguate(struct building *b, uint32_t *facets, uint32_t count,
                        bool *is_disambiguated)
{
    int err = plain_names(b, facets, count);
    *is_disambiguated = false;
    bool all_differ = false;
    for (unsigned round = 0; !all_differ && !err; round++) {
        all_differ = true;
        qsort_r(facets, count, sizeof *facets, by_name_of_pair, b->next);
        for (uint32_t i = 1; i < count && !err; i++) {
            const struct facet *one = b->next->facets[facets[i - 1]];
            const struct facet *two = b->next->facets[facets[i]];
            cleanup_buf struct buf name = {0};
            if (!slice_equal(one->name, two->name))
                continue;
            all_differ = false;
            *is_disambiguated = true;
            filename_disambiguate(&name, two->name, FILENAME_MAX_BYTES, two->value, round, i);
            err = rename_facet(b, facets[i], &name);
        }
    }
    return err;
}

static bool has_twins(const struct views *views, const uint32_t *facets, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (slice_equal(views->facets[facets[i - 1]]->name, views->facets[facets[i]]->name))
            return true;
    }
    return false;
}

/* Lists the facets of a view in this generation, by name. */
static int list_facets(struct building *b, uint32_t number, const struct view *old,
                       struct view *view)
{
    cleanup_free uint32_t *facets = malloc((b->next->facet_cap + (size_t)1) * sizeof *facets);
    if (!facets)
        return -ENOMEM;
    for (uint32_t i = 0; i < b->next->facet_cap; i++) {
        if (b->next->facets[i] && b->next->facets[i]->view == number)
            facets[view->count++] = i;
    }
    qsort_r(facets, view->count, sizeof *facets, by_name_of_pair, b->next);
    if ((old && old->is_disambiguated) || has_twins(b->next, facets, view->count)) {
        int err = disambiguate(b, facets, view->count, &view->is_disambiguated);
        if (err)
            return err;
    }
    txn_retire(b->txn, old ? old->facets : NULL);
    uint32_t *kept = view->count ? txn_alloc(b->txn, view->count, sizeof *kept) : NULL;
    if (kept)
        memcpy(kept, facets, view->count * sizeof *kept);
    view->facets = kept;
    return view->count && !kept ? -ENOMEM : 0;
}

static int next_view(struct building *b, uint32_t number)
{
    const struct view *old = views_view(b->old, number);
    struct view view = {.name = b->vocabulary->views.strings[number]};

    view.identity = identity_of(IDENTITY_VIEW, view.name);
    if (b->view_changed[number]) {
        int err = list_facets(b, number, old, &view);
        if (err)
            return err;
    } else {
        view.count = old->count;
        view.facets = old->facets;
        view.is_disambiguated = old->is_disambiguated;
    }
    txn_retire(b->txn, old);
    b->next->views[number] = NULL;
    if (view.count == 0)
        return 0;
    struct view *made = txn_alloc(b->txn, 1, sizeof *made);
    if (!made)
        return -ENOMEM;
    *made = view;
    b->next->views[number] = made;
    return 0;
}

static int by_view_name(const void *a, const void *b, void *views_)
{
    const struct views *views = views_;
    return slice_compare(views->views[*(const uint32_t *)a]->name,
                         views->views[*(const uint32_t *)b]->name);
}

static int order_views(struct building *b)
{
    struct views *next = b->next;
    uint32_t *order = txn_alloc(b->txn, next->view_cap, sizeof *order);
    if (!order)
        return -ENOMEM;
    for (uint32_t i = 0; i < next->view_cap; i++) {
        if (next->views[i])
            order[next->view_count++] = i;
    }
    qsort_r(order, next->view_count, sizeof *order, by_view_name, next);
    txn_retire(b->txn, b->old->order);
    next->order = order;
    return 0;
}

static int next_views(struct building *b)
{
    int err = 0;
    for (uint32_t number = 0; number < b->next->view_cap && !err; number++) {
        if (b->view_touched[number])
            err = next_view(b, number);
    }
    return err ? err : order_views(b);
}

/* --- views_next() ----------------------------------------------------------------------------- */

static int allocate(struct building *b)
{
    struct views *next = b->next;
    size_t episodes = b->episode_cap;

    next->view_cap = (uint32_t)b->vocabulary->views.count;
    next->facet_cap = (uint32_t)b->vocabulary->folded.count;
    next->views = pointers_grown(b->old->views, b->old->view_cap, next->view_cap);
    next->facets = pointers_grown(b->old->facets, b->old->facet_cap, next->facet_cap);
    b->changed = calloc(episodes + 1, sizeof(bool));
    b->touched = calloc(next->facet_cap + (size_t)1, sizeof(bool));
    b->view_changed = calloc(next->view_cap + (size_t)1, sizeof(bool));
    b->view_touched = calloc(next->view_cap + (size_t)1, sizeof(bool));
    b->added = calloc(episodes + 1, sizeof *b->added);
    return next->views && next->facets && b->changed && b->touched && b->view_changed &&
                   b->view_touched && b->added
               ? 0
               : -ENOMEM;
}

int views_next(const struct views_step *step, struct views *next)
{
    static const struct views nothing;
    struct building b = {.old = step->old ? step->old : &nothing,
                         .next = next,
                         .vocabulary = step->vocabulary,
                         .after = step->after,
                         .episode_cap = step->episode_cap,
                         .txn = step->txn};

    *next = (struct views){.facet_count = b.old->facet_count,
                           .entry_count = b.old->entry_count,
                           .vocabulary = step->vocabulary};
    int err = allocate(&b);
    for (size_t i = 0; i < step->count && !err; i++)
        err = gather(&b, &step->changes[i]);
    if (!err) {
        enter_uses(step->changes, step->count, false);
        err = next_facets(&b);
        if (!err)
            err = next_views(&b);
        if (!err && step->txn->failed)
            err = -ENOMEM;
        if (err)
            enter_uses(step->changes, step->count, true);
    }
    free(b.changed);
    free(b.touched);
    free(b.view_changed);
    free(b.view_touched);
    free(b.added);
    free(b.additions);
    return err;
}

void views_release(struct views *views)
{
    free(views->views);
    free(views->facets);
    views->views = NULL;
    views->facets = NULL;
}

void views_free_all(struct views *views)
{
    for (uint32_t i = 0; i < views->facet_cap; i++) {
        if (views->facets[i])
            block_free(views->facets[i]->episodes);
        block_free(views->facets[i]);
    }
    for (uint32_t i = 0; i < views->view_cap; i++) {
        if (views->views[i])
            block_free(views->views[i]->facets);
        block_free(views->views[i]);
    }
    block_free(views->order);
    views_release(views);
}

/* --- finding ---------------------------------------------------------------------------------- */

/* The index of the first facet whose name is not less than `name`; if `behind`, greater. */
static uint32_t index_of(const struct views *views, const struct view *view, struct slice name,
                         bool behind)
{
    uint32_t low = 0, high = view->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slice_compare(views->facets[view->facets[middle]]->name, name) < behind)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t views_find(const struct views *views, uint32_t view, struct slice name)
{
    const struct view *in = views->views[view];
    uint32_t index = index_of(views, in, name, false);
    if (index == in->count || !slice_equal(views->facets[in->facets[index]]->name, name))
        return NO_INDEX;
    return in->facets[index];
}

uint32_t views_facet_behind(const struct views *views, uint32_t view, struct slice name)
{
    return index_of(views, views->views[view], name, true);
}

uint32_t views_order_behind(const struct views *views, struct slice name)
{
    uint32_t index = 0;
    while (index < views->view_count &&
           slice_compare(views->views[views->order[index]]->name, name) <= 0)
        index++;
    return index;
}

uint32_t views_find_spelling(const struct views *views, uint32_t view, struct slice name)
{
    cleanup_buf struct buf value = {0};
    if (!filename_to_value(&value, name) || value.failed)
        return NO_INDEX;
    uint32_t facet = vocabulary_find(views->vocabulary, views->views[view]->name,
                                     buf_slice(&value));
    return facet != NO_INDEX && views_facet(views, facet) ? facet : NO_INDEX;
}
