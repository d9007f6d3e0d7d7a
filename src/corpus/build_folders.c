#include "corpus/build_folders.h"

#include <errno.h>
#include <stdlib.h>

#include "base/path.h"
#include "corpus/build_episodes.h"
#include "corpus/naming.h"

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
    for (uint32_t i = 0; i < s->old->folder_cap; i++) {
        const struct folder *old = s->old->folders[i];
        if (old && !access_equal(&old->access, &s->builder->places[i].access))
            touch(s, i);
    }
    for (size_t i = 0; i < s->draft_count; i++) {
        const struct draft *draft = &s->drafts[i];
        uint32_t folder = draft_folder(draft);
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
    struct draft *draft = step_draft(s, number);
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

int step_name_episodes(struct step *s)
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

static int by_base(const void *corpus_, uint32_t a, uint32_t b)
{
    const struct corpus *corpus = corpus_;
    return slice_compare(corpus->episodes[a]->base, corpus->episodes[b]->base);
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
    uint32_t added = 0;
    for (uint32_t i = s->works[number].news; i != NO_INDEX; i = s->works[i].next_new)
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
    return list_next(&s->turnover, &change, count);
}

/* The drafts in a folder that are there, in order; they are put in s->list. */
static uint32_t list_folder_drafts(struct step *s, uint32_t folder)
{
    uint32_t count = 0;
    for (uint32_t i = s->works[folder].drafts; i != NO_INDEX; i = s->drafts[i].next) {
        if (s->drafts[i].is_there)
            s->list[count++] = s->drafts[i].number;
    }
    step_sort(s->list, count, by_base, s->next);
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
        .access = place->access,
    };
    uint32_t added = list_folder_drafts(s, number);
    folder.episodes = step_next_list(s, old ? old->episodes : NULL, old ? old->episode_count : 0,
                                     added, by_base, &folder.episode_count);
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

int step_make_folders(struct step *s)
{
    int err = 0;
    for (uint32_t i = 0; i < s->touched_count && !err; i++)
        err = next_folder(s, s->touched[i]);
    return err;
}
