#include "corpus/corpus.h"

#include <stdlib.h>

#include "base/filename.h"

/* A search for a key in a sorted list. */
struct search {
    const struct corpus *corpus;
    const uint32_t *ids;
    struct slice name;
    uint32_t code;
};

typedef int compare_fn(const struct search *search, uint32_t id);

/* The first index in [low, high) whose element is not less than the key; if `behind` is 1, greater
 * than the key. */
static uint32_t lower_bound(uint32_t low, uint32_t high, compare_fn *compare,
                            const struct search *search, int behind)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(search, search->ids[middle]) < behind)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The index of the element that equals the key, or NO_INDEX. */
static uint32_t find_index(uint32_t low, uint32_t high, compare_fn *compare,
                           const struct search *search)
{
    uint32_t index = lower_bound(low, high, compare, search, 0);
    return index < high && compare(search, search->ids[index]) == 0 ? index : NO_INDEX;
}

static int compare_path(const struct search *s, uint32_t id)
{
    return slice_compare(s->corpus->episodes[id]->path, s->name);
}

static int compare_base(const struct search *s, uint32_t id)
{
    return slice_compare(s->corpus->episodes[id]->base, s->name);
}

static int compare_folder(const struct search *s, uint32_t id)
{
    return slice_compare(s->corpus->folders[id]->base, s->name);
}

static int compare_entry(const struct search *s, uint32_t id)
{
    return slice_compare(s->corpus->episodes[id]->entry, s->name);
}

static int compare_date(const struct search *s, uint32_t id)
{
    uint32_t code = code_of_date(&s->corpus->episodes[id]->head.date);
    return (code > s->code) - (code < s->code);
}

uint32_t corpus_place(const struct corpus *corpus, struct slice path)
{
    const struct search search = {.corpus = corpus, .ids = corpus->by_path, .name = path};
    return find_index(0, corpus->episode_count, compare_path, &search);
}

uint32_t corpus_find_path(const struct corpus *corpus, struct slice path)
{
    uint32_t index = corpus_place(corpus, path);
    return index == NO_INDEX ? NO_INDEX : corpus->by_path[index];
}

uint32_t corpus_find_folder_path(const struct corpus *corpus, struct slice path)
{
    uint32_t number = 0;
    struct slice part;
    while (path.len && number != NO_INDEX && slice_take(&path, '/', &part)) {
        cleanup_buf struct buf base = {0};
        filename_of_value(&base, part);
        number = corpus_find_folder(corpus, corpus->folders[number], buf_slice(&base));
    }
    return number;
}

/* The first stray for which `compare` is not less than 0; `compare` grows along the list. */
static uint32_t first_stray(const struct corpus *corpus, struct slice name,
                            int (*compare)(struct slice path, struct slice name))
{
    uint32_t low = 0, high = corpus->stray_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(corpus->strays[middle]->path, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct stray *corpus_find_stray(const struct corpus *corpus, struct slice path)
{
    uint32_t index = first_stray(corpus, path, slice_compare);
    bool is_it = index < corpus->stray_count && slice_equal(corpus->strays[index]->path, path);
    return is_it ? corpus->strays[index] : NULL;
}

/* Less than 0 for paths that sort before all paths below a folder. */
static int below(struct slice path, struct slice folder)
{
    int order = slice_compare(slice_head(path, folder.len), folder);
    if (order)
        return order;
    return path.len == folder.len ? -1 : (unsigned char)path.data[folder.len] < '/' ? -1 : 0;
}

uint32_t corpus_first_stray_below(const struct corpus *corpus, struct slice folder)
{
    return folder.len ? first_stray(corpus, folder, below) : 0;
}

static int compare_below(const struct search *s, uint32_t id)
{
    return below(s->corpus->episodes[id]->path, s->name);
}

uint32_t corpus_first_below(const struct corpus *corpus, struct slice folder)
{
    const struct search search = {.corpus = corpus, .ids = corpus->by_path, .name = folder};
    return folder.len ? lower_bound(0, corpus->episode_count, compare_below, &search, 0) : 0;
}

uint32_t corpus_find_episode(const struct corpus *corpus, const struct folder *folder,
                             struct slice base)
{
    const struct search search = {.corpus = corpus, .ids = folder->episodes, .name = base};
    uint32_t index = find_index(0, folder->episode_count, compare_base, &search);
    return index == NO_INDEX ? NO_INDEX : folder->episodes[index];
}

uint32_t corpus_find_folder(const struct corpus *corpus, const struct folder *folder,
                            struct slice base)
{
    const struct search search = {.corpus = corpus, .ids = folder->folders, .name = base};
    uint32_t index = find_index(0, folder->folder_count, compare_folder, &search);
    return index == NO_INDEX ? NO_INDEX : folder->folders[index];
}

uint32_t corpus_find_entry(const struct corpus *corpus, const uint32_t *ids, uint32_t count,
                           struct slice entry)
{
    const struct search search = {.corpus = corpus, .ids = ids, .name = entry};
    return find_index(0, count, compare_entry, &search);
}

uint32_t corpus_find_date(const struct corpus *corpus, uint32_t code)
{
    const struct search search = {.corpus = corpus, .ids = corpus->dated, .code = code};
    return lower_bound(0, corpus->dated_count, compare_date, &search, 0);
}

uint32_t corpus_episode_behind(const struct corpus *corpus, const struct folder *folder,
                               struct slice base)
{
    const struct search search = {.corpus = corpus, .ids = folder->episodes, .name = base};
    return lower_bound(0, folder->episode_count, compare_base, &search, 1);
}

uint32_t corpus_folder_behind(const struct corpus *corpus, const struct folder *folder,
                              struct slice base)
{
    const struct search search = {.corpus = corpus, .ids = folder->folders, .name = base};
    return lower_bound(0, folder->folder_count, compare_folder, &search, 1);
}

uint32_t corpus_entry_behind(const struct corpus *corpus, const uint32_t *ids, uint32_t count,
                             struct slice entry)
{
    const struct search search = {.corpus = corpus, .ids = ids, .name = entry};
    return lower_bound(0, count, compare_entry, &search, 1);
}

bool corpus_has(const struct corpus *corpus, const char *folder)
{
    return strcmp(folder, "index") == 0      ? corpus_shown_count(corpus) > 0
           : strcmp(folder, "original") == 0 ? corpus->original_count > 0
                                             : corpus->silent_count < corpus_shown_count(corpus);
}

/* --- the end of a generation ------------------------------------------------------------------ */

void corpus_release(struct corpus *corpus)
{
    if (!corpus)
        return;
    blocks_free(&corpus->retired);
    free(corpus->episodes);
    free(corpus->folders);
    free(corpus->strays);
    free(corpus->stray_is_private);
    views_release(&corpus->views);
    free(corpus);
}

void corpus_free_last(struct corpus *corpus)
{
    if (!corpus)
        return;
    for (uint32_t i = 0; i < corpus->episode_cap; i++) {
        if (corpus->episodes[i])
            block_free(corpus->episodes[i]->facet_refs);
        block_free(corpus->episodes[i]);
    }
    for (uint32_t i = 0; i < corpus->folder_cap; i++) {
        if (!corpus->folders[i])
            continue;
        block_free(corpus->folders[i]->episodes);
        block_free(corpus->folders[i]->folders);
        block_free(corpus->folders[i]);
    }
    for (uint32_t i = 0; i < corpus->stray_count; i++)
        block_free(corpus->strays[i]);
    block_free(corpus->by_path);
    block_free(corpus->by_entry);
    block_free(corpus->dated);
    views_free_all(&corpus->views);
    corpus_release(corpus);
}
