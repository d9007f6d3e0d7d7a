#include "model/corpus.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "model/names.h"

/* A facet while it grows. */
struct growing {
    struct slice fold; /* view and folded value: the key of corpus->folded */
    uint32_t view;
    uint32_t best;  /* the commonest spelling so far, once counted */
    uint32_t *episodes;
    uint32_t count;
    size_t cap;
};

/* One way of writing a value of a view. */
struct spelling {
    struct slice text;
    uint32_t facet;
    uint32_t uses;
};

/* What is needed while building, and not after. */
struct builder {
    struct corpus *corpus;
    const struct scanned *files; /* in the order of the episodes */
    struct arena scratch;
    struct map taken;     /* folder number and name: what stands in episodes/ */
    struct map paths;     /* folder on disk -> number */
    struct map views;     /* name -> number */
    struct map spellings; /* view and value -> number */
    struct growing *facets;
    size_t facet_cap;
    struct spelling *spelling;
    size_t spelling_count, spelling_cap;
    size_t folder_cap;
};

static void builder_free(struct builder *b)
{
    for (uint32_t i = 0; i < b->corpus->facet_count && b->facets; i++)
        free(b->facets[i].episodes);
    free(b->facets);
    free(b->spelling);
    map_free(&b->taken);
    map_free(&b->paths);
    map_free(&b->views);
    map_free(&b->spellings);
    arena_free(&b->scratch);
}

/* A copy of a buffer in an arena; the buffer is freed. */
static int keep(struct arena *arena, struct buf *buf, struct slice *kept)
{
    *kept = buf->failed ? (struct slice){0} : arena_copy(arena, buf_slice(buf));
    buf_free(buf);
    return kept->data ? 0 : -ENOMEM;
}

/* --- folders and names ------------------------------------------------------------------------- */

/* "12/name": a name in the folder of that number. */
static int taken_slot(struct builder *b, uint32_t folder, struct slice name, const char *suffix,
                      struct map_slot **slot)
{
    struct buf key = {0};
    struct slice kept;

    buf_printf(&key, "%u/", (unsigned)folder);
    buf_add_slice(&key, name);
    buf_add_text(&key, suffix);
    int err = keep(&b->scratch, &key, &kept);
    if (err)
        return err;
    *slot = map_put(&b->taken, kept);
    return *slot ? 0 : -ENOMEM;
}

static int is_taken(struct builder *b, uint32_t folder, struct slice name, const char *suffix,
                    bool *taken)
{
    struct buf key = {0};

    buf_printf(&key, "%u/", (unsigned)folder);
    buf_add_slice(&key, name);
    buf_add_text(&key, suffix);
    *taken = !key.failed && map_get(&b->taken, buf_slice(&key)) != NO_INDEX;
    int err = key.failed ? -ENOMEM : 0;
    buf_free(&key);
    return err;
}

static int take_name(struct builder *b, uint32_t folder, struct slice name)
{
    struct map_slot *slot;
    int err = taken_slot(b, folder, name, "", &slot);
    if (!err)
        slot->value = 0;
    return err;
}

static struct slice last_part(struct slice path)
{
    const char *slash = path.len ? memrchr(path.data, '/', path.len) : NULL;
    return slash ? slice_skip(path, (size_t)(slash - path.data) + 1) : path;
}

static struct slice parent_path(struct slice path)
{
    size_t base = last_part(path).len;
    return slice_head(path, path.len > base ? path.len - base - 1 : 0);
}

/* "folder/base", or "base" in the root. */
static int join_name(struct arena *arena, struct slice folder, struct slice base,
                     struct slice *name)
{
    struct buf joined = {0};
    buf_add_slice(&joined, folder);
    if (folder.len)
        buf_add_byte(&joined, '/');
    buf_add_slice(&joined, base);
    return keep(arena, &joined, name);
}

static int add_folder(struct builder *b, struct slice path, uint32_t parent, uint32_t *number)
{
    struct corpus *corpus = b->corpus;
    int err = 0;
    if (!array_reserve(&corpus->folders, corpus->folder_count, &b->folder_cap,
                       sizeof *corpus->folders))
        return -ENOMEM;

    struct folder folder = {.parent = parent};
    folder.path = arena_copy(&corpus->arena, path);
    if (!folder.path.data)
        return -ENOMEM;
    if (path.len) {
        struct buf base = {0};
        const struct folder *above = &corpus->folders[parent];
        name_of_value(&base, last_part(path));
        err = keep(&corpus->arena, &base, &folder.base);
        if (!err)
            err = join_name(&corpus->arena, above->name, folder.base, &folder.name);
        if (!err)
            err = take_name(b, parent, folder.base);
        if (err)
            return err;
        folder.depth = above->depth + 1;
    }
    folder.hash = hash64(folder.path, 1);
    struct map_slot *slot = path.len ? map_put(&b->paths, folder.path) : NULL;
    if (path.len && !slot)
        return -ENOMEM;
    if (slot)
        slot->value = corpus->folder_count;
    *number = corpus->folder_count;
    corpus->folders[corpus->folder_count++] = folder;
    return 0;
}

