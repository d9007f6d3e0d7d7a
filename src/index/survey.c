#include "index/survey.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parallel.h"

/* What was read of an episode, before it is entered. */
struct reading {
    uint32_t episode;
    bool is_read;
    bool has_original;
    struct slice *voices;
    uint32_t voice_count;
};

struct surveying {
    const struct survey_step *step;
    const struct survey *old; /* NULL: none */
    struct survey *next;
    struct turnover turnover;
    struct reading *readings;
    size_t count;
    struct arena arenas[PARALLEL_MAX_THREADS]; /* of the readings; one a worker */
    struct arena scratch;
    int err;
};

/* --- which episodes have to be read ------------------------------------------------------------
 */

static const struct note *old_note(const struct surveying *s, uint32_t episode)
{
    return s->old && episode < s->old->note_cap ? s->old->notes[episode] : NULL;
}

static void choose_readings(struct surveying *s)
{
    const struct corpus *before = s->step->before, *after = s->step->after;
    for (uint32_t i = 0; i < after->episode_cap; i++) {
        const struct episode *was = before ? corpus_episode(before, i) : NULL;
        bool is_same = was == after->episodes[i] && (!was || old_note(s, i));
        if (!is_same)
            s->readings[s->count++].episode = i;
    }
}

/* --- reading one -------------------------------------------------------------------------------
 */

static int note_voices(struct arena *arena, const struct body *body, struct reading *reading)
{
    reading->voices = ARENA_NEW(arena, struct slice, body->voice_count);
    if (!reading->voices)
        return -ENOMEM;
    for (uint32_t i = 0; i < body->voice_count; i++) {
        const struct voice *voice = &body->voices[i];
        struct slice name = {body->text + voice->name.at, voice->name.len};
        if (voice->is_anonymous)
            continue;
        struct slice *kept = &reading->voices[reading->voice_count++];
        *kept = arena_copy(arena, name);
        if (!kept->data)
            return -ENOMEM;
    }
    return 0;
}

static void read_one(void *surveying_, unsigned worker, size_t i)
{
    struct surveying *s = surveying_;
    struct reading *reading = &s->readings[i];
    const struct episode *episode = corpus_episode(s->step->after, reading->episode);
    struct parsed *parsed;
    int err = episode ? cache_get(s->step->cache, reading->episode, episode, PART_BODY, &parsed)
                      : -ENOENT;

    if (err == -EAGAIN)
        __atomic_store_n(&s->next->has_changed, true, __ATOMIC_RELAXED);
    if (err && !error_passes(err)) {
        err = 0; /* of this file; the others are heard */
    } else if (!err) {
        reading->is_read = true;
        reading->has_original = parsed->body.originals_len > 0;
        err = note_voices(&s->arenas[worker], &parsed->body, reading);
        cache_put(s->step->cache, parsed);
    }
    if (err)
        __atomic_store_n(&s->err, err, __ATOMIC_RELAXED);
    size_t done = __atomic_add_fetch(s->step->done, 1, __ATOMIC_RELAXED);
    if (s->step->step && worker == 0)
        s->step->step(s->step->step_context, done, s->step->after->episode_count);
}

/* --- entering what was read ---------------------------------------------------------------------
 */

static const struct note *make_note(struct surveying *s, const struct reading *reading, int *err)
{
    struct note *note = turnover_new(&s->turnover, 1, sizeof *note);
    struct marks *marks = turnover_new(
        &s->turnover, 1, sizeof *marks + reading->voice_count * sizeof *marks->spellings);
    if (!note || !marks) {
        *err = -ENOMEM;
        return NULL;
    }
    note->has_original = reading->has_original;
    note->marks = marks;
    for (uint32_t i = 0; i < reading->voice_count && !*err; i++)
        *err = ledger_enter(s->step->ledger, SLICE("by-voice"), reading->voices[i],
                            &marks->spellings[marks->count++]);
    return note;
}

/* What by-voice has of an episode: nothing of a private one. */
static const struct marks *shown_marks(const struct corpus *corpus, uint32_t number,
                                       const struct note *note)
{
    bool is_shown = note && episode_shown(corpus_episode(corpus, number));
    return is_shown ? note->marks : NULL;
}

