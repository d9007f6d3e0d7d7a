#include "corpus/build_episodes.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/filename.h"
#include "base/identity.h"
#include "base/path.h"
#include "corpus/naming.h"

/* --- changes of episodes ---------------------------------------------------------------------- */

static int add_change(struct step *s, const struct episode_change *change)
{
    if (!array_reserve(&s->episode_changes, s->episode_change_count, &s->episode_change_cap,
                       sizeof *s->episode_changes))
        return -ENOMEM;
    struct folder_change *folder_change = &s->folder_changes[episode_change_folder(change)];
    s->episode_changes[s->episode_change_count] = *change;
    s->episode_changes[s->episode_change_count].next = folder_change->episode_changes;
    s->change_of[change->number] = folder_change->episode_changes =
        (uint32_t)s->episode_change_count++;
    s->changed[change->number] = true;
    return 0;
}

struct episode_change *step_change_episode(struct step *s, uint32_t number)
{
    if (s->change_of[number] == NO_INDEX) {
        const struct episode_change same = {.number = number,
                                            .before = s->old->episodes[number],
                                            .is_there = true,
                                            .now = *s->old->episodes[number]};
        if (add_change(s, &same))
            return NULL;
    }
    return &s->episode_changes[s->change_of[number]];
}

/* Reports each view beyond the limit once. */
static void report_views(struct step *s, const struct fact *fact, struct diags *diags)
{
    char text[LIMIT_TEXT];
    cleanup_buf struct buf problem = {0};
    buf_add_slice(&problem, fact->view);
    buf_printf(&problem, ": %s", limit_message(s->builder->options.limits, LIMIT_VIEWS, text));
    diags->failed |= problem.failed;
    if (problem.failed || (diags->last && slice_equal(diags->last->problem, buf_slice(&problem))))
        return;
    diags_add(diags, fact->line, fact->column, "there is no such view", "%s", problem.data);
}

/* Makes the values of an episode from the facts of its file. Facts of a view beyond the limit get
 * none. */
static int make_facet_refs(struct step *s, const struct fact *facts, struct diags *diags,
                           const struct facet_refs **made)
{
    size_t count = 0;
    for (const struct fact *fact = facts; fact; fact = fact->next)
        count++;
    struct facet_refs *facet_refs = txn_alloc(
        &s->txn, 1, sizeof *facet_refs + count * sizeof *facet_refs->spellings);
    *made = facet_refs;
    if (!facet_refs)
        return -ENOMEM;
    for (const struct fact *fact = facts; fact; fact = fact->next) {
        int err = vocabulary_enter(&s->builder->vocabulary, fact->view, fact->value,
                                   &facet_refs->spellings[facet_refs->count]);
        if (err && err != -ENOSPC)
            return err;
        if (err)
            report_views(s, fact, diags);
        facet_refs->count += !err;
    }
    facet_refs_sort(facet_refs);
    return 0;
}

static void add_problems(struct slice path, const struct diag *diag, struct problems *problems)
{
    for (; diag; diag = diag->next)
        problems->at[problems->count++] = (struct problem){path, diag->line, diag->column,
                                                           diag->problem, diag->action};
}

/* The problems that the scan found, and `more`. */
static int step_problems(struct step *s, const struct scanned *file, const struct diags *more,
                         struct problems *problems)
{
    uint32_t count = more ? more->count : 0;
    for (const struct diag *diag = file->problems; diag; diag = diag->next)
        count++;
    *problems = (struct problems){.at = ARENA_NEW(&s->scratch, struct problem, count)};
    if (!problems->at)
        return -ENOMEM;
    add_problems(file->path, file->problems, problems);
    add_problems(file->path, more ? more->first : NULL, problems);
    return 0;
}

static void begin_identity(struct identity *identity, enum identity_kind kind,
                           const struct episode *now)
{
    identity_begin(identity, kind);
    identity_add(identity, now->path);
    identity_add_number(identity, instant_bits(now->id.stamps.mtime));
    identity_add_number(identity, (uint64_t)now->id.size);
}

static uint64_t files_identity(const struct episode *now)
{
    struct identity identity;
    begin_identity(&identity, IDENTITY_FILES, now);
    for (uint32_t i = 0; i < now->companions.count; i++) {
        const struct companion *companion = &now->companions.at[i];
        if (companion->role == COMPANION_PRIVATE)
            continue;
        identity_add(&identity, companion->path);
        identity_add_number(&identity, instant_bits(companion->id.stamps.mtime));
        identity_add_number(&identity, (uint64_t)companion->id.size);
        identity_add_number(&identity, companion->role);
    }
    return identity_end(&identity);
}

/* The identities depend on the files of this episode alone, so no other file changes its inode
 * numbers. */
static void identify(struct episode *now)
{
    struct identity version;
    begin_identity(&version, IDENTITY_VERSION, now);
    now->identity = identity_of(IDENTITY_PATH, now->path);
    now->version_identity = identity_end(&version);
    now->files_identity = now->companions.count ? files_identity(now) : now->version_identity;
}