/* The folder at `path`, made with those above it where it is new. Not by recursion: a path has as
 * many parts as somebody likes. */
static int find_folder(struct builder *b, struct slice path, uint32_t *number)
{
    uint32_t parent = 0;
    struct slice rest = path, part;

    *number = path.len ? map_get(&b->paths, path) : 0;
    if (*number != NO_INDEX)
        return 0;
    while (slice_take(&rest, '/', &part)) {
        struct slice upto = {path.data, (size_t)(part.data - path.data) + part.len};
        *number = map_get(&b->paths, upto);
        int err = *number == NO_INDEX ? add_folder(b, upto, parent, number) : 0;
        if (err)
            return err;
        parent = *number;
    }
    return 0;
}

/* Whether an episode may have this name: nothing else has it, and text/<name>.txt is free too. */
static int is_free(struct builder *b, uint32_t folder, struct slice name, bool *is_free_name)
{
    bool taken = false, text_taken = false;
    int err = is_taken(b, folder, name, "", &taken);
    if (!err)
        err = is_taken(b, folder, name, ".txt", &text_taken);
    *is_free_name = !taken && !text_taken && name.len + 4 <= NAME_MAX_BYTES;
    return err;
}

static struct slice without_extension(struct slice file)
{
    const char *dot = memrchr(file.data, '.', file.len);
    return dot ? slice_head(file, (size_t)(dot - file.data)) : file;
}

/* The name without the extension; where that is taken, with it; where that is too, with a hash. */
static int name_episode(struct builder *b, struct episode *episode)
{
    struct slice file = last_part(episode->path);
    const struct slice candidates[] = {without_extension(file), file};
    bool found = false;
    int err = 0;

    for (size_t i = 0; i < 2 && !found && !err; i++) {
        struct buf name = {0};
        name_of_value(&name, candidates[i]);
        err = keep(&b->corpus->arena, &name, &episode->base);
        if (!err)
            err = is_free(b, episode->folder, episode->base, &found);
    }
    if (!err && !found) {
        cleanup_buf struct buf escaped = {0};
        struct buf name = {0};
        name_of_value(&escaped, file);
        /* Four bytes less: ".txt" has to fit behind it in text/. */
        name_tell_apart(&name, slice_head(buf_slice(&escaped), NAME_MAX_BYTES - 13), episode->path);
        err = escaped.failed ? -ENOMEM : keep(&b->corpus->arena, &name, &episode->base);
    }
    if (!err)
        err = take_name(b, episode->folder, episode->base);
    return err ? err
               : join_name(&b->corpus->arena, b->corpus->folders[episode->folder].name,
                           episode->base, &episode->name);
}

static bool has_plain_extension(const struct episode *episode)
{
    return slice_ends(episode->path, SLICE(".md"));
}

static int make_folders(struct builder *b)
{
    struct corpus *corpus = b->corpus;
    uint32_t root;
    int err = add_folder(b, SLICE(""), 0, &root);

    for (uint32_t i = 0; i < corpus->episode_count && !err; i++) {
        struct episode *episode = &corpus->episodes[i];
        err = find_folder(b, parent_path(episode->path), &episode->folder);
    }
    /* A plain `.md` has the first choice of name, whatever order the files come in. */
    for (int plain = 1; plain >= 0; plain--) {
        for (uint32_t i = 0; i < corpus->episode_count && !err; i++) {
            if (has_plain_extension(&corpus->episodes[i]) == plain)
                err = name_episode(b, &corpus->episodes[i]);
        }
    }
    return err;
}

static int by_base(const void *a, const void *b, void *corpus_)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->episodes[*(const uint32_t *)a].base,
                         corpus->episodes[*(const uint32_t *)b].base);
}

static int by_folder_base(const void *a, const void *b, void *corpus_)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->folders[*(const uint32_t *)a].base,
                         corpus->folders[*(const uint32_t *)b].base);
}

static void note_time(struct corpus *corpus, uint32_t folder, int64_t mtime)
{
    for (;; folder = corpus->folders[folder].parent) {
        if (corpus->folders[folder].mtime < mtime)
            corpus->folders[folder].mtime = mtime;
        if (folder == 0)
            return;
    }
}

