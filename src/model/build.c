/* Building the generations of the corpus. */
#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "model/corpus.h"
#include "model/names.h"
#include "model/naming.h"

/* What is true of a folder for ever. */
struct place {
    struct slice path, name, base;
    uint32_t parent, depth;
    uint64_t hash;
};

struct builder {
    struct corpus_options options;
    struct ledger ledger;
    struct map paths;   /* of content files -> number of the episode */
    uint32_t *versions; /* by that number: how often it was another */
    size_t path_count, path_cap;
    struct map folders; /* path -> number */
    struct place *places;
    size_t place_count, place_cap;
    struct slice date_view;
    uint64_t generation;
    struct arena arena; /* of paths and names */
};

/* An episode that is new, other or gone. */
struct draft {
    uint32_t number;
    const struct episode *before; /* NULL: it is new */
    bool is_there;                /* in the next generation, as: */
    struct episode now;           /* texts and problems live elsewhere, and are copied */
    bool has_new_marks;
    uint32_t next; /* in the same folder; NO_INDEX */
};

/* A folder that is touched. */
struct work {
    bool is_touched;
    bool has_new_names; /* what stands in it is not what stood in it */
    bool is_there;
    uint32_t episodes, folders; /* that will be in it */
    uint32_t drafts;            /* the first in it, whether it is there or gone; NO_INDEX */
    uint32_t news, next_new;    /* the first folder that is new in it; the next beside it */
};

/* The step from one generation to the next. */
struct step {
    struct builder *builder;
    const struct corpus *old; /* never NULL: empty before the first */
    struct corpus *next;
    struct turnover turnover;
    struct arena scratch;
    struct draft *drafts;
    size_t draft_count, draft_cap;
    uint32_t *draft_of; /* by number of the episode; NO_INDEX */
    bool *changed;      /* by number of the episode */
    struct work *works; /* by number of the folder */
    bool *folder_gone;  /* by number of the folder */
    uint32_t *touched;  /* folders, the deepest first */
    uint32_t touched_count;
    uint32_t *list; /* of episodes or folders, for a moment */
};

/* --- the builder ------------------------------------------------------------------------------ */

static int enter_place(struct builder *b, struct slice path, uint32_t parent, uint32_t *number)
{
    if (!array_reserve(&b->places, b->place_count, &b->place_cap, sizeof *b->places))
        return -ENOMEM;
    struct place place = {.path = arena_copy(&b->arena, path), .parent = parent};
    if (!place.path.data)
        return -ENOMEM;
    if (path.len) {
        cleanup_buf struct buf base = {0};
        name_of_value(&base, path_base(path));
        place.base = base.failed ? (struct slice){0} : arena_copy(&b->arena, buf_slice(&base));
        place.name = place.base.data ? path_join(&b->arena, b->places[parent].name, place.base)
                                     : (struct slice){0};
        place.depth = b->places[parent].depth + 1;
        struct map_slot *slot = place.name.data ? map_put(&b->folders, place.path) : NULL;
        if (!slot)
            return -ENOMEM;
        slot->value = (uint32_t)b->place_count;
    }
    place.hash = hash64(place.path, 1);
    *number = (uint32_t)b->place_count;
    b->places[b->place_count++] = place;
    return 0;
}

/* The folder at `path`, entered with those above it where it is new. Not by recursion: a path has
 * as many parts as somebody likes. */
static int find_place(struct builder *b, struct slice path, uint32_t *number)
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
    ledger_init(&b->ledger);
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
    free(b->versions);
    free(b->places);
    arena_free(&b->arena);
    free(b);
}

int builder_name_dates(struct builder *b, struct slice view)
{
    b->date_view = arena_copy(&b->arena, view);
    return b->date_view.data ? 0 : -ENOMEM;
}

static int find_number(struct builder *b, struct slice path, uint32_t *number)
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
    return 0;
}

/* --- drafts ----------------------------------------------------------------------------------- */

static uint32_t folder_of(const struct draft *draft)
{
    return draft->is_there ? draft->now.folder : draft->before->folder;
}

static int add_draft(struct step *s, const struct draft *draft)
{
    if (!array_reserve(&s->drafts, s->draft_count, &s->draft_cap, sizeof *s->drafts))
        return -ENOMEM;
    struct work *work = &s->works[folder_of(draft)];
    s->drafts[s->draft_count] = *draft;
    s->drafts[s->draft_count].next = work->drafts;
    s->draft_of[draft->number] = work->drafts = (uint32_t)s->draft_count++;
    s->changed[draft->number] = true;
    return 0;
}