static int enter_all(struct surveying *s, struct views_change *changes)
{
    int err = 0;
    for (size_t i = 0; i < s->count && !err; i++) {
        const struct reading *reading = &s->readings[i];
        const struct note *was = old_note(s, reading->episode);
        const struct note *now = reading->is_read ? make_note(s, reading, &err) : NULL;
        turnover_retire(&s->turnover, was ? was->marks : NULL);
        turnover_retire(&s->turnover, was);
        s->next->notes[reading->episode] = now;
        changes[i] = (struct views_change){reading->episode,
                                           shown_marks(s->step->before, reading->episode, was),
                                           shown_marks(s->step->after, reading->episode, now)};
    }
    return err;
}

static void mark_folders(struct surveying *s)
{
    const struct corpus *corpus = s->step->after;
    for (uint32_t i = 0; i < corpus->episode_cap; i++) {
        if (!corpus->episodes[i] || !survey_has_original(s->next, i))
            continue;
        uint32_t folder = corpus->episodes[i]->folder;
        while (!s->next->folder_has_original[folder]) {
            s->next->folder_has_original[folder] = true;
            folder = corpus->folders[folder]->parent; /* of episodes/ itself: it is its own */
        }
    }
}

/* --- all of it ---------------------------------------------------------------------------------
 */

static int allocate(struct surveying *s)
{
    const struct corpus *after = s->step->after;
    struct survey *next = s->next;
    next->note_cap = after->episode_cap;
    next->notes = calloc(after->episode_cap + (size_t)1, sizeof *next->notes);
    next->folder_has_original = calloc(after->folder_cap + (size_t)1, sizeof(bool));
    s->readings = calloc(after->episode_cap + (size_t)1, sizeof *s->readings);
    if (!next->notes || !next->folder_has_original || !s->readings)
        return -ENOMEM;
    if (s->old && s->old->note_cap)
        memcpy(next->notes, s->old->notes, s->old->note_cap * sizeof *next->notes);
    return 0;
}

static int make_views(struct surveying *s, const struct views_change *changes)
{
    const struct corpus *before = s->step->before, *after = s->step->after;
    const struct views_step step = {
        .old = s->old ? &s->old->heard : NULL,
        .ledger = s->step->ledger,
        .before = before ? before->episodes : NULL,
        .after = after->episodes,
        .episode_cap = after->episode_cap,
        .changes = changes,
        .count = s->count,
        .turnover = &s->turnover,
    };
    return views_next(&step, &s->next->heard);
}

static int take_step(struct surveying *s)
{
    const struct survey_step *step = s->step;
    int err = allocate(s);
    if (err)
        return err;
    choose_readings(s);
    __atomic_store_n(step->done, step->after->episode_count - s->count, __ATOMIC_RELAXED);
    parallel_for(s->count, parallel_threads(), read_one, s);
    __atomic_store_n(step->done, step->after->episode_count, __ATOMIC_RELAXED);
    if (step->step)
        step->step(step->step_context, step->after->episode_count, step->after->episode_count);
    struct views_change *changes = ARENA_NEW(&s->scratch, struct views_change, s->count);
    if (s->err || !changes)
        return s->err ? s->err : -ENOMEM;
    err = enter_all(s, changes);
    if (!err)
        err = make_views(s, changes);
    if (!err)
        mark_folders(s);
    return err;
}

int survey_next(const struct survey_step *step, struct survey **survey)
{
    struct surveying s = {.step = step, .next = calloc(1, sizeof *s.next)};

    *survey = NULL;
    if (!s.next)
        return -ENOMEM;
    s.old = step->old;
    int err = take_step(&s);
    if (err) {
        turnover_undo(&s.turnover);
        survey_release(s.next);
    } else {
        struct blocks retired = turnover_keep(&s.turnover);
        if (step->old)
            step->old->retired = retired;
        else
            blocks_free(&retired);
        *survey = s.next;
    }
    for (int i = 0; i < PARALLEL_MAX_THREADS; i++)
        arena_free(&s.arenas[i]);
    arena_free(&s.scratch);
    free(s.readings);
    return err;
}

void survey_release(struct survey *survey)
{
    if (!survey)
        return;
    blocks_free(&survey->retired);
    free(survey->notes);
    free(survey->folder_has_original);
    views_release(&survey->heard);
    free(survey);
}

void survey_free_last(struct survey *survey)
{
    if (!survey)
        return;
    for (uint32_t i = 0; i < survey->note_cap; i++) {
        if (!survey->notes[i])
            continue;
        block_free(survey->notes[i]->marks);
        block_free(survey->notes[i]);
    }
    views_free_all(&survey->heard);
    survey_release(survey);
}
