/* The entries of episodes, the names in the views: each is unique. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/filename.h"
#include "corpus/build_episodes.h"

/* An entry that is not final yet. */
struct entry_name {
    uint32_t number;
    struct slice path, entry;
    bool is_alike;
};

static int by_entry_name(const void *a, const void *b)
{
    const struct entry_name *x = a, *y = b;
    int order = slice_compare(x->entry, y->entry);
    return order ? order : slice_compare(x->path, y->path);
}

static int list_entries(struct step *s, const uint32_t *old, uint32_t old_count)
{
    uint32_t all;
    uint32_t count = step_list_changes(s, false, step_by_entry);
    s->next->by_entry = step_next_list(s, old, old_count, count, step_by_entry, &all);
    return s->txn.failed ? -ENOMEM : 0;
}

/* Whether a change adds an entry that another episode has, or affects a disambiguated one. */
static bool touches_alike(const struct step *s)
{
    const struct corpus *next = s->next;
    for (size_t i = 0; i < s->episode_change_count; i++) {
        const struct episode_change *change = &s->episode_changes[i];
        if (change->before && change->before->is_alike)
            return true;
        if (!change->is_there)
            continue;
        struct slice entry = next->episodes[change->number]->entry;
        uint32_t behind = corpus_entry_behind(next, next->by_entry, next->episode_count, entry);
        if (behind >= 2 && slice_equal(next->episodes[next->by_entry[behind - 2]]->entry, entry))
            return true;
    }
    return false;
}

static int rename_entry(struct step *s, const struct entry_name *name)
{
    struct episode_change *change = step_change_episode(s, name->number);
    if (!change)
        return -ENOMEM;
    change->now.entry = name->entry;
    change->now.is_alike = name->is_alike;
    const struct episode *was = s->next->episodes[name->number];
    const struct episode *made = step_make_episode(s, &change->now);
    if (!made)
        return -ENOMEM;
    /* The old generation frees `was`, even if this step made it. */
    txn_retire(&s->txn, was);
    s->next->episodes[name->number] = made;
    return 0;
}

/* Finds the episodes that have a disambiguated entry, that changed, or that share their entry with
 * a neighbour. */
static bool *find_concerned(struct step *s)
{
    const struct corpus *next = s->next;
    bool *is_concerned = ARENA_NEW(&s->scratch, bool, next->episode_cap + (size_t)1);
    for (uint32_t i = 0; is_concerned && i < next->episode_count; i++) {
        uint32_t number = next->by_entry[i], before = next->by_entry[i ? i - 1 : 0];
        const struct episode *episode = next->episodes[number];
        is_concerned[number] |= episode->is_alike || s->changed[number];
        if (i && slice_equal(next->episodes[before]->entry, episode->entry))
            is_concerned[number] = is_concerned[before] = true;
    }
    return is_concerned;
}

/* Lists their plain names. */
static int list_names(struct step *s, const bool *is_concerned, struct entry_name *names,
                      uint32_t *count)
{
    *count = 0;
    for (uint32_t i = 0; i < s->next->episode_count; i++) {
        uint32_t number = s->next->by_path[i];
        struct episode_change plain = {.now = *s->next->episodes[number]};
        int err = is_concerned[number] && plain.now.is_alike ? step_plain_entry(s, &plain) : 0;
        if (err)
            return err;
        if (is_concerned[number])
            names[(*count)++] = (struct entry_name){number, plain.now.path, plain.now.entry, false};
    }
    return 0;
}

/* a/b--c and a--b/c make the same name: all but the first get a hash of their path, until all
 * differ. */
static int tell_apart(struct step *s, struct entry_name *names, uint32_t count)
{
    uint32_t twins = 1;
    for (unsigned round = 0; twins; round++) {
        struct slice before = {0};
        twins = 0;
        qsort(names, count, sizeof *names, by_entry_name);
        for (uint32_t i = 0; i < count; i++) {
            struct slice entry = names[i].entry;
            cleanup_buf struct buf other = {0};
            bool is_twin = i && slice_equal(before, entry);
            before = entry;
            if (!is_twin)
                continue;
            filename_disambiguate(&other, entry, FILENAME_MAX_BYTES, names[i].path, round, twins++);
            names[i].entry = arena_copy_buf(&s->scratch, &other);
            if (!names[i].entry.data)
                return -ENOMEM;
            names[i].is_alike = names[i - 1].is_alike = true;
        }
    }
    return 0;
}

/* Starts from the plain names, so that names do not depend on earlier generations. */
static int name_concerned(struct step *s, const bool *is_concerned)
{
    uint32_t count;
    struct entry_name *names = ARENA_NEW(&s->scratch, struct entry_name, s->next->episode_count);
    int err = names ? list_names(s, is_concerned, names, &count) : -ENOMEM;
    if (!err)
        err = tell_apart(s, names, count);
    for (uint32_t i = 0; !err && i < count; i++) {
        const struct episode *is = s->next->episodes[names[i].number];
        if (names[i].is_alike != is->is_alike || !slice_equal(names[i].entry, is->entry))
            err = rename_entry(s, &names[i]);
    }
    return err ? err : list_entries(s, s->next->by_entry, s->next->episode_count);
}

static bool has_alike(const struct corpus *corpus)
{
    for (uint32_t i = 1; i < corpus->episode_count; i++) {
        if (slice_equal(corpus->episodes[corpus->by_entry[i - 1]]->entry,
                        corpus->episodes[corpus->by_entry[i]]->entry))
            return true;
    }
    return false;
}

int step_name_entries(struct step *s)
{
    int err = list_entries(s, s->old->by_entry, s->old->episode_count);
    if (err)
        return err;
    if (!touches_alike(s))
        return 0;
    bool *is_concerned = find_concerned(s);
    err = is_concerned ? name_concerned(s, is_concerned) : -ENOMEM;
    if (err || !has_alike(s->next))
        return err;
    /* A name with a hash collides with one of the rest: name all episodes. */
    memset(is_concerned, true, s->next->episode_cap);
    return name_concerned(s, is_concerned);
}
