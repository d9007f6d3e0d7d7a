/* Building the generations of the corpus: the builder, and the order of the steps. */
#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "model/builder.h"
#include "model/names.h"

/* --- the builder ------------------------------------------------------------------------------ */

/* Names a folder in the one that it stands in; a name that is taken there gets a hash. */
static int name_place(struct builder *b, struct place *place)
{
    cleanup_buf struct buf plain = {0};
    struct slice above = b->places[place->parent].name;
    name_of_value(&plain, path_base(place->path));
    place->base = arena_copy_buf(&b->arena, &plain);
    for (unsigned round = 0; place->base.data; round++) {
        cleanup_buf struct buf other = {0};
        place->name = path_join(&b->arena, above, place->base);
        if (!place->name.data)
            break;
        struct map_slot *slot = map_put(&b->folder_names, place->name);
        if (!slot)
            break;
        /* A number that is still to be given: nobody's, as in what memory ended in. */
        if (slot->value >= b->place_count) {
            slot->value = (uint32_t)b->place_count;
            return 0;
        }
        name_tell_apart(&other, buf_slice(&plain), NAME_MAX_BYTES, place->path, round, 0);
        place->base = arena_copy_buf(&b->arena, &other);
    }
    return -ENOMEM;
}

static int enter_place(struct builder *b, struct slice path, uint32_t parent, uint32_t *number)
{
    if (!array_reserve(&b->places, b->place_count, &b->place_cap, sizeof *b->places))
        return -ENOMEM;
    struct place place = {.path = arena_copy(&b->arena, path), .parent = parent};
    if (!place.path.data)
        return -ENOMEM;
    if (path.len) {
        int err = name_place(b, &place);
        struct map_slot *slot = err ? NULL : map_put(&b->folders, place.path);
        if (!slot)
            return -ENOMEM;
        place.depth = b->places[parent].depth + 1;
        slot->value = (uint32_t)b->place_count;
    }
    place.hash = hash64(place.path, 1);
    *number = (uint32_t)b->place_count;
    b->places[b->place_count++] = place;
    if (path.len)
        journal_add(b->journal, HISTORY_FOLDER, 0, path);
    return 0;
}

/* Not by recursion: a path has
 * as many parts as somebody likes. */
int builder_find_place(struct builder *b, struct slice path, uint32_t *number)
{
    uint32_t parent = 0;
    struct slice rest = path, part;

    *number = path.len ? map_get(&b->folders, path) : 0;
    if (*number != NO_INDEX)
        return 0;
    while (slice_take(&rest, '/', &part)) {
        struct slice upto = {path.data, (size_t)(part.data - path.data) + part.len};
        *number = map_get(&b->folders, upto);
        int err = *number == NO_INDEX ? enter_place(b, upto, parent, number) : 0;
        if (err)
            return err;
        parent = *number;
    }
    return 0;
}

struct builder *builder_new(const struct corpus_options *options)
{
    struct builder *b = calloc(1, sizeof *b);
    uint32_t root;
    if (!b)
        return NULL;
    b->options = *options;
    b->journal = options->journal;
    ledger_init(&b->ledger, (uint32_t)options->limits->at[LIMIT_VIEWS], b->journal,
                HISTORY_SPELLING);
    if (enter_place(b, SLICE(""), 0, &root)) {
        builder_free(b);
        return NULL;
    }
    return b;
}

void builder_free(struct builder *b)
{
    if (!b)
        return;
    ledger_free(&b->ledger);
    map_free(&b->paths);
    map_free(&b->folders);
    map_free(&b->folder_names);
    free(b->versions);
    free(b->places);
    arena_free(&b->arena);
    free(b);
}

int builder_configure(struct builder *b, const struct configuration *configuration)
{
    struct slice date_view = arena_copy(&b->arena, configuration->date_view);
    if (!date_view.data)
        return -ENOMEM;
    b->date_view = date_view;
    history_note_configuration(b->journal, configuration);
    return 0;
}

int builder_find_number(struct builder *b, struct slice path, uint32_t *number)
{
    *number = map_get(&b->paths, path);
    if (*number != NO_INDEX)
        return 0;
    if (b->path_count == CORPUS_MAX_EPISODES)
        return -E2BIG;
    if (!array_reserve(&b->versions, b->path_count, &b->path_cap, sizeof *b->versions))
        return -ENOMEM;
    struct slice kept = arena_copy(&b->arena, path);
    struct map_slot *slot = kept.data ? map_put(&b->paths, kept) : NULL;
    if (!slot)
        return -ENOMEM;
    b->versions[b->path_count] = 0;
    *number = slot->value = (uint32_t)b->path_count++;
    journal_add(b->journal, HISTORY_PATH, 0, kept);
    return 0;
}

/* --- access ----------------------------------------------------------------------------------- */

/* Whether some may not read all of a folder's names who may read the content folder. */
bool builder_is_private(const struct builder *b, uint32_t folder)
{
    const struct access all = access_of_gathered(&b->places[0].access);
    for (; folder; folder = b->places[folder].parent) {
        const struct access one = access_of_gathered(&b->places[folder].access);
        if (access_is_less(&b->options.access, &one, &all))
            return true;
    }
    return false;
}