int step_change_file(struct step *s, const struct scanned *file)
{
    struct diags diags = {.arena = &s->scratch};
    struct episode_change change = {.is_there = !file->is_gone && !file->is_stray};
    struct episode *now = &change.now;
    uint32_t known = intern_find(&s->builder->paths, file->path);

    if (file->is_folder)
        return 0;
    change.number = known;
    change.before = known == NO_INDEX ? NULL : corpus_episode(s->old, known);
    if (!change.is_there)
        return change.before ? add_change(s, &change) : 0;
    *now = (struct episode){
        .path = s->builder->paths.strings[known],
        .head = file->head,
        .id = file->id,
        .companions = file->companions,
        .own = s->builder->own,
        .is_unread = file->is_unread,
    };
    identify(now);
    change.number = known;
    change.has_new_facet_refs = true;
    if (change.before) {
        now->base = change.before->base;
        now->name = change.before->name;
    }
    int err = builder_find_folder(s->builder, path_parent(file->path), &now->folder);
    if (!err) {
        now->is_private = builder_hides(s->builder, &now->id.access, now->folder);
        err = make_facet_refs(s, file->facts, &diags, &now->facet_refs);
    }
    if (!err)
        err = diags.failed ? -ENOMEM : step_problems(s, file, &diags, &now->problems);
    return err ? err : add_change(s, &change);
}

static bool has_other_access(const struct step *s)
{
    for (uint32_t i = 0; i < s->old->folder_cap; i++) {
        const struct folder *old = s->old->folders[i];
        if (old && !access_equal(&old->access, &s->builder->folder_records[i].access))
            return true;
    }
    return false;
}

int step_follow_access(struct step *s)
{
    if (!has_other_access(s))
        return 0;
    for (uint32_t i = 0; i < s->old->episode_cap; i++) {
        const struct episode *old = s->old->episodes[i];
        if (!old || s->change_of[i] != NO_INDEX)
            continue;
        bool is_private = builder_hides(s->builder, &old->id.access, old->folder);
        struct episode_change *change = is_private == old->is_private ? NULL
                                                                      : step_change_episode(s, i);
        if (change)
            change->now.is_private = is_private;
        else if (is_private != old->is_private)
            return -ENOMEM;
    }
    return 0;
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
    /* Usually the name is the path without its ending. */
    to->name = slice_starts(to->path, to->name) ? slice_head(to->path, to->name.len)
                                                : pack(packing, to->name);
    to->base = path_base(to->name);
    to->entry = pack(packing, to->entry);
    to->head.title = pack(packing, to->head.title);
    pack_problems(packing, packing->at ? &to->problems : NULL, &from->problems, to->path);
    for (uint32_t i = 0; i < from->companions.count; i++) {
        struct slice path = pack(packing, from->companions.at[i].path);
        if (packing->at)
            to->companions.at[i].path = path;
    }
}

/* Measures the texts first, then copies them into the block behind the episode. */
const struct episode *step_make_episode(struct step *s, const struct episode *from)
{
    struct packing packing = {0};
    struct episode measured = *from;
    size_t head = sizeof *from + from->problems.count * sizeof *from->problems.at +
                  from->companions.count * sizeof *from->companions.at;

    pack_episode(&packing, &measured, from);
    struct episode *made = txn_alloc(&s->txn, 1, head + packing.need);
    if (!made)
        return NULL;
    *made = *from;
    made->problems.at = (struct problem *)(made + 1);
    made->companions.at = (struct companion *)(made->problems.at + from->problems.count);
    for (uint32_t i = 0; i < from->companions.count; i++)
        made->companions.at[i] = from->companions.at[i];
    packing.at = (char *)made + head;
    pack_episode(&packing, made, from);
    return made;
}

int step_plain_entry(struct step *s, struct episode_change *change)
{
    const struct date none = {0};
    bool is_bare = s->builder->options.bare_entries;
    cleanup_buf struct buf entry = {0};

    naming_entry(&entry, is_bare ? &none : &change->now.head.date,
                 is_bare ? SLICE("") : change->now.head.title, change->now.name);
    change->now.entry = arena_copy_buf(&s->scratch, &entry);
    return change->now.entry.data ? 0 : -ENOMEM;
}

static int make_change(struct step *s, struct episode_change *change)
{
    const struct episode *made = NULL;
    txn_retire(&s->txn, change->before);
    if (change->before && (change->has_new_facet_refs || !change->is_there))
        txn_retire(&s->txn, change->before->facet_refs);
    if (change->is_there) {
        int err = step_plain_entry(s, change);
        if (err)
            return err;
        change->now.version = s->builder->versions[change->number];
        made = step_make_episode(s, &change->now);
        if (!made)
            return -ENOMEM;
    }
    s->next->episodes[change->number] = made;
    return 0;
}

int step_make_episodes(struct step *s)
{
    int err = 0;
    for (size_t i = 0; i < s->episode_change_count && !err; i++)
        err = make_change(s, &s->episode_changes[i]);
    return err;
}