/* The draft of an episode; one that stays as it is gets one that says the same. NULL: no memory. */
static struct draft *draft_of(struct step *s, uint32_t number)
{
    if (s->draft_of[number] == NO_INDEX) {
        const struct draft same = {.number = number,
                                   .before = s->old->episodes[number],
                                   .is_there = true,
                                   .now = *s->old->episodes[number]};
        if (add_draft(s, &same))
            return NULL;
    }
    return &s->drafts[s->draft_of[number]];
}

/* What the facts of a file add to the views. Those of a view too many are nowhere. */
static int make_marks(struct step *s, const struct fact *facts, const struct marks **made)
{
    size_t count = 0;
    for (const struct fact *fact = facts; fact; fact = fact->next)
        count++;
    struct marks *marks = turnover_new(&s->turnover, 1,
                                       sizeof *marks + count * sizeof *marks->spellings);
    *made = marks;
    if (!marks)
        return -ENOMEM;
    for (const struct fact *fact = facts; fact; fact = fact->next) {
        int err = ledger_enter(&s->builder->ledger, fact->view, fact->value,
                               &marks->spellings[marks->count]);
        if (err && err != -ENOSPC)
            return err;
        marks->count += !err;
    }
    return 0;
}

static int draft_problems(struct step *s, const struct scanned *file, struct problems *problems)
{
    for (const struct diag *diag = file->problems; diag; diag = diag->next)
        problems->count++;
    problems->at = ARENA_NEW(&s->scratch, struct problem, problems->count);
    if (!problems->at)
        return -ENOMEM;
    uint32_t i = 0;
    for (const struct diag *diag = file->problems; diag; diag = diag->next)
        problems->at[i++] = (struct problem){file->path, diag->line, diag->column, diag->problem,
                                             diag->action};
    return 0;
}

static int draft_file(struct step *s, const struct scanned *file)
{
    struct draft draft = {.is_there = !file->is_gone && !file->is_stray};
    struct episode *now = &draft.now;
    uint32_t known = map_get(&s->builder->paths, file->path);

    draft.number = known;
    draft.before = known == NO_INDEX ? NULL : corpus_episode(s->old, known);
    if (!draft.is_there)
        return draft.before ? add_draft(s, &draft) : 0;
    *now = (struct episode){
        .path = file->path,
        .title = file->title,
        .date = file->date,
        .id = file->id,
        .hash = hash64(file->path, 0),
        .body = file->body,
        .body_line = file->body_line,
        .has_front = file->has_front,
        .has_values = file->has_values,
        .has_body = file->has_body,
        .has_originals = file->has_originals,
    };
    draft.number = known;
    draft.has_new_marks = true;
    if (draft.before) {
        now->base = draft.before->base;
        now->name = draft.before->name;
    }
    int err = find_place(s->builder, path_parent(file->path), &now->folder);
    if (!err)
        err = make_marks(s, file->facts, &now->marks);
    if (!err)
        err = draft_problems(s, file, &now->problems);
    return err ? err : add_draft(s, &draft);
}

/* --- folders: which there are, and how what stands in them is named ----------------------------
 */

static void touch(struct step *s, uint32_t folder)
{
    for (; !s->works[folder].is_touched; folder = s->builder->places[folder].parent) {
        const struct folder *old = corpus_folder(s->old, folder);
        s->works[folder].is_touched = true;
        s->works[folder].episodes = old ? old->episode_count : 0;
        s->works[folder].folders = old ? old->folder_count : 0;
        s->touched[s->touched_count++] = folder;
    }
}

static int deepest_first(const void *a, const void *b, void *builder_)
{
    const struct builder *builder = builder_;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (builder->places[x].depth != builder->places[y].depth)
        return builder->places[x].depth > builder->places[y].depth ? -1 : 1;
    return (x > y) - (x < y);
}

