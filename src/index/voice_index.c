#include "index/voice_index.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/filename.h"
#include "base/parallel.h"

/* The result of a thread that read an episode; one thread adds it to the index afterwards. */
struct episode_voices {
    uint32_t episode;
    bool has_original;
    struct heard_voices *heard; /* NULL: it could not be read */
};

struct voice_index_build {
    const struct voice_index_step *step;
    const struct voice_index *old; /* NULL: none */
    struct voice_index *next;
    struct txn txn;
    struct episode_voices *found;
    size_t count;
    const struct heard_voices **heard; /* by number of the episode */
    bool *is_found;
    bool has_other_joins;
    struct arena arenas[PARALLEL_MAX_THREADS]; /* of the readings; one a worker */
    struct arena scratch;
    int err;
};

/* --- which episodes have to be read ----------------------------------------------------------- */

static const struct body_summary *old_summary(const struct voice_index_build *s, uint32_t episode)
{
    return s->old && episode < s->old->summary_cap ? s->old->summaries[episode] : NULL;
}

static void choose_episodes(struct voice_index_build *s)
{
    const struct corpus *before = s->step->before, *after = s->step->after;
    for (uint32_t i = 0; i < after->episode_cap; i++) {
        const struct episode *was = before ? corpus_episode(before, i) : NULL;
        bool is_same = was == after->episodes[i] && (!was || old_summary(s, i));
        if (!is_same)
            s->found[s->count++].episode = i;
    }
}

/* --- reading one ------------------------------------------------------------------------------ */

static void read_one(void *surveying_, unsigned worker, size_t i)
{
    struct voice_index_build *s = surveying_;
    struct episode_voices *found = &s->found[i];
    const struct episode *episode = corpus_episode(s->step->after, found->episode);
    struct cache_entry *entry;
    int err = episode ? cache_get(s->step->cache, found->episode, episode, CACHE_BODY, &entry)
                      : -ENOENT;

    if (err == -EAGAIN)
        __atomic_store_n(&s->next->has_changed, true, __ATOMIC_RELAXED);
    if (err && !error_passes(err)) {
        err = 0; /* this file alone fails; the index has the others */
    } else if (!err) {
        found->has_original = entry->body.originals_len > 0;
        err = heard_voices_read(&s->arenas[worker], &entry->body, &found->heard);
        cache_put(s->step->cache, entry);
    }
    if (err)
        __atomic_store_n(&s->err, err, __ATOMIC_RELAXED);
    size_t done = __atomic_add_fetch(s->step->done, 1, __ATOMIC_RELAXED);
    if (s->step->step && worker == 0)
        s->step->step(s->step->step_context, done, s->step->after->episode_count);
}

/* --- adding to the index ---------------------------------------------------------------------- */

/* Appends bytes to the packed block, and advances *at. */
static void *pack(char **at, const void *bytes, size_t len)
{
    void *copy = *at;
    if (len)
        memcpy(copy, bytes, len);
    *at += len;
    return copy;
}

static struct slice pack_text(char **at, struct slice text)
{
    return (struct slice){pack(at, text.data, text.len), text.len};
}

/* One block with the voices of an episode. NULL if memory runs out. */
static const struct heard_voices *keep_heard(struct voice_index_build *s,
                                             const struct heard_voices *from)
{
    const struct body_refs *refs = &from->refs;
    size_t size = sizeof *from + from->count * sizeof *from->at;
    size_t turns = refs->turn_count * sizeof *refs->turns;
    size_t old = refs->old_count * sizeof *refs->old;
    size_t texts = 0;
    for (uint32_t i = 0; i < from->count; i++)
        texts += from->at[i].name.len + from->at[i].original.len;
    struct heard_voices *heard = txn_alloc(&s->txn, 1, size + turns + old + texts);
    if (!heard)
        return NULL;
    char *at = (char *)heard;
    pack(&at, from, size);
    heard->refs.turns = pack(&at, refs->turns, turns);
    heard->refs.old = pack(&at, refs->old, old);
    for (uint32_t i = 0; i < from->count; i++) {
        heard->at[i].name = pack_text(&at, from->at[i].name);
        heard->at[i].original = pack_text(&at, from->at[i].original);
    }
    return heard;
}

static int enter_voice(struct voice_index_build *s, const struct heard_voice *voice,
                       struct spelling **spelling)
{
    int err = 0;
    *spelling = joined_voices_get(&s->next->joined, voice->name, &err);
    return err || *spelling
               ? err
               : vocabulary_enter(s->step->vocabulary, SLICE("by-voice"), voice->name, spelling);
}

/* A voice in by-voice, and which of those that are heard it is. */
struct entered {
    struct spelling *spelling;
    uint32_t place;
};

