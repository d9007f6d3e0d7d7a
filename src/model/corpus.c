#include "model/corpus.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "model/names.h"

void corpus_free(struct corpus *corpus)
{
    if (!corpus)
        return;
    free(corpus->folders);
    map_free(&corpus->folded);
    arena_free(&corpus->arena);
    free(corpus);
}

/* --- finding ------------------------------------------------------------------------------------
 */

/* What is looked for in a run of sorted things, and among what. */
struct search {
    const struct corpus *corpus;
    const uint32_t *ids; /* NULL: the things themselves are in order */
    struct slice name;
    uint32_t code;
};

typedef int compare_fn(const struct search *search, uint32_t i);

/* The first place in [low, high) that does not stand before what is looked for. */
static uint32_t lower_bound(uint32_t low, uint32_t high, compare_fn *compare,
                            const struct search *search)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(search, middle) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The place of exactly what is looked for, or NO_INDEX. */
static uint32_t find_place(uint32_t low, uint32_t high, compare_fn *compare,
                           const struct search *search)
{
    uint32_t place = lower_bound(low, high, compare, search);
    return place < high && compare(search, place) == 0 ? place : NO_INDEX;
}

static int compare_base(const struct search *s, uint32_t i)
{
    return slice_compare(s->corpus->episodes[s->ids[i]].base, s->name);
}

static int compare_folder(const struct search *s, uint32_t i)
{
    return slice_compare(s->corpus->folders[s->ids[i]].base, s->name);
}

static int compare_entry(const struct search *s, uint32_t i)
{
    return slice_compare(s->corpus->episodes[s->ids[i]].entry, s->name);
}

static int compare_facet(const struct search *s, uint32_t i)
{
    return slice_compare(s->corpus->facets[i].name, s->name);
}

static int compare_date(const struct search *s, uint32_t i)
{
    uint32_t code = s->corpus->dated[i].code;
    return (code > s->code) - (code < s->code);
}

static int compare_dated(const struct search *s, uint32_t i)
{
    return slice_compare(s->corpus->episodes[s->corpus->dated[i].episode].entry, s->name);
}

uint32_t corpus_find_episode(const struct corpus *corpus, const struct folder *folder,
                             struct slice base)
{
    const struct search search = {.corpus = corpus, .ids = folder->episodes, .name = base};
    uint32_t place = find_place(0, folder->episode_count, compare_base, &search);
    return place == NO_INDEX ? NO_INDEX : folder->episodes[place];
}

uint32_t corpus_find_folder(const struct corpus *corpus, const struct folder *folder,
                            struct slice base)
{
    const struct search search = {.corpus = corpus, .ids = folder->folders, .name = base};
    uint32_t place = find_place(0, folder->folder_count, compare_folder, &search);
    return place == NO_INDEX ? NO_INDEX : folder->folders[place];
}

uint32_t corpus_find_facet(const struct corpus *corpus, uint32_t view, struct slice name)
{
    const struct view *in = &corpus->views[view];
    const struct search search = {.corpus = corpus, .name = name};
    return find_place(in->first, in->first + in->count, compare_facet, &search);
}

uint32_t corpus_find_entry(const struct corpus *corpus, const uint32_t *ids, uint32_t count,
                           struct slice entry)
{
    const struct search search = {.corpus = corpus, .ids = ids, .name = entry};
    return find_place(0, count, compare_entry, &search);
}

uint32_t corpus_find_date(const struct corpus *corpus, uint32_t code)
{
    const struct search search = {.corpus = corpus, .code = code};
    return lower_bound(0, corpus->dated_count, compare_date, &search);
}

uint32_t corpus_find_dated(const struct corpus *corpus, uint32_t code, struct slice entry)
{
    const struct search search = {.corpus = corpus, .name = entry};
    return find_place(corpus_find_date(corpus, code), corpus_find_date(corpus, code + 1),
                      compare_dated, &search);
}

uint32_t corpus_find_spelling(const struct corpus *corpus, uint32_t view, struct slice name)
{
    cleanup_buf struct buf value = {0}, key = {0};

    if (!name_to_value(&value, name))
        return NO_INDEX;
    buf_add_slice(&key, corpus->views[view].name);
    buf_add_byte(&key, '\0');
    if (!utf8_fold(&key, slice_trim(buf_slice(&value))) || key.failed)
        return NO_INDEX;
    return map_get(&corpus->folded, buf_slice(&key));
}