static void touch_folders(struct step *s)
{
    for (size_t i = 0; i < s->draft_count; i++) {
        const struct draft *draft = &s->drafts[i];
        uint32_t folder = folder_of(draft);
        touch(s, folder);
        if (!draft->before == !draft->is_there)
            continue;
        s->works[folder].has_new_names = true;
        s->works[folder].episodes += draft->is_there ? 1u : -1u;
    }
    touch(s, 0);
    qsort_r(s->touched, s->touched_count, sizeof *s->touched, deepest_first, s->builder);
    for (uint32_t i = 0; i < s->touched_count; i++) {
        uint32_t folder = s->touched[i];
        struct work *work = &s->works[folder];
        bool was_there = corpus_folder(s->old, folder) != NULL;
        work->is_there = folder == 0 || work->episodes || work->folders;
        if (work->is_there == was_there || folder == 0)
            continue;
        struct work *above = &s->works[s->builder->places[folder].parent];
        above->has_new_names = true;
        above->folders += work->is_there ? 1u : -1u;
        s->folder_gone[folder] = was_there;
        if (work->is_there) {
            work->next_new = above->news;
            above->news = folder;
        }
    }
}

/* The numbers of what will stand in a folder, in no order. */
static uint32_t list_episodes(struct step *s, uint32_t folder)
{
    const struct folder *old = corpus_folder(s->old, folder);
    uint32_t count = 0;
    for (uint32_t i = 0; old && i < old->episode_count; i++) {
        if (!s->changed[old->episodes[i]])
            s->list[count++] = old->episodes[i];
    }
    for (uint32_t i = s->works[folder].drafts; i != NO_INDEX; i = s->drafts[i].next) {
        if (s->drafts[i].is_there)
            s->list[count++] = s->drafts[i].number;
    }
    return count;
}

static struct slice path_of(const struct step *s, uint32_t number)
{
    uint32_t draft = s->draft_of[number];
    return draft == NO_INDEX ? s->old->episodes[number]->path : s->drafts[draft].now.path;
}

static int by_path_of(const void *a, const void *b, void *step)
{
    return slice_compare(path_of(step, *(const uint32_t *)a), path_of(step, *(const uint32_t *)b));
}

static int set_base(struct step *s, uint32_t number, uint32_t folder, struct slice base)
{
    if (s->draft_of[number] == NO_INDEX && slice_equal(s->old->episodes[number]->base, base))
        return 0;
    struct draft *draft = draft_of(s, number);
    if (!draft)
        return -ENOMEM;
    draft->now.base = base;
    draft->now.name = path_join(&s->scratch, s->builder->places[folder].name, base);
    return draft->now.name.data ? 0 : -ENOMEM;
}

/* Those of the folders in a folder; they are told apart by their paths. */
static struct slice *folder_names(struct step *s, uint32_t folder, size_t *count)
{
    const struct folder *old = corpus_folder(s->old, folder);
    struct slice *names = ARENA_NEW(&s->scratch, struct slice, s->works[folder].folders);
    *count = 0;
    for (uint32_t i = 0; names && old && i < old->folder_count; i++) {
        if (!s->folder_gone[old->folders[i]])
            names[(*count)++] = s->builder->places[old->folders[i]].base;
    }
    for (uint32_t i = s->works[folder].news; names && i != NO_INDEX; i = s->works[i].next_new)
        names[(*count)++] = s->builder->places[i].base;
    return names;
}

static int name_episodes(struct step *s, uint32_t folder)
{
    size_t folder_count;
    uint32_t count = list_episodes(s, folder);
    struct naming *files = ARENA_NEW(&s->scratch, struct naming, count);
    uint32_t *numbers = ARENA_NEW(&s->scratch, uint32_t, count);
    struct slice *folders = folder_names(s, folder, &folder_count);
    if (!files || !numbers || !folders)
        return -ENOMEM;
    if (count)
        memcpy(numbers, s->list, count * sizeof *numbers);
    qsort_r(numbers, count, sizeof *numbers, by_path_of, s);
    for (uint32_t i = 0; i < count; i++)
        files[i].path = path_of(s, numbers[i]);
    int err = naming_in_folder(&s->scratch, folders, folder_count, files, count);
    for (uint32_t i = 0; i < count && !err; i++)
        err = set_base(s, numbers[i], folder, files[i].base);
    return err;
}

static int name_all(struct step *s)
{
    int err = 0;
    touch_folders(s);
    for (uint32_t i = 0; i < s->touched_count && !err; i++) {
        const struct work *work = &s->works[s->touched[i]];
        if (work->is_there && work->has_new_names)
            err = name_episodes(s, s->touched[i]);
    }
    return err;
}

/* --- episodes --------------------------------------------------------------------------------- */

/* Copies texts behind each other into one block. */
struct packing {
    char *at;
    size_t need;
};

