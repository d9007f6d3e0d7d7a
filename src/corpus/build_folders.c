#include "corpus/build_folders.h"

#include <errno.h>
#include <stdlib.h>

#include "base/path.h"
#include "corpus/build_episodes.h"
#include "corpus/naming.h"

/* --- which folders there are, and the names in them ------------------------------------------- */

static void touch(struct step *s, uint32_t folder)
{
    for (; !s->folder_changes[folder].is_touched;
         folder = s->builder->folder_records[folder].parent) {
        const struct folder *old = corpus_folder(s->old, folder);
        s->folder_changes[folder].is_touched = true;
        s->folder_changes[folder].episodes = old ? old->episode_count : 0;
        s->folder_changes[folder].folders = old ? old->folder_count : 0;
        s->touched[s->touched_count++] = folder;
    }
}

static int deepest_first(const void *a, const void *b, void *builder_)
{
    const struct builder *builder = builder_;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (builder->folder_records[x].depth != builder->folder_records[y].depth)
        return builder->folder_records[x].depth > builder->folder_records[y].depth ? -1 : 1;
    return (x > y) - (x < y);
}

static void touch_folders(struct step *s)
{
    for (uint32_t i = 0; i < s->old->folder_cap; i++) {
        const struct folder *old = s->old->folders[i];
        if (old && !access_equal(&old->access, &s->builder->folder_records[i].access))
            touch(s, i);
    }
    for (size_t i = 0; i < s->builder->folder_record_count; i++) {
        if (s->builder->folder_records[i].has_changed)
            touch(s, (uint32_t)i);
    }
    for (size_t i = 0; i < s->episode_change_count; i++) {
        const struct episode_change *change = &s->episode_changes[i];
        uint32_t folder = episode_change_folder(change);
        touch(s, folder);
        if (!change->before == !change->is_there)
            continue;
        s->folder_changes[folder].has_new_names = true;
        s->folder_changes[folder].episodes += change->is_there ? 1u : -1u;
    }
    touch(s, 0);
    qsort_r(s->touched, s->touched_count, sizeof *s->touched, deepest_first, s->builder);
    for (uint32_t i = 0; i < s->touched_count; i++) {
        uint32_t folder = s->touched[i];
        struct folder_change *folder_change = &s->folder_changes[folder];
        bool was_there = corpus_folder(s->old, folder) != NULL;
        folder_change->is_there = folder == 0 || folder_change->episodes || folder_change->folders;
        if (folder_change->is_there == was_there || folder == 0)
            continue;
        struct folder_change *above = &s->folder_changes[s->builder->folder_records[folder].parent];
        above->has_new_names = true;
        above->folders += folder_change->is_there ? 1u : -1u;
        s->folder_gone[folder] = was_there;
        if (folder_change->is_there) {
            folder_change->next_new_folder = above->new_folders;
            above->new_folders = folder;
        }
    }
}

/* Lists the episodes of a folder in the next generation, unsorted. */
static uint32_t list_episodes(struct step *s, uint32_t folder)
{
    const struct folder *old = corpus_folder(s->old, folder);
    uint32_t count = 0;
    for (uint32_t i = 0; old && i < old->episode_count; i++) {
        if (!s->changed[old->episodes[i]])
            s->list[count++] = old->episodes[i];
    }
    for (uint32_t i = s->folder_changes[folder].episode_changes; i != NO_INDEX;
         i = s->episode_changes[i].next) {
        if (s->episode_changes[i].is_there)
            s->list[count++] = s->episode_changes[i].number;
    }
    return count;
}

static struct slice path_of(const struct step *s, uint32_t number)
{
    uint32_t change = s->change_of[number];
    return change == NO_INDEX ? s->old->episodes[number]->path
                              : s->episode_changes[change].now.path;
}

static int by_path_of(const void *a, const void *b, void *step)
{
    return slice_compare(path_of(step, *(const uint32_t *)a), path_of(step, *(const uint32_t *)b));
}

static int set_base(struct step *s, uint32_t number, uint32_t folder, struct slice base)
{
    if (s->change_of[number] == NO_INDEX && slice_equal(s->old->episodes[number]->base, base))
        return 0;
    struct episode_change *change = step_change_episode(s, number);
    if (!change)
        return -ENOMEM;
    change->now.base = base;
    change->now.name = path_join(&s->scratch, s->builder->folder_records[folder].name, base);
    return change->now.name.data ? 0 : -ENOMEM;
}

/* The names of the folders in a folder, which builder_find_folder() disambiguated. */
static struct slice *folder_names(struct step *s, uint32_t folder, size_t *count)
{
    const struct folder *old = corpus_folder(s->old, folder);
    struct slice *names = ARENA_NEW(&s->scratch, struct slice, s->folder_changes[folder].folders);
    *count = 0;
    for (uint32_t i = 0; names && old && i < old->folder_count; i++) {
        if (!s->folder_gone[old->folders[i]])
            names[(*count)++] = s->builder->folder_records[old->folders[i]].base;
    }
    for (uint32_t i = s->folder_changes[folder].new_folders; names && i != NO_INDEX;
         i = s->folder_changes[i].next_new_folder)
        names[(*count)++] = s->builder->folder_records[i].base;
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

int step_name_episodes(struct step *s)
{
    int err = 0;
    touch_folders(s);
    for (uint32_t i = 0; i < s->touched_count && !err; i++) {
        const struct folder_change *folder_change = &s->folder_changes[s->touched[i]];
        if (folder_change->is_there && folder_change->has_new_names)
            err = name_episodes(s, s->touched[i]);
    }
    return err;
}

static int by_base(const void *corpus_, uint32_t a, uint32_t b)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->episodes[a]->base, corpus->episodes[b]->base);
}