/* --- lists of episodes ------------------------------------------------------------------------ */

static int by_path(const void *corpus_, uint32_t a, uint32_t b)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->episodes[a]->path, corpus->episodes[b]->path);
}

int step_by_entry(const void *corpus_, uint32_t a, uint32_t b)
{
    const struct corpus *corpus = corpus_;
    int order = slice_compare(corpus->episodes[a]->entry, corpus->episodes[b]->entry);
    return order ? order : by_path(corpus, a, b);
}

static int by_date(const void *corpus_, uint32_t a, uint32_t b)
{
    const struct corpus *corpus = corpus_;
    uint32_t x = code_of_date(&corpus->episodes[a]->head.date);
    uint32_t y = code_of_date(&corpus->episodes[b]->head.date);
    return x != y ? (x < y ? -1 : 1) : step_by_entry(corpus, a, b);
}

uint32_t step_list_changes(struct step *s, bool with_date, order_fn *order)
{
    uint32_t count = 0;
    for (size_t i = 0; i < s->episode_change_count; i++) {
        const struct episode *now = &s->episode_changes[i].now;
        if (s->episode_changes[i].is_there &&
            (!with_date || (now->head.date.year && !now->is_private)))
            s->list[count++] = s->episode_changes[i].number;
    }
    step_sort(s->list, count, order, s->next);
    return count;
}

int step_list_paths(struct step *s)
{
    uint32_t count = step_list_changes(s, false, by_path);
    s->next->by_path = step_next_list(s, s->old->by_path, s->old->episode_count, count, by_path,
                                      &s->next->episode_count);
    return s->txn.failed ? -ENOMEM : 0;
}

int step_list_dates(struct step *s)
{
    const struct corpus *old = s->old;
    struct corpus *next = s->next;
    uint32_t count = s->builder->date_view.len ? step_list_changes(s, true, by_date) : 0;
    next->dated = step_next_list(s, old->dated, old->dated_count, count, by_date,
                                 &next->dated_count);
    next->date_view = next->dated_count ? s->builder->date_view : SLICE("");
    return s->txn.failed ? -ENOMEM : 0;
}

/* --- strays ----------------------------------------------------------------------------------- */

static const struct stray *make_stray(struct step *s, const struct scanned *file)
{
    struct problems problems = {0};
    struct packing packing = {0};
    if (step_problems(s, file, NULL, &problems))
        return NULL;
    pack(&packing, file->path);
    pack_problems(&packing, NULL, &problems, file->path);
    size_t head = sizeof(struct stray) + problems.count * sizeof *problems.at;
    struct stray *stray = txn_alloc(&s->txn, 1, head + packing.need);
    if (!stray)
        return NULL;
    stray->problems = (struct problems){(struct problem *)(stray + 1), problems.count};
    packing.at = (char *)stray + head;
    stray->path = pack(&packing, file->path);
    stray->access = file->id.access;
    pack_problems(&packing, &stray->problems, &problems, stray->path);
    return stray;
}

/* The strays and their problems. */
static int count_strays(struct step *s)
{
    struct corpus *next = s->next;
    uint32_t folder;
    next->stray_is_private = calloc(next->stray_count + (size_t)1, sizeof(bool));
    if (!next->stray_is_private)
        return -ENOMEM;
    for (uint32_t i = 0; i < next->stray_count; i++) {
        const struct stray *stray = next->strays[i];
        int err = builder_find_folder(s->builder, path_parent(stray->path), &folder);
        if (err)
            return err;
        next->stray_is_private[i] = builder_hides(s->builder, &stray->access, folder);
        if (!next->stray_is_private[i])
            next->stray_problem_count += stray->problems.count;
    }
    next->problem_count += next->stray_problem_count;
    return 0;
}

/* Keeps the old strays before `path`, and skips the one at `path`, which the change replaces. */
static void keep_strays(struct step *s, uint32_t *at, const struct slice *path)
{
    struct corpus *next = s->next;
    for (; *at < s->old->stray_count; ++*at) {
        const struct stray *stray = s->old->strays[*at];
        int order = path ? slice_compare(stray->path, *path) : -1;
        if (order > 0)
            return;
        if (order == 0)
            txn_retire(&s->txn, stray);
        else
            next->strays[next->stray_count++] = stray;
    }
}

int step_make_strays(struct step *s, const struct scanned *files, size_t count)
{
    struct corpus *next = s->next;
    uint32_t at = 0;
    next->stray_count = 0;
    next->strays = calloc(s->old->stray_count + count + 1, sizeof *next->strays);
    if (!next->strays)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (files[i].is_folder)
            continue;
        keep_strays(s, &at, &files[i].path);
        if (!files[i].is_stray || files[i].is_gone)
            continue;
        next->strays[next->stray_count] = make_stray(s, &files[i]);
        if (!next->strays[next->stray_count++])
            return -ENOMEM;
    }
    keep_strays(s, &at, NULL);
    return count_strays(s);
}