static int fill_folders(struct corpus *corpus)
{
    for (uint32_t i = 1; i < corpus->folder_count; i++)
        corpus->folders[corpus->folders[i].parent].folder_count++;
    for (uint32_t i = 0; i < corpus->episode_count; i++)
        corpus->folders[corpus->episodes[i].folder].episode_count++;
    for (uint32_t i = 0; i < corpus->folder_count; i++) {
        struct folder *folder = &corpus->folders[i];
        folder->folders = ARENA_NEW(&corpus->arena, uint32_t, folder->folder_count);
        folder->episodes = ARENA_NEW(&corpus->arena, uint32_t, folder->episode_count);
        if (!folder->folders || !folder->episodes)
            return -ENOMEM;
        folder->folder_count = folder->episode_count = 0;
    }
    for (uint32_t i = 1; i < corpus->folder_count; i++) {
        struct folder *parent = &corpus->folders[corpus->folders[i].parent];
        parent->folders[parent->folder_count++] = i;
    }
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        struct folder *parent = &corpus->folders[corpus->episodes[i].folder];
        parent->episodes[parent->episode_count++] = i;
        note_time(corpus, corpus->episodes[i].folder, corpus->episodes[i].id.mtime);
    }
    for (uint32_t i = 0; i < corpus->folder_count; i++) {
        struct folder *folder = &corpus->folders[i];
        qsort_r(folder->folders, folder->folder_count, sizeof(uint32_t), by_folder_base, corpus);
        qsort_r(folder->episodes, folder->episode_count, sizeof(uint32_t), by_base, corpus);
    }
    return 0;
}

/* --- entries ------------------------------------------------------------------------------------ */

static int by_entry(const void *a, const void *b, void *corpus_)
{
    const struct corpus *corpus = corpus_;
    const struct episode *x = &corpus->episodes[*(const uint32_t *)a];
    const struct episode *y = &corpus->episodes[*(const uint32_t *)b];
    int order = slice_compare(x->entry, y->entry);
    return order ? order : slice_compare(x->path, y->path);
}

static int tell_entry_apart(struct corpus *corpus, struct episode *episode)
{
    struct buf entry = {0};
    name_tell_apart(&entry, episode->entry, episode->path);
    return keep(&corpus->arena, &entry, &episode->entry);
}

static int name_entries(struct corpus *corpus, const struct corpus_options *options)
{
    int err = 0;

    corpus->by_entry = ARENA_NEW(&corpus->arena, uint32_t, corpus->episode_count);
    if (!corpus->by_entry)
        return -ENOMEM;
    for (uint32_t i = 0; i < corpus->episode_count && !err; i++) {
        struct episode *episode = &corpus->episodes[i];
        const struct date none = {0};
        struct buf entry = {0};
        name_of_entry(&entry, options->bare_entries ? &none : &episode->date,
                      options->bare_entries ? SLICE("") : episode->title, episode->name);
        err = keep(&corpus->arena, &entry, &episode->entry);
        corpus->by_entry[i] = i;
    }
    /* a/b--c and a--b/c join to one name: both get a hash of their path, until all differ. */
    for (bool all_differ = false; !all_differ && !err;) {
        all_differ = true;
        qsort_r(corpus->by_entry, corpus->episode_count, sizeof(uint32_t), by_entry, corpus);
        for (uint32_t i = 1; i < corpus->episode_count && !err; i++) {
            struct episode *one = &corpus->episodes[corpus->by_entry[i - 1]];
            struct episode *two = &corpus->episodes[corpus->by_entry[i]];
            if (!slice_equal(one->entry, two->entry))
                continue;
            all_differ = false;
            err = tell_entry_apart(corpus, two);
        }
    }
    return err;
}

/* --- views and facets --------------------------------------------------------------------------- */

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
    return keep(arena, &joined, key);
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
        if (!array_reserve(&b->spelling, b->spelling_count, &b->spelling_cap,
                           sizeof *b->spelling))
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

