#include "corpus/build.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "corpus/build_episodes.h"
#include "corpus/build_folders.h"
#include "corpus/history.h"

static void free_drafts(struct step *s)
{
    free(s->episode_changes);
    s->episode_changes = NULL;
    s->episode_change_count = 0;
    arena_free(&s->scratch);
}

/* --- views ------------------------------------------------------------------------------------ */

/* The values before and after each change. */
static struct views_change *views_changes(const struct step *s)
{
    struct views_change *changes = calloc(s->episode_change_count + 1, sizeof *changes);
    for (size_t i = 0; i < s->episode_change_count && changes; i++) {
        const struct episode_change *change = &s->episode_changes[i];
        const struct episode *before = episode_shown(change->before);
        const struct episode *now = episode_shown(s->next->episodes[change->number]);
        changes[i] = (struct views_change){change->number, before ? before->facet_refs : NULL,
                                           now ? now->facet_refs : NULL};
    }
    return changes;
}

/* The last step, which frees the drafts of the episodes first: it takes as much itself. */
static int make_views(struct step *s)
{
    size_t count = s->episode_change_count;
    cleanup_free struct views_change *changes = views_changes(s);
    free_drafts(s);
    const struct views_step step = {
        .old = &s->old->views,
        .vocabulary = &s->builder->vocabulary,
        .after = s->next->episodes,
        .episode_cap = s->next->episode_cap,
        .changes = changes,
        .count = count,
        .txn = &s->txn,
    };
    return changes ? views_next(&step, &s->next->views) : -ENOMEM;
}

/* --- sums ------------------------------------------------------------------------------------- */

static void add_up(struct corpus *corpus, const struct episode *episode, uint32_t by)
{
    if (!episode)
        return;
    corpus->original_count += by * episode->head.has_originals;
    corpus->hash ^= episode->files_identity;
    corpus->private_count += by * episode->is_private;
    if (episode->is_private)
        return;
    corpus->problem_count += by * episode->problems.count;
    corpus->silent_count += by * !episode->head.has_body;
    corpus->bytes += (uint64_t)(int64_t)(int32_t)by * (uint64_t)episode->id.size;
}

/* Counts anew, not by differences: the mode of one folder may make all below it private. */
static void count_folders(struct step *s)
{
    for (uint32_t i = 0; i < s->next->folder_cap; i++) {
        if (s->next->folders[i])
            s->next->shown_folder_count += !builder_is_private(s->builder, i);
    }
}

static void sum_up(struct step *s)
{
    for (size_t i = 0; i < s->episode_change_count; i++) {
        add_up(s->next, s->episode_changes[i].before, (uint32_t)-1);
        add_up(s->next, s->next->episodes[s->episode_changes[i].number], 1);
    }
    s->next->stamps = s->next->folders[0]->stamps;
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
    return order ? order : (x > y) - (x < y); /* stable */
}

/* In the order of paths, so that the first generation is numbered that way; the last of a path, and
 * of a folder in its place. Both arrays have room for all. */
static void sort_changes(struct scanned *changes, size_t *count, const struct scanned **order,
                         struct scanned *sorted)
{
    size_t kept = 0;
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
}

int corpus_order(struct scanned *changes, size_t *count)
{
    const struct scanned **order = calloc(*count + 1, sizeof *order);
    struct scanned *sorted = calloc(*count + 1, sizeof *sorted);
    int err = order && sorted ? 0 : -ENOMEM;
    if (!err)
        sort_changes(changes, count, order, sorted);
    free(order);
    free(sorted);
    return err;
}

/* Numbers all paths first, so that the arrays by number get their size. */
static int enter_paths(struct step *s, const struct scanned *changes, size_t count)
{
    struct builder *b = s->builder;
    uint32_t number;
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        if (changes[i].is_gone || changes[i].is_stray)
            continue;
        if (changes[i].is_folder) {
            err = builder_find_folder(b, changes[i].path, &number);
            if (!err)
                builder_note_folder(b, number, &changes[i].id);
            continue;
        }
        err = builder_find_number(b, changes[i].path, &number);
        if (!err)
            err = builder_find_folder(b, path_parent(changes[i].path), &number);
    }
    return err;
}