/* --- folders ---------------------------------------------------------------------------------- */

static int by_folder_base(const void *builder_, uint32_t a, uint32_t b)
{
    const struct builder *builder = builder_;
    return slice_compare(builder->folder_records[a].base, builder->folder_records[b].base);
}

static const uint32_t *next_folders(struct step *s, uint32_t number, uint32_t *count)
{
    const struct folder *old = corpus_folder(s->old, number);
    uint32_t added = 0;
    for (uint32_t i = s->folder_changes[number].new_folders; i != NO_INDEX;
         i = s->folder_changes[i].next_new_folder)
        s->list[added++] = i;
    step_sort(s->list, added, by_folder_base, s->builder);
    const struct list_change change = {
        .old = old ? old->folders : NULL,
        .old_count = old ? old->folder_count : 0,
        .drop = s->folder_gone,
        .added = s->list,
        .added_count = added,
        .order = by_folder_base,
        .context = s->builder,
    };
    return list_next(&s->txn, &change, count);
}

/* Puts the changed episodes of a folder that the next generation has, in order, into s->list. */
static uint32_t list_folder_changes(struct step *s, uint32_t folder)
{
    uint32_t count = 0;
    for (uint32_t i = s->folder_changes[folder].episode_changes; i != NO_INDEX;
         i = s->episode_changes[i].next) {
        if (s->episode_changes[i].is_there)
            s->list[count++] = s->episode_changes[i].number;
    }
    step_sort(s->list, count, by_base, s->next);
    return count;
}

/* The newest times in and below a folder. The caller goes from the deepest folder upwards, so the
 * folders in this one have theirs. */
static struct stamps newest_in(const struct step *s, uint32_t number, const struct folder *folder)
{
    struct stamps newest = s->folder_changes[number].stamps;
    for (uint32_t i = 0; i < folder->episode_count; i++)
        newest = stamps_later(newest, episode_newest(s->next->episodes[folder->episodes[i]]));
    for (uint32_t i = 0; i < folder->folder_count; i++)
        newest = stamps_later(newest, s->next->folders[folder->folders[i]]->stamps);
    /* Nobody can set a ctime: it also shows that an older file replaced a newer one. */
    newest.mtime = instant_later(newest.mtime, newest.ctime);
    return newest;
}

static int next_folder(struct step *s, uint32_t number)
{
    const struct folder *old = corpus_folder(s->old, number);
    const struct folder_record *record = &s->builder->folder_records[number];
    struct folder folder = {
        .path = record->path,
        .name = record->name,
        .base = record->base,
        .parent = record->parent,
        .depth = record->depth,
        .identity = record->identity,
        .access = record->access,
        .own = record->stamps,
    };
    uint32_t added = list_folder_changes(s, number);
    folder.episodes = step_next_list(s, old ? old->episodes : NULL, old ? old->episode_count : 0,
                                     added, by_base, &folder.episode_count);
    folder.folders = next_folders(s, number, &folder.folder_count);
    txn_retire(&s->txn, old);
    s->next->folders[number] = NULL;
    s->next->folder_count -= old != NULL;
    if (s->txn.failed)
        return -ENOMEM;
    if (!s->folder_changes[number].is_there)
        return 0;
    folder.stamps = newest_in(s, number, &folder);
    struct folder *made = txn_alloc(&s->txn, 1, sizeof *made);
    if (!made)
        return -ENOMEM;
    *made = folder;
    s->next->folders[number] = made;
    s->next->folder_count++;
    return 0;
}

/* A folder without episodes adds its times to those of its parent: its last episode may just have
 * gone. A folder has a greater number than its parent. */
static void gather_own_stamps(struct step *s)
{
    const struct folder_record *records = s->builder->folder_records;
    for (size_t i = s->builder->folder_record_count; i-- > 0;) {
        struct folder_change *change = &s->folder_changes[i];
        bool is_there = change->is_touched ? change->is_there
                                           : corpus_folder(s->old, (uint32_t)i) != NULL;
        change->stamps = stamps_later(change->stamps, records[i].stamps);
        if (!is_there && i > 0)
            s->folder_changes[records[i].parent].stamps = stamps_later(
                s->folder_changes[records[i].parent].stamps, change->stamps);
    }
}

int step_make_folders(struct step *s)
{
    int err = 0;
    gather_own_stamps(s);
    for (uint32_t i = 0; i < s->touched_count && !err; i++)
        err = next_folder(s, s->touched[i]);
    return err;
}