bool builder_hides(const struct builder *b, const struct access *file, uint32_t folder)
{
    const struct access all = access_of_gathered(&b->places[0].access);
    return access_is_less(&b->options.access, file, &all) || builder_is_private(b, folder);
}

/* --- lists ------------------------------------------------------------------------------------ */

struct sorting {
    order_fn *order;
    const void *context;
};

static int by_order(const void *a, const void *b, void *sorting_)
{
    const struct sorting *sorting = sorting_;
    return sorting->order(sorting->context, *(const uint32_t *)a, *(const uint32_t *)b);
}

void step_sort(uint32_t *list, uint32_t count, order_fn *order, const void *context)
{
    struct sorting sorting = {order, context};
    qsort_r(list, count, sizeof *list, by_order, &sorting);
}

const uint32_t *step_next_list(struct step *s, const uint32_t *old, uint32_t old_count,
                               uint32_t added_count, order_fn *order, uint32_t *count)
{
    const struct list_change change = {
        .old = old,
        .old_count = old_count,
        .drop = s->changed,
        .added = s->list,
        .added_count = added_count,
        .order = order,
        .context = s->next,
    };
    return list_next(&s->turnover, &change, count);
}

/* --- views ------------------------------------------------------------------------------------ */

static int make_views(struct step *s)
{
    struct views_change *changes = ARENA_NEW(&s->scratch, struct views_change, s->draft_count);
    if (!changes)
        return -ENOMEM;
    for (size_t i = 0; i < s->draft_count; i++) {
        const struct draft *draft = &s->drafts[i];
        const struct episode *before = episode_shown(draft->before);
        const struct episode *now = draft->is_there ? episode_shown(&draft->now) : NULL;
        changes[i] = (struct views_change){draft->number, before ? before->marks : NULL,
                                           now ? now->marks : NULL};
    }
    return views_next(&s->old->views, &s->builder->ledger, s->old, s->next, changes, s->draft_count,
                      &s->turnover, &s->next->views);
}

/* --- sums ------------------------------------------------------------------------------------- */

static uint64_t state_hash(const struct episode *episode)
{
    const int64_t state[] = {episode->id.size, episode->id.mtime};
    return hash64((struct slice){(const char *)state, sizeof state}, episode->hash);
}

static void add_up(struct corpus *corpus, const struct episode *episode, uint32_t by)
{
    if (!episode)
        return;
    corpus->original_count += by * episode->has_originals;
    corpus->hash ^= state_hash(episode);
    corpus->private_count += by * episode->is_private;
    if (episode->is_private)
        return;
    corpus->problem_count += by * episode->problems.count;
    corpus->silent_count += by * !episode->has_body;
    corpus->bytes += (uint64_t)(int64_t)(int32_t)by * (uint64_t)episode->id.size;
}

/* Not by differences: one folder's mode may make all below it private. */
static void count_folders(struct step *s)
{
    for (uint32_t i = 0; i < s->next->folder_cap; i++) {
        if (s->next->folders[i])
            s->next->shown_folder_count += !builder_is_private(s->builder, i);
    }
}

static void sum_up(struct step *s)
{
    for (size_t i = 0; i < s->draft_count; i++) {
        add_up(s->next, s->drafts[i].before, (uint32_t)-1);
        add_up(s->next, s->next->episodes[s->drafts[i].number], 1);
    }
    s->next->mtime = s->next->folders[0]->mtime;
    count_folders(s);
}

/* --- the step --------------------------------------------------------------------------------- */

static int by_scanned_path(const void *a, const void *b)
{
    const struct scanned *x = *(const struct scanned *const *)a;
    const struct scanned *y = *(const struct scanned *const *)b;
    int order = slice_compare(x->path, y->path);
    if (!order)
        order = x->is_folder - y->is_folder;
    return order ? order : (x > y) - (x < y); /* in the order in which they were told */
}

/* In the order of paths, so that the first generation is numbered that way; the last of a path, and
 * of a folder in its place. */
static int order_changes(struct step *s, struct scanned *changes, size_t *count)
{
    const struct scanned **order = ARENA_NEW(&s->scratch, const struct scanned *, *count);
    struct scanned *sorted = ARENA_NEW(&s->scratch, struct scanned, *count);
    size_t kept = 0;
    if (!order || !sorted)
        return -ENOMEM;
    for (size_t i = 0; i < *count; i++)
        order[i] = &changes[i];
    qsort(order, *count, sizeof *order, by_scanned_path);
    for (size_t i = 0; i < *count; i++) {
        if (kept && slice_equal(sorted[kept - 1].path, order[i]->path) &&
            sorted[kept - 1].is_folder == order[i]->is_folder)
            kept--;
        sorted[kept++] = *order[i];
    }
    if (kept)
        memcpy(changes, sorted, kept * sizeof *changes);
    *count = kept;
    return 0;
}

