#include "index/voice_index.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parallel.h"

/* What was read of an episode, before it is entered. */
struct episode_voices {
    uint32_t episode;
    bool is_read;
    bool has_original;
    struct slice *voices;
    uint32_t voice_count;
};

struct voice_index_build {
    const struct voice_index_step *step;
    const struct voice_index *old; /* NULL: none */
    struct voice_index *next;
    struct txn txn;
    struct episode_voices *found;
    size_t count;
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

static int note_voices(struct arena *arena, const struct body *body, struct episode_voices *found)
{
    found->voices = ARENA_NEW(arena, struct slice, body->voice_count);
    if (!found->voices)
        return -ENOMEM;
    for (uint32_t i = 0; i < body->voice_count; i++) {
        const struct voice *voice = &body->voices[i];
        if (voice->is_anonymous)
            continue;
        struct slice *kept = &found->voices[found->voice_count++];
        *kept = arena_copy(arena, body_voice_name(body, voice));
        if (!kept->data)
            return -ENOMEM;
    }
    return 0;
}

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
        err = 0; /* of this file; the others are heard */
    } else if (!err) {
        found->is_read = true;
        found->has_original = entry->body.originals_len > 0;
        err = note_voices(&s->arenas[worker], &entry->body, found);
        cache_put(s->step->cache, entry);
    }
    if (err)
        __atomic_store_n(&s->err, err, __ATOMIC_RELAXED);
    size_t done = __atomic_add_fetch(s->step->done, 1, __ATOMIC_RELAXED);
    if (s->step->step && worker == 0)
        s->step->step(s->step->step_context, done, s->step->after->episode_count);
}

/* --- entering what was read ------------------------------------------------------------------- */

static const struct body_summary *make_summary(struct voice_index_build *s,
                                               const struct episode_voices *found, int *err)
{
    struct body_summary *summary = txn_alloc(&s->txn, 1, sizeof *summary);
    struct facet_refs *facet_refs = txn_alloc(
        &s->txn, 1, sizeof *facet_refs + found->voice_count * sizeof *facet_refs->spellings);
    if (!summary || !facet_refs) {
        *err = -ENOMEM;
        return NULL;
    }
    summary->has_original = found->has_original;
    summary->facet_refs = facet_refs;
    for (uint32_t i = 0; i < found->voice_count && !*err; i++)
        *err = vocabulary_enter(s->step->vocabulary, SLICE("by-voice"), found->voices[i],
                                &facet_refs->spellings[facet_refs->count++]);
    return summary;
}

/* What by-voice has of an episode: nothing of a private one. */
static const struct facet_refs *shown_facet_refs(const struct corpus *corpus, uint32_t number,
                                                 const struct body_summary *summary)
{
    bool is_shown = summary && episode_shown(corpus_episode(corpus, number));
    return is_shown ? summary->facet_refs : NULL;
}

static int enter_found(struct voice_index_build *s, struct views_change *changes)
{
    int err = 0;
    for (size_t i = 0; i < s->count && !err; i++) {
        const struct episode_voices *found = &s->found[i];
        const struct body_summary *was = old_summary(s, found->episode);
        const struct body_summary *now = found->is_read ? make_summary(s, found, &err) : NULL;
        txn_retire(&s->txn, was ? was->facet_refs : NULL);
        txn_retire(&s->txn, was);
        s->next->summaries[found->episode] = now;
        changes[i] = (struct views_change){found->episode,
                                           shown_facet_refs(s->step->before, found->episode, was),
                                           shown_facet_refs(s->step->after, found->episode, now)};
    }
    return err;
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

static int make_views(struct voice_index_build *s, const struct views_change *changes)
{
    const struct corpus *before = s->step->before, *after = s->step->after;
    const struct views_step step = {
        .old = s->old ? &s->old->by_voice : NULL,
        .vocabulary = s->step->vocabulary,
        .before = before ? before->episodes : NULL,
        .after = after->episodes,
        .episode_cap = after->episode_cap,
        .changes = changes,
        .count = s->count,
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
    parallel_for(s->count, parallel_threads(), read_one, s);
    __atomic_store_n(step->done, step->after->episode_count, __ATOMIC_RELAXED);
    if (step->step)
        step->step(step->step_context, step->after->episode_count, step->after->episode_count);
    struct views_change *changes = ARENA_NEW(&s->scratch, struct views_change, s->count);
    if (s->err || !changes)
        return s->err ? s->err : -ENOMEM;
    err = enter_found(s, changes);
    if (!err)
        err = make_views(s, changes);
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
    free(voice_index);
}

void voice_index_free_last(struct voice_index *voice_index)
{
    if (!voice_index)
        return;
    for (uint32_t i = 0; i < voice_index->summary_cap; i++) {
        if (!voice_index->summaries[i])
            continue;
        block_free(voice_index->summaries[i]->facet_refs);
        block_free(voice_index->summaries[i]);
    }
    views_free_all(&voice_index->by_voice);
    voice_index_release(voice_index);
}