static struct slice pack(struct packing *packing, struct slice text)
{
    packing->need += text.len + 1;
    if (!packing->at)
        return text;
    char *copy = packing->at;
    if (text.len)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    packing->at += text.len + 1;
    return (struct slice){copy, text.len};
}

static void pack_problems(struct packing *packing, struct problems *problems,
                          const struct problems *from, struct slice path)
{
    for (uint32_t i = 0; i < from->count; i++) {
        struct problem problem = from->at[i];
        problem.path = path;
        problem.what = pack(packing, problem.what);
        problem.action = pack(packing, problem.action);
        if (problems)
            problems->at[i] = problem;
    }
}

static void pack_episode(struct packing *packing, struct episode *to, const struct episode *from)
{
    struct slice *const texts[] = {&to->path, &to->name, &to->base, &to->entry, &to->title};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = pack(packing, *texts[i]);
    pack_problems(packing, packing->at ? &to->problems : NULL, &from->problems, to->path);
}

/* One block with all that an episode says of itself. NULL without memory. */
static const struct episode *make_episode(struct step *s, const struct episode *from)
{
    struct packing packing = {0};
    struct episode measured = *from;
    size_t head = sizeof *from + from->problems.count * sizeof *from->problems.at;

    pack_episode(&packing, &measured, from);
    struct episode *made = turnover_new(&s->turnover, 1, head + packing.need);
    if (!made)
        return NULL;
    *made = *from;
    made->problems.at = (struct problem *)(made + 1);
    packing.at = (char *)made + head;
    pack_episode(&packing, made, from);
    return made;
}

static int draft_entry(struct step *s, struct draft *draft)
{
    const struct date none = {0};
    bool is_bare = s->builder->options.bare_entries;
    cleanup_buf struct buf entry = {0};

    name_of_entry(&entry, is_bare ? &none : &draft->now.date,
                  is_bare ? SLICE("") : draft->now.title, draft->now.name);
    draft->now.entry = entry.failed ? (struct slice){0}
                                    : arena_copy(&s->scratch, buf_slice(&entry));
    return draft->now.entry.data ? 0 : -ENOMEM;
}

static int make_draft(struct step *s, struct draft *draft)
{
    const struct episode *made = NULL;
    turnover_retire(&s->turnover, draft->before);
    if (draft->before && (draft->has_new_marks || !draft->is_there))
        turnover_retire(&s->turnover, draft->before->marks);
    if (draft->is_there) {
        int err = draft_entry(s, draft);
        if (err)
            return err;
        draft->now.version = s->builder->versions[draft->number];
        made = make_episode(s, &draft->now);
        if (!made)
            return -ENOMEM;
    }
    s->next->episodes[draft->number] = made;
    return 0;
}

static int make_episodes(struct step *s)
{
    int err = 0;
    for (size_t i = 0; i < s->draft_count && !err; i++)
        err = make_draft(s, &s->drafts[i]);
    return err;
}

/* --- lists of episodes ------------------------------------------------------------------------ */

static int by_path(const void *corpus_, uint32_t a, uint32_t b)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->episodes[a]->path, corpus->episodes[b]->path);
}

static int by_base(const void *corpus_, uint32_t a, uint32_t b)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->episodes[a]->base, corpus->episodes[b]->base);
}

static int by_entry(const void *corpus_, uint32_t a, uint32_t b)
{
    const struct corpus *corpus = corpus_;
    int order = slice_compare(corpus->episodes[a]->entry, corpus->episodes[b]->entry);
    return order ? order : by_path(corpus, a, b);
}

static int by_date(const void *corpus_, uint32_t a, uint32_t b)
{
    const struct corpus *corpus = corpus_;
    uint32_t x = code_of_date(&corpus->episodes[a]->date);
    uint32_t y = code_of_date(&corpus->episodes[b]->date);
    return x != y ? (x < y ? -1 : 1) : by_entry(corpus, a, b);
}

struct sorting {
    order_fn *order;
    const void *context;
};