/* Numbers are given before, so that all that goes by number has its room. */
static int enter_paths(struct step *s, const struct scanned *changes, size_t count)
{
    struct builder *b = s->builder;
    uint32_t number;
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        if (changes[i].is_gone || changes[i].is_stray)
            continue;
        if (changes[i].is_folder) {
            err = builder_find_place(b, changes[i].path, &number);
            if (!err)
                b->places[number].access = changes[i].id.access;
            continue;
        }
        err = builder_find_number(b, changes[i].path, &number);
        if (!err)
            err = builder_find_place(b, path_parent(changes[i].path), &number);
    }
    return err;
}

static int allocate(struct step *s)
{
    size_t episodes = s->builder->path_count, folders = s->builder->place_count;
    size_t most = episodes > folders ? episodes : folders;
    struct corpus *next = s->next;

    next->episode_cap = (uint32_t)episodes;
    next->folder_cap = (uint32_t)folders;
    next->episodes = pointers_grown(s->old->episodes, s->old->episode_cap, episodes);
    next->folders = pointers_grown(s->old->folders, s->old->folder_cap, folders);
    s->draft_of = malloc((episodes + 1) * sizeof *s->draft_of);
    s->changed = calloc(episodes + 1, sizeof(bool));
    s->works = calloc(folders + 1, sizeof *s->works);
    s->folder_gone = calloc(folders + 1, sizeof(bool));
    s->touched = calloc(folders + 1, sizeof *s->touched);
    s->list = calloc(most + 1, sizeof *s->list);
    if (!next->episodes || !next->folders || !s->draft_of || !s->changed || !s->works ||
        !s->folder_gone || !s->touched || !s->list)
        return -ENOMEM;
    memset(s->draft_of, 0xFF, (episodes + 1) * sizeof *s->draft_of);
    for (size_t i = 0; i < folders; i++)
        s->works[i].drafts = s->works[i].news = s->works[i].next_new = NO_INDEX;
    return 0;
}

static int take_step(struct step *s, struct scanned *changes, size_t count)
{
    int err = enter_paths(s, changes, count);
    if (!err)
        err = allocate(s);
    for (size_t i = 0; i < count && !err; i++)
        err = step_draft_file(s, &changes[i]);
    if (!err)
        err = step_follow_access(s);
    if (!err)
        err = step_name_episodes(s);
    if (!err)
        err = step_make_episodes(s);
    if (!err)
        err = step_list_paths(s);
    if (!err)
        err = step_name_entries(s);
    if (!err)
        err = step_list_dates(s);
    if (!err)
        err = step_make_folders(s);
    if (!err)
        err = step_make_strays(s, changes, count);
    if (!err)
        err = make_views(s);
    if (!err)
        sum_up(s);
    return err;
}

/* Before anybody can see it. */
static void note_generation(const struct step *s, const struct scanned *changes, size_t count)
{
    const struct builder *b = s->builder;
    struct journal *journal = b->journal;
    for (size_t i = 0; i < count && journal; i++)
        history_note_file(journal, &changes[i]);
    for (size_t i = 0; i < s->draft_count && journal; i++) {
        uint32_t number = s->drafts[i].number;
        /* One that was only named anew has the version that it had. */
        const struct episode *now = s->next->episodes[number];
        history_note_version(journal, number, now ? now->version : b->versions[number]);
    }
    journal_add(journal, HISTORY_PUBLISHED, (uint32_t)s->next->generation, SLICE(""));
}

void builder_tidy(const struct builder *builder)
{
    if (journal_has_grown(builder->journal))
        history_compact(builder->journal);
}

int corpus_next(struct builder *builder, struct corpus *old, struct scanned *changes, size_t count,
                struct corpus **next)
{
    static const struct corpus nothing;
    struct step s = {.builder = builder, .old = old ? old : &nothing};

    *next = NULL;
    s.next = calloc(1, sizeof *s.next);
    if (!s.next)
        return -ENOMEM;
    s.next->access = &builder->options.access;
    s.next->private_count = s.old->private_count;
    s.next->problem_count = s.old->problem_count - s.old->stray_problem_count;
    s.next->silent_count = s.old->silent_count;
    s.next->original_count = s.old->original_count;
    s.next->folder_count = s.old->folder_count;
    s.next->bytes = s.old->bytes;
    s.next->hash = s.old->hash;
    int err = order_changes(&s, changes, &count);
    if (!err)
        err = take_step(&s, changes, count);
    if (err) {
        turnover_undo(&s.turnover);
        corpus_release(s.next);
    } else {
        struct blocks retired = turnover_keep(&s.turnover);
        s.next->generation = ++builder->generation;
        note_generation(&s, changes, count);
        for (size_t i = 0; i < s.draft_count; i++)
            builder->versions[s.drafts[i].number]++;
        if (old)
            old->retired = retired;
        else
            blocks_free(&retired);
        *next = s.next;
    }
    free(s.drafts);
    free(s.draft_of);
    free(s.changed);
    free(s.works);
    free(s.folder_gone);
    free(s.touched);
    free(s.list);
    arena_free(&s.scratch);
    return err;
}

/* --- the end of a generation -------------------------------------------------------------------
 */

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
            block_free(corpus->episodes[i]->marks);
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