static int add_to_facet(struct growing *facet, uint32_t episode)
{
    /* Episodes come in order, so one that is there already is the last. */
    if (facet->count && facet->episodes[facet->count - 1] == episode)
        return 0;
    if (!array_reserve(&facet->episodes, facet->count, &facet->cap, sizeof *facet->episodes))
        return -ENOMEM;
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
            err = add_to_facet(&b->facets[b->spelling[spelling].facet], episode);
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
    name_of_value(&name, facet->value);
    return keep(&corpus->arena, &name, &facet->name);
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
            err = keep(&corpus->arena, &name, &two->name);
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

static int make_views(struct builder *b)
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

static int by_code(const void *a, const void *b, void *rank)
{
    const struct dated *x = a, *y = b;
    const uint32_t *place = rank;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return place[x->episode] < place[y->episode] ? -1 : 1;
}

static int make_dates(struct builder *b, const struct config *config)
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
            corpus->dated[corpus->dated_count++] =
                (struct dated){date_code(date->year, date->month, date->day), id};
    }
    qsort_r(corpus->dated, corpus->dated_count, sizeof *corpus->dated, by_code, rank);
    corpus->entry_count += corpus->dated_count;
    if (corpus->dated_count)
        corpus->date_view = arena_copy(&corpus->arena, rule->view);
    return corpus->dated_count && !corpus->date_view.data ? -ENOMEM : 0;
}

/* --- all of it ---------------------------------------------------------------------------------- */

static int keep_problems(struct corpus *corpus, const struct scanned *files, size_t count)
{
    size_t all = 0;
    for (size_t i = 0; i < count; i++) {
        for (const struct diag *diag = files[i].problems; diag; diag = diag->next)
            all++;
    }
    corpus->problems = ARENA_NEW(&corpus->arena, struct problem, all);
    if (!corpus->problems)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct slice path = arena_copy(&corpus->arena, files[i].path);
        for (const struct diag *diag = files[i].problems; diag; diag = diag->next) {
            struct problem *problem = &corpus->problems[corpus->problem_count++];
            *problem = (struct problem){path, diag->line, diag->column,
                                        arena_copy(&corpus->arena, diag->problem),
                                        arena_copy(&corpus->arena, diag->action)};
            if (!path.data || !problem->what.data || !problem->action.data)
                return -ENOMEM;
        }
    }
    return 0;
}

static int add_episode(struct corpus *corpus, const struct scanned *file)
{
    struct episode *episode = &corpus->episodes[corpus->episode_count++];
    const int64_t state[] = {file->id.size, file->id.mtime};

    *episode = (struct episode){
        .path = arena_copy(&corpus->arena, file->path),
        .title = arena_copy(&corpus->arena, file->title),
        .date = file->date,
        .id = file->id,
        .hash = hash64(file->path, 0),
        .body = file->body,
        .body_line = file->body_line,
        .has_front = file->has_front,
        .has_body = file->has_body,
    };
    corpus->silent_count += !file->has_body;
    corpus->bytes += (uint64_t)file->id.size;
    corpus->mtime = file->id.mtime > corpus->mtime ? file->id.mtime : corpus->mtime;
    corpus->hash ^= hash64((struct slice){(const char *)state, sizeof state}, episode->hash);
    return episode->path.data && episode->title.data ? 0 : -ENOMEM;
}

/* Episodes first, so that a file and its episode have the same number. */
static int by_path(const void *a, const void *b)
{
    const struct scanned *x = a, *y = b;
    if (x->is_stray != y->is_stray)
        return x->is_stray ? 1 : -1;
    return slice_compare(x->path, y->path);
}

static int build(struct builder *b, size_t count, const struct config *config,
                 const struct corpus_options *options)
{
    struct corpus *corpus = b->corpus;
    int err = 0;

    corpus->episodes = ARENA_NEW(&corpus->arena, struct episode, count);
    if (!corpus->episodes)
        return -ENOMEM;
    for (size_t i = 0; i < count && !b->files[i].is_stray && !err; i++)
        err = add_episode(corpus, &b->files[i]);
    if (!err)
        err = keep_problems(corpus, b->files, count);
    if (!err)
        err = make_folders(b);
    if (!err)
        err = fill_folders(corpus);
    if (!err)
        err = name_entries(corpus, options);
    if (!err)
        err = make_views(b);
    return err ? err : make_dates(b, config);
}

int corpus_build(struct scanned *files, size_t count, const struct config *config,
                 const struct corpus_options *options, struct corpus **corpus)
{
    *corpus = NULL;
    if (count >= CORPUS_MAX_EPISODES)
        return -E2BIG;
    qsort(files, count, sizeof *files, by_path);

    struct builder b = {.files = files, .corpus = calloc(1, sizeof *b.corpus)};
    if (!b.corpus)
        return -ENOMEM;
    int err = build(&b, count, config, options);
    builder_free(&b);
    if (err)
        corpus_free(b.corpus);
    else
        *corpus = b.corpus;
    return err;
}

void corpus_free(struct corpus *corpus)
{
    if (!corpus)
        return;
    free(corpus->folders);
    map_free(&corpus->folded);
    arena_free(&corpus->arena);
    free(corpus);
}

/* --- finding ------------------------------------------------------------------------------------ */

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