static int by_order(const void *a, const void *b, void *sorting_)
{
    const struct sorting *sorting = sorting_;
    return sorting->order(sorting->context, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* The drafts that are there, in order; they are put in s->list. Only those with a date, where
 * `with_date` says so. */
static uint32_t list_drafts(struct step *s, bool with_date, order_fn *order)
{
    struct sorting sorting = {order, s->next};
    uint32_t count = 0;
    for (size_t i = 0; i < s->draft_count; i++) {
        if (s->drafts[i].is_there && (!with_date || s->drafts[i].now.date.year))
            s->list[count++] = s->drafts[i].number;
    }
    qsort_r(s->list, count, sizeof *s->list, by_order, &sorting);
    return count;
}

static const uint32_t *next_list(struct step *s, const uint32_t *old, uint32_t old_count,
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

static int list_paths(struct step *s)
{
    uint32_t count = list_drafts(s, false, by_path);
    s->next->by_path = next_list(s, s->old->by_path, s->old->episode_count, count, by_path,
                                 &s->next->episode_count);
    return s->turnover.failed ? -ENOMEM : 0;
}

static int list_dates(struct step *s)
{
    const struct corpus *old = s->old;
    struct corpus *next = s->next;
    uint32_t count = s->builder->date_view.len ? list_drafts(s, true, by_date) : 0;
    next->dated = next_list(s, old->dated, old->dated_count, count, by_date, &next->dated_count);
    next->date_view = next->dated_count ? s->builder->date_view : SLICE("");
    return s->turnover.failed ? -ENOMEM : 0;
}

/* --- entries: no two are named alike -----------------------------------------------------------
 */

static int list_entries(struct step *s)
{
    struct corpus *next = s->next;
    uint32_t all;
    uint32_t count = list_drafts(s, false, by_entry);
    next->by_entry = next_list(s, s->old->by_entry, s->old->episode_count, count, by_entry, &all);
    if (s->turnover.failed)
        return -ENOMEM;
    for (size_t i = 0; i < s->draft_count && !next->is_told_apart; i++) {
        if (!s->drafts[i].is_there)
            continue;
        struct slice entry = next->episodes[s->drafts[i].number]->entry;
        uint32_t behind = corpus_entry_behind(next, next->by_entry, all, entry);
        next->is_told_apart = behind >= 2 &&
                              slice_equal(next->episodes[next->by_entry[behind - 2]]->entry, entry);
    }
    return 0;
}

static int rename_entry(struct step *s, uint32_t number, struct slice entry)
{
    struct draft *draft = draft_of(s, number);
    if (!draft)
        return -ENOMEM;
    draft->now.entry = arena_copy(&s->scratch, entry);
    const struct episode *was = s->next->episodes[number];
    const struct episode *made = draft->now.entry.data ? make_episode(s, &draft->now) : NULL;
    if (!made)
        return -ENOMEM;
    /* What was made in this step and is not used is freed with the generation before. */
    turnover_retire(&s->turnover, was);
    s->next->episodes[number] = made;
    return 0;
}

static int plain_entries(struct step *s, const uint32_t *all, uint32_t count)
{
    int err = 0;
    for (uint32_t i = 0; i < count && !err; i++) {
        const struct episode *episode = s->next->episodes[all[i]];
        struct draft plain = {.now = *episode};
        err = draft_entry(s, &plain);
        if (!err && !slice_equal(plain.now.entry, episode->entry))
            err = rename_entry(s, all[i], plain.now.entry);
    }
    return err;
}

/* a/b--c and a--b/c join to one name: the second gets a hash of its path, until all differ. Done
 * anew for all, so that names do not depend on what was there before. */
static int tell_entries_apart(struct step *s)
{
    uint32_t count = s->next->episode_count;
    uint32_t *all = ARENA_NEW(&s->scratch, uint32_t, count);
    struct sorting sorting = {by_entry, s->next};
    if (!all)
        return -ENOMEM;
    memcpy(all, s->next->by_path, count * sizeof *all);
    int err = plain_entries(s, all, count);
    s->next->is_told_apart = false;
    for (bool all_differ = false; !all_differ && !err;) {
        all_differ = true;
        qsort_r(all, count, sizeof *all, by_order, &sorting);
        for (uint32_t i = 1; i < count && !err; i++) {
            const struct episode *one = s->next->episodes[all[i - 1]];
            const struct episode *two = s->next->episodes[all[i]];
            cleanup_buf struct buf entry = {0};
            if (!slice_equal(one->entry, two->entry))
                continue;
            all_differ = false;
            s->next->is_told_apart = true;
            name_tell_apart(&entry, two->entry, two->path);
            err = entry.failed ? -ENOMEM : rename_entry(s, all[i], buf_slice(&entry));
        }
    }
    return err;
}

static int name_entries(struct step *s)
{
    int err = list_entries(s);
    if (err || (!s->next->is_told_apart && !s->old->is_told_apart))
        return err;
    err = tell_entries_apart(s);
    if (err)
        return err;
    uint32_t count = s->next->episode_count;
    struct sorting sorting = {by_entry, s->next};
    uint32_t *list = turnover_new(&s->turnover, count, sizeof *list);
    if (!list)
        return -ENOMEM;
    memcpy(list, s->next->by_path, count * sizeof *list);
    qsort_r(list, count, sizeof *list, by_order, &sorting);
    turnover_retire(&s->turnover, s->next->by_entry);
    s->next->by_entry = list;
    return 0;
}

/* --- folders ---------------------------------------------------------------------------------- */

static int by_folder_base(const void *builder_, uint32_t a, uint32_t b)
{
    const struct builder *builder = builder_;
    return slice_compare(builder->places[a].base, builder->places[b].base);
}

static const uint32_t *next_folders(struct step *s, uint32_t number, uint32_t *count)
{
    const struct folder *old = corpus_folder(s->old, number);
    struct sorting sorting = {by_folder_base, s->builder};
    uint32_t added = 0;
    for (uint32_t i = s->works[number].news; i != NO_INDEX; i = s->works[i].next_new)
        s->list[added++] = i;
    qsort_r(s->list, added, sizeof *s->list, by_order, &sorting);
    const struct list_change change = {
        .old = old ? old->folders : NULL,
        .old_count = old ? old->folder_count : 0,
        .drop = s->folder_gone,
        .added = s->list,
        .added_count = added,
        .order = by_folder_base,
        .context = s->builder,
    };
    return list_next(&s->turnover, &change, count);
}

/* The drafts in a folder that are there, in order; they are put in s->list. */
static uint32_t list_folder_drafts(struct step *s, uint32_t folder)
{
    struct sorting sorting = {by_base, s->next};
    uint32_t count = 0;
    for (uint32_t i = s->works[folder].drafts; i != NO_INDEX; i = s->drafts[i].next) {
        if (s->drafts[i].is_there)
            s->list[count++] = s->drafts[i].number;
    }
    qsort_r(s->list, count, sizeof *s->list, by_order, &sorting);
    return count;
}

/* Folders come the deepest first, so that those in this one are known. */
static int64_t newest_in(const struct step *s, const struct folder *folder)
{
    int64_t newest = 0;
    for (uint32_t i = 0; i < folder->episode_count; i++) {
        int64_t mtime = s->next->episodes[folder->episodes[i]]->id.mtime;
        newest = mtime > newest ? mtime : newest;
    }
    for (uint32_t i = 0; i < folder->folder_count; i++) {
        int64_t mtime = s->next->folders[folder->folders[i]]->mtime;
        newest = mtime > newest ? mtime : newest;
    }
    return newest;
}

/* Only where the newest went is all of it looked through. */
static int64_t next_mtime(const struct step *s, uint32_t number, const struct folder *old,
                          const struct folder *folder)
{
    int64_t newest = old ? old->mtime : 0;
    for (uint32_t i = s->works[number].drafts; i != NO_INDEX; i = s->drafts[i].next) {
        const struct draft *draft = &s->drafts[i];
        if (draft->before && old && draft->before->id.mtime == old->mtime)
            return newest_in(s, folder);
        if (draft->is_there && draft->now.id.mtime > newest)
            newest = draft->now.id.mtime;
    }
    for (uint32_t i = 0; i < folder->folder_count; i++) {
        const struct folder *was = corpus_folder(s->old, folder->folders[i]);
        const struct folder *now = s->next->folders[folder->folders[i]];
        if (was && old && was != now && was->mtime == old->mtime)
            return newest_in(s, folder);
        newest = now->mtime > newest ? now->mtime : newest;
    }
    for (uint32_t i = 0; old && i < old->folder_count; i++) {
        if (s->folder_gone[old->folders[i]])
            return newest_in(s, folder);
    }
    return newest;
}

static int next_folder(struct step *s, uint32_t number)
{
    const struct folder *old = corpus_folder(s->old, number);
    const struct place *place = &s->builder->places[number];
    struct folder folder = {
        .path = place->path,
        .name = place->name,
        .base = place->base,
        .parent = place->parent,
        .depth = place->depth,
        .hash = place->hash,
    };
    uint32_t added = list_folder_drafts(s, number);
    folder.episodes = next_list(s, old ? old->episodes : NULL, old ? old->episode_count : 0, added,
                                by_base, &folder.episode_count);
    folder.folders = next_folders(s, number, &folder.folder_count);
    turnover_retire(&s->turnover, old);
    s->next->folders[number] = NULL;
    s->next->folder_count -= old != NULL;
    if (s->turnover.failed)
        return -ENOMEM;
    if (!s->works[number].is_there)
        return 0;
    folder.mtime = next_mtime(s, number, old, &folder);
    struct folder *made = turnover_new(&s->turnover, 1, sizeof *made);
    if (!made)
        return -ENOMEM;
    *made = folder;
    s->next->folders[number] = made;
    s->next->folder_count++;
    return 0;
}

static int make_folders(struct step *s)
{
    int err = 0;
    for (uint32_t i = 0; i < s->touched_count && !err; i++)
        err = next_folder(s, s->touched[i]);
    return err;
}

/* --- views ------------------------------------------------------------------------------------ */

static int make_views(struct step *s)
{
    struct views_change *changes = ARENA_NEW(&s->scratch, struct views_change, s->draft_count);
    if (!changes)
        return -ENOMEM;
    for (size_t i = 0; i < s->draft_count; i++) {
        const struct draft *draft = &s->drafts[i];
        changes[i] = (struct views_change){draft->number,
                                           draft->before ? draft->before->marks : NULL,
                                           draft->is_there ? draft->now.marks : NULL};
    }
    return views_next(&s->old->views, &s->builder->ledger, s->old, s->next, changes, s->draft_count,
                      &s->turnover, &s->next->views);
}

/* --- strays and sums -------------------------------------------------------------------------- */

static const struct stray *make_stray(struct step *s, const struct scanned *file)
{
    struct problems problems = {0};
    struct packing packing = {0};
    if (draft_problems(s, file, &problems))
        return NULL;
    pack(&packing, file->path);
    pack_problems(&packing, NULL, &problems, file->path);
    size_t head = sizeof(struct stray) + problems.count * sizeof *problems.at;
    struct stray *stray = turnover_new(&s->turnover, 1, head + packing.need);
    if (!stray)
        return NULL;
    stray->problems = (struct problems){(struct problem *)(stray + 1), problems.count};
    packing.at = (char *)stray + head;
    stray->path = pack(&packing, file->path);
    pack_problems(&packing, &stray->problems, &problems, stray->path);
    return stray;
}

/* `files` are in the order of their paths, each path once. */
static int make_strays(struct step *s, const struct scanned *files, size_t count)
{
    struct corpus *next = s->next;
    next->strays = calloc(s->old->stray_count + count + 1, sizeof *next->strays);
    if (!next->strays)
        return -ENOMEM;
    struct map changed = {0};
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        struct map_slot *slot = map_put(&changed, files[i].path);
        err = slot ? 0 : -ENOMEM;
        if (slot)
            slot->value = 0;
    }
    for (uint32_t i = 0; i < s->old->stray_count && !err; i++) {
        const struct stray *stray = s->old->strays[i];
        if (map_get(&changed, stray->path) != NO_INDEX) {
            next->problem_count -= stray->problems.count;
            turnover_retire(&s->turnover, stray);
        } else {
            next->strays[next->stray_count++] = stray;
        }
    }
    for (size_t i = 0; i < count && !err; i++) {
        if (!files[i].is_stray || files[i].is_gone)
            continue;
        const struct stray *stray = make_stray(s, &files[i]);
        if (!stray)
            err = -ENOMEM;
        else
            next->problem_count += stray->problems.count;
        next->strays[next->stray_count++] = stray;
    }
    map_free(&changed);
    return err;
}

static uint64_t state_hash(const struct episode *episode)
{
    const int64_t state[] = {episode->id.size, episode->id.mtime};
    return hash64((struct slice){(const char *)state, sizeof state}, episode->hash);
}

static void add_up(struct corpus *corpus, const struct episode *episode, uint32_t by)
{
    if (!episode)
        return;
    corpus->problem_count += by * episode->problems.count;
    corpus->silent_count += by * !episode->has_body;
    corpus->original_count += by * episode->has_originals;
    corpus->bytes += (uint64_t)(int64_t)(int32_t)by * (uint64_t)episode->id.size;
    corpus->hash ^= state_hash(episode);
}

static void sum_up(struct step *s)
{
    for (size_t i = 0; i < s->draft_count; i++) {
        add_up(s->next, s->drafts[i].before, (uint32_t)-1);
        add_up(s->next, s->next->episodes[s->drafts[i].number], 1);
    }
    s->next->mtime = s->next->folders[0]->mtime;
}

/* --- the step --------------------------------------------------------------------------------- */

static int by_scanned_path(const void *a, const void *b)
{
    const struct scanned *x = *(const struct scanned *const *)a;
    const struct scanned *y = *(const struct scanned *const *)b;
    int order = slice_compare(x->path, y->path);
    return order ? order : (x > y) - (x < y); /* in the order in which they were told */
}

/* In the order of paths, so that the first generation is numbered that way; the last of a path. */
static int order_changes(struct scanned *changes, size_t *count)
{
    cleanup_free const struct scanned **order = calloc(*count + 1, sizeof *order);
    cleanup_free struct scanned *sorted = calloc(*count + 1, sizeof *sorted);
    size_t kept = 0;
    if (!order || !sorted)
        return -ENOMEM;
    for (size_t i = 0; i < *count; i++)
        order[i] = &changes[i];
    qsort(order, *count, sizeof *order, by_scanned_path);
    for (size_t i = 0; i < *count; i++) {
        if (kept && slice_equal(sorted[kept - 1].path, order[i]->path))
            kept--;
        sorted[kept++] = *order[i];
    }
    if (kept)
        memcpy(changes, sorted, kept * sizeof *changes);
    *count = kept;
    return 0;
}

static void *grown(const void *old, size_t count, size_t cap)
{
    void **copy = calloc(cap + 1, sizeof *copy);
    if (copy && count)
        memcpy(copy, old, count * sizeof *copy);
    return copy;
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
        err = find_number(b, changes[i].path, &number);
        if (!err)
            err = find_place(b, path_parent(changes[i].path), &number);
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
    next->episodes = grown(s->old->episodes, s->old->episode_cap, episodes);
    next->folders = grown(s->old->folders, s->old->folder_cap, folders);
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
    int err = order_changes(changes, &count);
    if (!err)
        err = enter_paths(s, changes, count);
    if (!err)
        err = allocate(s);
    for (size_t i = 0; i < count && !err; i++)
        err = draft_file(s, &changes[i]);
    if (!err)
        err = name_all(s);
    if (!err)
        err = make_episodes(s);
    if (!err)
        err = list_paths(s);
    if (!err)
        err = name_entries(s);
    if (!err)
        err = list_dates(s);
    if (!err)
        err = make_folders(s);
    if (!err)
        err = make_strays(s, changes, count);
    if (!err)
        err = make_views(s);
    if (!err)
        sum_up(s);
    return err;
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
    s.next->problem_count = s.old->problem_count;
    s.next->silent_count = s.old->silent_count;
    s.next->original_count = s.old->original_count;
    s.next->folder_count = s.old->folder_count;
    s.next->bytes = s.old->bytes;
    s.next->hash = s.old->hash;
    int err = take_step(&s, changes, count);
    if (err) {
        turnover_undo(&s.turnover);
        corpus_release(s.next);
    } else {
        struct blocks retired = turnover_keep(&s.turnover);
        for (size_t i = 0; i < s.draft_count; i++)
            builder->versions[s.drafts[i].number]++;
        s.next->generation = ++builder->generation;
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
    views_release(&corpus->views);
    free(corpus);
}

static void free_shared(const void *block)
{
    free((void *)(uintptr_t)block);
}

void corpus_free_last(struct corpus *corpus)
{
    if (!corpus)
        return;
    for (uint32_t i = 0; i < corpus->episode_cap; i++) {
        if (corpus->episodes[i])
            free_shared(corpus->episodes[i]->marks);
        free_shared(corpus->episodes[i]);
    }
    for (uint32_t i = 0; i < corpus->folder_cap; i++) {
        if (!corpus->folders[i])
            continue;
        free_shared(corpus->folders[i]->episodes);
        free_shared(corpus->folders[i]->folders);
        free_shared(corpus->folders[i]);
    }
    for (uint32_t i = 0; i < corpus->stray_count; i++)
        free_shared(corpus->strays[i]);
    free_shared(corpus->by_path);
    free_shared(corpus->by_entry);
    free_shared(corpus->dated);
    views_free_all(&corpus->views);
    corpus_release(corpus);
}