/* Of two in one folder the one that is heard first. */
static int by_facet(const void *a, const void *b)
{
    const struct entered *x = a, *y = b;
    if (x->spelling->facet != y->spelling->facet)
        return x->spelling->facet < y->spelling->facet ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

static int enter_voices(struct voice_index_build *s, const struct heard_voices *heard,
                        struct body_summary *summary, struct facet_refs *facet_refs)
{
    struct entered *all = ARENA_NEW(&s->scratch, struct entered, heard->count);
    int err = 0;
    if (!all)
        return -ENOMEM;
    for (uint32_t i = 0; i < heard->count && !err; i++) {
        all[i].place = i;
        err = enter_voice(s, &heard->at[i], &all[i].spelling);
    }
    if (err)
        return err;
    qsort(all, heard->count, sizeof *all, by_facet);
    for (uint32_t i = 0; i < heard->count; i++) {
        facet_refs->spellings[i] = all[i].spelling;
        summary->places[i] = all[i].place;
    }
    facet_refs->count = heard->count;
    return 0;
}

static const struct body_summary *make_summary(struct voice_index_build *s,
                                               const struct heard_voices *heard, bool has_original,
                                               int *err)
{
    struct body_summary *summary = txn_alloc(
        &s->txn, 1, sizeof *summary + heard->count * sizeof *summary->places);
    struct facet_refs *facet_refs = txn_alloc(
        &s->txn, 1, sizeof *facet_refs + heard->count * sizeof *facet_refs->spellings);
    if (!summary || !facet_refs) {
        *err = -ENOMEM;
        return NULL;
    }
    *summary = (struct body_summary){has_original, heard, facet_refs};
    *err = enter_voices(s, heard, summary, facet_refs);
    return summary;
}

/* The facets of an episode in by-voice; none if it is private. */
static const struct facet_refs *shown_facet_refs(const struct corpus *corpus, uint32_t number,
                                                 const struct body_summary *summary)
{
    bool is_shown = summary && episode_shown(corpus_episode(corpus, number));
    return is_shown ? summary->facet_refs : NULL;
}

/* Joins the voices of all episodes that are not private. */
static int join(struct voice_index_build *s)
{
    uint32_t cap = s->next->summary_cap;
    const struct heard_voices **shown = ARENA_NEW(&s->scratch, const struct heard_voices *, cap);
    s->heard = ARENA_NEW(&s->scratch, const struct heard_voices *, cap);
    s->is_found = ARENA_NEW(&s->scratch, bool, cap);
    if (!shown || !s->heard || !s->is_found)
        return -ENOMEM;
    for (uint32_t i = 0; i < cap; i++)
        s->heard[i] = s->next->summaries[i] ? s->next->summaries[i]->heard : NULL;
    for (size_t i = 0; i < s->count; i++) {
        const struct episode_voices *found = &s->found[i];
        s->is_found[found->episode] = true;
        s->heard[found->episode] = found->heard ? keep_heard(s, found->heard) : NULL;
        if (found->heard && !s->heard[found->episode])
            return -ENOMEM;
    }
    for (uint32_t i = 0; i < cap; i++)
        shown[i] = episode_shown(corpus_episode(s->step->after, i)) ? s->heard[i] : NULL;
    int err = joined_voices_find(shown, cap, s->step->vocabulary, &s->next->joined);
    s->has_other_joins = s->next->joined.hash != (s->old ? s->old->joined.hash : 0);
    return err;
}

/* Whether a voice of an unchanged episode has another folder now. */
static bool has_other_folder(struct voice_index_build *s, const struct body_summary *was, int *err)
{
    for (uint32_t i = 0; was && i < was->heard->count && !*err; i++) {
        struct spelling *spelling;
        *err = enter_voice(s, &was->heard->at[was->places[i]], &spelling);
        if (!*err && spelling != was->facet_refs->spellings[i])
            return true;
    }
    return false;
}

/* Enters an episode that changed, or with a voice that has another folder; adds to the changes. */
static int enter_episode(struct voice_index_build *s, uint32_t number, bool has_original,
                         struct views_change *changes, size_t *count)
{
    int err = 0;
    const struct body_summary *was = old_summary(s, number);
    const struct body_summary *now = s->heard[number]
                                         ? make_summary(s, s->heard[number], has_original, &err)
                                         : NULL;
    txn_retire(&s->txn, was ? was->facet_refs : NULL);
    txn_retire(&s->txn, was && s->is_found[number] ? was->heard : NULL);
    txn_retire(&s->txn, was);
    s->next->summaries[number] = now;
    changes[(*count)++] = (struct views_change){number,
                                                shown_facet_refs(s->step->before, number, was),
                                                shown_facet_refs(s->step->after, number, now)};
    return err;
}

static int enter_found(struct voice_index_build *s, struct views_change *changes, size_t *count)
{
    int err = join(s);
    for (size_t i = 0; i < s->count && !err; i++)
        err = enter_episode(s, s->found[i].episode, s->found[i].has_original, changes, count);
    for (uint32_t i = 0; s->has_other_joins && i < s->next->summary_cap && !err; i++) {
        const struct body_summary *was = old_summary(s, i);
        if (!s->is_found[i] && has_other_folder(s, was, &err) && !err)
            err = enter_episode(s, i, was->has_original, changes, count);
    }
    return err;
}

uint32_t voice_index_find_joined(const struct voice_index *voice_index, struct slice name)
{
    cleanup_buf struct buf value = {0};
    int err = 0;
    if (!filename_to_value(&value, name) || value.failed)
        return NO_INDEX;
    const struct spelling *spelling = joined_voices_get(&voice_index->joined, buf_slice(&value),
                                                        &err);
    return spelling && views_facet(&voice_index->by_voice, spelling->facet) ? spelling->facet
                                                                            : NO_INDEX;
}

const struct body_refs *voice_index_refs(const struct voice_index *voice_index,
                                         const struct corpus *corpus, uint32_t episode)
{
    bool is_there = episode < voice_index->summary_cap && voice_index->summaries[episode] &&
                    episode_shown(corpus_episode(corpus, episode));
    return is_there ? &voice_index->summaries[episode]->heard->refs : NULL;
}

static void mark_folders(struct voice_index_build *s)
{
    const struct corpus *corpus = s->step->after;
    for (uint32_t i = 0; i < corpus->episode_cap; i++) {
        if (!corpus->episodes[i] || !voice_index_has_original(s->next, i))
            continue;
        uint32_t folder = corpus->episodes[i]->folder;
        while (!s->next->folder_has_original[folder]) {
            s->next->folder_has_original[folder] = true;
            folder = corpus->folders[folder]->parent; /* of episodes/ itself: it is its own */
        }
    }
}

/* --- all of it -------------------------------------------------------------------------------- */

static int allocate(struct voice_index_build *s)
{
    const struct corpus *after = s->step->after;
    struct voice_index *next = s->next;
    next->summary_cap = after->episode_cap;
    next->summaries = calloc(after->episode_cap + (size_t)1, sizeof *next->summaries);
    next->folder_has_original = calloc(after->folder_cap + (size_t)1, sizeof(bool));
    s->found = calloc(after->episode_cap + (size_t)1, sizeof *s->found);
    if (!next->summaries || !next->folder_has_original || !s->found)
        return -ENOMEM;
    if (s->old && s->old->summary_cap)
        memcpy(next->summaries, s->old->summaries, s->old->summary_cap * sizeof *next->summaries);
    return 0;
}

static int make_views(struct voice_index_build *s, const struct views_change *changes, size_t count)
{
    const struct corpus *after = s->step->after;
    const struct views_step step = {
        .old = s->old ? &s->old->by_voice : NULL,
        .vocabulary = s->step->vocabulary,
        .after = after->episodes,
        .episode_cap = after->episode_cap,
        .changes = changes,
        .count = count,
        .txn = &s->txn,
    };
    return views_next(&step, &s->next->by_voice);
}

static int take_step(struct voice_index_build *s)
{
    const struct voice_index_step *step = s->step;
    int err = allocate(s);
    if (err)
        return err;
    choose_episodes(s);
    __atomic_store_n(step->done, step->after->episode_count - s->count, __ATOMIC_RELAXED);
    err = parallel_for_client(s->count, cache_client(step->cache), read_one, s);
    if (err)
        return err;
    __atomic_store_n(step->done, step->after->episode_count, __ATOMIC_RELAXED);
    if (step->step)
        step->step(step->step_context, step->after->episode_count, step->after->episode_count);
    size_t changed = 0;
    struct views_change *changes = ARENA_NEW(&s->scratch, struct views_change,
                                             s->next->summary_cap);
    if (s->err || !changes)
        return s->err ? s->err : -ENOMEM;
    err = enter_found(s, changes, &changed);
    if (!err)
        err = make_views(s, changes, changed);
    if (!err)
        mark_folders(s);
    return err;
}

int voice_index_next(const struct voice_index_step *step, struct voice_index **voice_index)
{
    struct voice_index_build s = {.step = step, .next = calloc(1, sizeof *s.next)};

    *voice_index = NULL;
    if (!s.next)
        return -ENOMEM;
    s.old = step->old;
    int err = take_step(&s);
    if (err) {
        txn_abort(&s.txn);
        voice_index_release(s.next);
    } else {
        struct blocks retired = txn_commit(&s.txn);
        if (step->old)
            step->old->retired = retired;
        else
            blocks_free(&retired);
        *voice_index = s.next;
    }
    for (int i = 0; i < PARALLEL_MAX_THREADS; i++)
        arena_free(&s.arenas[i]);
    arena_free(&s.scratch);
    free(s.found);
    return err;
}

void voice_index_release(struct voice_index *voice_index)
{
    if (!voice_index)
        return;
    blocks_free(&voice_index->retired);
    free(voice_index->summaries);
    free(voice_index->folder_has_original);
    views_release(&voice_index->by_voice);
    joined_voices_free(&voice_index->joined);
    free(voice_index);
}

void voice_index_free_last(struct voice_index *voice_index)
{
    if (!voice_index)
        return;
    for (uint32_t i = 0; i < voice_index->summary_cap; i++) {
        if (!voice_index->summaries[i])
            continue;
        block_free(voice_index->summaries[i]->heard);
        block_free(voice_index->summaries[i]->facet_refs);
        block_free(voice_index->summaries[i]);
    }
    views_free_all(&voice_index->by_voice);
    voice_index_release(voice_index);
}