/* There will be about as many changes of episodes as `count`. */
static int allocate(struct step *s, size_t count)
{
    size_t episodes = s->builder->paths.count, folders = s->builder->folder_record_count;
    size_t most = episodes > folders ? episodes : folders;
    struct corpus *next = s->next;

    next->episode_cap = (uint32_t)episodes;
    next->folder_cap = (uint32_t)folders;
    next->episodes = pointers_grown(s->old->episodes, s->old->episode_cap, episodes);
    next->folders = pointers_grown(s->old->folders, s->old->folder_cap, folders);
    s->episode_changes = calloc(count + 1, sizeof *s->episode_changes);
    s->episode_change_cap = count + 1;
    s->change_of = malloc((episodes + 1) * sizeof *s->change_of);
    s->changed = calloc(episodes + 1, sizeof(bool));
    s->folder_changes = calloc(folders + 1, sizeof *s->folder_changes);
    s->folder_gone = calloc(folders + 1, sizeof(bool));
    s->touched = calloc(folders + 1, sizeof *s->touched);
    s->list = calloc(most + 1, sizeof *s->list);
    if (!next->episodes || !next->folders || !s->episode_changes || !s->change_of || !s->changed ||
        !s->folder_changes || !s->folder_gone || !s->touched || !s->list)
        return -ENOMEM;
    memset(s->change_of, 0xFF, (episodes + 1) * sizeof *s->change_of);
    for (size_t i = 0; i < folders; i++) {
        s->folder_changes[i].stamps = stamps_none();
        s->folder_changes[i].episode_changes = s->folder_changes[i].new_folders =
            s->folder_changes[i].next_new_folder = NO_INDEX;
    }
    return 0;
}

static int take_step(struct step *s, struct scanned *changes, size_t count)
{
    int err = enter_paths(s, changes, count);
    if (!err)
        err = allocate(s, count);
    for (size_t i = 0; i < count && !err; i++)
        err = step_change_file(s, &changes[i]);
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
    if (err)
        return err;
    sum_up(s);
    return make_views(s);
}

/* Before anybody can see it. */
static void note_generation(const struct step *s, const struct scanned *changes, size_t count)
{
    const struct builder *b = s->builder;
    struct journal *journal = b->journal;
    for (size_t i = 0; i < count && journal; i++)
        history_note_file(journal, &changes[i]);
    for (uint32_t number = 0; number < s->next->episode_cap && journal; number++) {
        /* One that was only named anew has the version that it had. */
        if (!s->changed[number])
            continue;
        const struct episode *now = s->next->episodes[number];
        uint32_t version = now ? now->version : b->versions[number];
        if (version) /* without a record it is 0 */
            history_note_version(journal, number, version);
    }
    journal_add(journal, HISTORY_PUBLISHED, (uint32_t)s->next->generation, SLICE(""));
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
    s.next->own = builder->own;
    s.next->private_count = s.old->private_count;
    s.next->problem_count = s.old->problem_count - s.old->stray_problem_count;
    s.next->silent_count = s.old->silent_count;
    s.next->original_count = s.old->original_count;
    s.next->folder_count = s.old->folder_count;
    s.next->bytes = s.old->bytes;
    s.next->hash = s.old->hash;
    int err = corpus_order(changes, &count);
    if (!err)
        err = take_step(&s, changes, count);
    if (err) {
        txn_abort(&s.txn);
        corpus_release(s.next);
    } else {
        struct blocks retired = txn_commit(&s.txn);
        s.next->generation = ++builder->generation;
        note_generation(&s, changes, count);
        for (size_t i = 0; i < builder->folder_record_count; i++)
            builder->folder_records[i].has_changed = false;
        for (uint32_t i = 0; i < s.next->episode_cap; i++)
            builder->versions[i] += s.changed[i];
        if (old)
            old->retired = retired;
        else
            blocks_free(&retired);
        *next = s.next;
    }
    free_drafts(&s);
    free(s.change_of);
    free(s.changed);
    free(s.folder_changes);
    free(s.folder_gone);
    free(s.touched);
    free(s.list);
    return err;
}
