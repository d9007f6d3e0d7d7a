/* Which corpus is the newest, who still uses an older one, and what clients know. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "model/format.h"
#include "model/stale.h"
#include "model/tree.h"
#include "model/tree_inside.h"

/* The last survey owns what all of them share. */
void generations_free(struct tree *tree)
{
    while (tree->oldest) {
        struct corpus *corpus = tree->oldest;
        bool is_last = !corpus->next;
        tree->oldest = corpus->next;
        if (corpus == tree->surveyed)
            survey_free_last(corpus->survey);
        else
            survey_release(corpus->survey);
        (is_last ? corpus_free_last : corpus_release)(corpus);
    }
}

/* --- generations --------------------------------------------------------------------------------
 *
 * A request holds the generation that was the newest when it began. One that nobody holds is freed
 * when all before it are: a later one may share what an earlier one has.
 */

struct corpus *tree_hold(struct tree *tree)
{
    pthread_mutex_lock(&tree->lock);
    struct corpus *corpus = tree->newest;
    corpus->users++;
    pthread_mutex_unlock(&tree->lock);
    return corpus;
}

/* With the lock held. */
static void free_unused(struct tree *tree)
{
    while (tree->oldest != tree->newest && tree->oldest->users == 0 &&
           tree->oldest != tree->surveyed && tree->oldest != tree->told &&
           tree->oldest != tree->told_survey) {
        struct corpus *corpus = tree->oldest;
        tree->oldest = corpus->next;
        survey_release(corpus->survey);
        corpus_release(corpus);
    }
}

void tree_let_go(struct tree *tree, struct corpus *corpus)
{
    pthread_mutex_lock(&tree->lock);
    if (--corpus->users == 0) {
        pthread_cond_broadcast(&tree->let_go);
        free_unused(tree);
    }
    pthread_mutex_unlock(&tree->lock);
}

/* With the lock held: whether a request is under way that began before this generation. */
static bool is_older_held(const struct tree *tree, const struct corpus *than)
{
    for (const struct corpus *corpus = tree->oldest; corpus != than; corpus = corpus->next) {
        if (corpus->users)
            return true;
    }
    return false;
}

static void note_turns(struct tree *tree, uint32_t episode, uint32_t turns)
{
    const struct slice bytes = {(const char *)&turns, sizeof turns};
    journal_add(tree->parts.options.journal, HISTORY_TURNS, episode, bytes);
}

/* A few more than there are do no harm, and are noted less often. */
static uint16_t rounded_turns(uint32_t turns)
{
    uint32_t rounded = 64;
    while (rounded < turns)
        rounded *= 2;
    return rounded > UINT16_MAX ? UINT16_MAX : (uint16_t)rounded;
}

void tree_know_turns(struct tree *tree, uint32_t episode, uint32_t turns)
{
    uint16_t *known = &tree->known[episode / KNOWN_CHUNK][episode % KNOWN_CHUNK];
    uint16_t before = __atomic_load_n(known, __ATOMIC_RELAXED);
    if (before >= turns)
        return;
    uint16_t more = rounded_turns(turns);
    note_turns(tree, episode, more); /* before anybody relies on it */
    while (before < turns && !__atomic_compare_exchange_n(known, &before, more, true,
                                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

static uint32_t take_known_turns(struct tree *tree, uint32_t episode)
{
    return __atomic_exchange_n(&tree->known[episode / KNOWN_CHUNK][episode % KNOWN_CHUNK], 0,
                               __ATOMIC_RELAXED);
}

/* Two versions of an episode are remembered as far as the cache has room, older ones are not. */
enum { VERSIONS_REMEMBERED = 2 };

static void forget_version(struct tree *tree, uint32_t number, uint32_t version)
{
    cache_forget(tree->parts.cache, number, version);
    for (unsigned j = 0; format_name(j); j++) {
        const struct node text = {KIND_FORMAT, number, j, version};
        cache_forget_text(tree->parts.cache, node_id(&text));
    }
}

static void forget_old_versions(struct tree *tree, const struct corpus *before,
                                const struct corpus *after)
{
    for (uint32_t i = 0; i < before->episode_cap; i++) {
        const struct episode *was = before->episodes[i], *now = after->episodes[i];
        if (!was || was == now)
            continue;
        uint32_t end = now ? now->version : was->version + 1;
        uint32_t first = was->version < VERSIONS_REMEMBERED ? 0
                                                            : was->version - VERSIONS_REMEMBERED;
        for (uint32_t version = first; version + VERSIONS_REMEMBERED < end; version++)
            forget_version(tree, i, version);
    }
}

int tree_reserve(struct tree *tree, size_t episodes)
{
    for (size_t i = 0; i < episodes && i < CORPUS_MAX_EPISODES; i += KNOWN_CHUNK) {
        uint16_t **chunk = &tree->known[i / KNOWN_CHUNK];
        if (!*chunk)
            *chunk = calloc(KNOWN_CHUNK, sizeof **chunk);
        if (!*chunk)
            return -ENOMEM;
    }
    return 0;
}

void tree_publish(struct tree *tree, struct corpus *next)
{
    pthread_mutex_lock(&tree->lock);
    tree->newest->next = next;
    tree->newest = next;
    pthread_cond_broadcast(&tree->published);
    free_unused(tree);
    pthread_mutex_unlock(&tree->lock);
}

/* by-voice and original/ follow where somebody has asked for them. */
static int tell_survey(struct tree *tree, const struct stale_context *stale)
{
    struct scope scope = {.tree = tree, .corpus = stale->after};
    const struct survey *survey;

    pthread_mutex_lock(&tree->survey_lock);
    while (tree->is_surveying)
        pthread_cond_wait(&tree->survey_ready, &tree->survey_lock);
    bool is_asked = tree->surveyed != NULL;
    pthread_mutex_unlock(&tree->survey_lock);
    if (!is_asked)
        return 0;
    /* A reader may have seen to it; or to a later one, which is told the next time. */
    int err = scope_survey(&scope, &survey);
    if (err)
        return err == -EAGAIN ? 0 : err;
    pthread_mutex_lock(&tree->lock);
    const struct corpus *before = tree->told_survey;
    pthread_mutex_unlock(&tree->lock);
    if (before && before != stale->after)
        stale_tell_heard(stale, before, before->survey, survey);
    pthread_mutex_lock(&tree->lock);
    tree->told_survey = stale->after;
    pthread_mutex_unlock(&tree->lock);
    return 0;
}

static void note_told(struct tree *tree, const struct corpus *corpus)
{
    journal_add(tree->parts.options.journal, HISTORY_TOLD, (uint32_t)corpus->generation, SLICE(""));
}

/* One generation after the other: what came with one and went with the next may be known too. */
static int tell_next(struct tree *tree, struct corpus *before, struct corpus *after, stale_fn *tell,
                     void *context)
{
    const struct stale_context stale = {tree, before, after, tell, context, take_known_turns};
    struct timespec now;

    pthread_mutex_lock(&tree->lock);
    while (is_older_held(tree, after))
        pthread_cond_wait(&tree->let_go, &tree->lock);
    pthread_mutex_unlock(&tree->lock);

    stale_tell(&stale);
    forget_old_versions(tree, before, after);
    int err = tell_survey(tree, &stale);

    clock_gettime(CLOCK_REALTIME, &now);
    pthread_mutex_lock(&tree->lock);
    tree->news.generation = after->generation;
    tree->news.last_change = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    tree->told = after;
    pthread_cond_broadcast(&tree->has_told);
    free_unused(tree);
    pthread_mutex_unlock(&tree->lock);
    note_told(tree, after);
    return err;
}

/* Clients know of by-voice from whoever served before, and nobody knows any more what he found in
 * bodies that may be others by now: they forget all of it. */
static int forget_heard(struct tree *tree, stale_fn *tell, void *context)
{
    const struct stale_context stale = {
        .tree = tree, .before = tree->told, .after = tree->told, .tell = tell, .context = context};
    if (!tree->was_surveyed)
        return 0;
    /* Others may hear voices that are new meanwhile: the list moves, what is in it does not. */
    pthread_mutex_lock(&tree->survey_lock);
    while (tree->is_surveying)
        pthread_cond_wait(&tree->survey_ready, &tree->survey_lock);
    size_t count = tree->heard.all_count;
    cleanup_free struct spelling **spellings = pointers_grown(tree->heard.all, count, count);
    pthread_mutex_unlock(&tree->survey_lock);
    if (!spellings)
        return -ENOMEM;
    stale_forget_heard(&stale, spellings, count);
    tree->was_surveyed = false;
    return 0;
}

int tree_tell(struct tree *tree, stale_fn *tell, void *context)
{
    int err = forget_heard(tree, tell, context);
    for (;;) {
        pthread_mutex_lock(&tree->lock);
        struct corpus *before = tree->told, *after = before->next;
        pthread_mutex_unlock(&tree->lock);
        if (!after)
            return err;
        int failed = tell_next(tree, before, after, tell, context);
        err = err ? err : failed;
    }
}

bool tree_wait_for_newer(struct tree *tree, uint64_t generation, unsigned milliseconds)
{
    const struct timespec end = time_after(CLOCK_REALTIME, milliseconds);
    int err = 0;
    pthread_mutex_lock(&tree->lock);
    while (tree->newest->generation <= generation && err != ETIMEDOUT)
        err = pthread_cond_timedwait(&tree->published, &tree->lock, &end);
    bool is_newer = tree->newest->generation > generation;
    pthread_mutex_unlock(&tree->lock);
    return is_newer;
}

bool tree_wait_until_told(struct tree *tree, unsigned lag, unsigned milliseconds)
{
    const struct timespec end = time_after(CLOCK_REALTIME, milliseconds);
    int err = 0;
    pthread_mutex_lock(&tree->lock);
    while (tree->newest->generation - tree->told->generation > lag && err != ETIMEDOUT)
        err = pthread_cond_timedwait(&tree->has_told, &tree->lock, &end);
    bool is_told = tree->newest->generation - tree->told->generation <= lag;
    pthread_mutex_unlock(&tree->lock);
    return is_told;
}

void tree_read_news(struct tree *tree, struct tree_news *news)
{
    pthread_mutex_lock(&tree->lock);
    *news = tree->news;
    news->is_scanning |= tree->told != tree->newest;
    pthread_mutex_unlock(&tree->lock);
}

void tree_tell_watch(struct tree *tree, const char *watch, const char *why)
{
    pthread_mutex_lock(&tree->lock);
    tree->news.watch = watch;
    tree->news.why = why;
    pthread_mutex_unlock(&tree->lock);
}

void tree_tell_overflow(struct tree *tree)
{
    pthread_mutex_lock(&tree->lock);
    tree->news.overflows++;
    pthread_mutex_unlock(&tree->lock);
}

void tree_tell_requests(struct tree *tree, const struct request_count *counts)
{
    tree->requests = counts;
}

const struct request_count *tree_requests(const struct tree *tree)
{
    return tree->requests;
}

void tree_tell_scanning(struct tree *tree, bool is_scanning)
{
    pthread_mutex_lock(&tree->lock);
    tree->news.is_scanning = is_scanning;
    pthread_mutex_unlock(&tree->lock);
}

/* --- what was before ---------------------------------------------------------------------------
 */

/* The most that were ever given out: to tell of too many does no harm. */
static int take_up_turns(struct tree *tree, const struct journal_record *record)
{
    uint32_t number;
    if (record->bytes.len != sizeof number || tree_reserve(tree, record->key + (size_t)1))
        return -ENOMEM;
    memcpy(&number, record->bytes.data, sizeof number);
    uint16_t *known = &tree->known[record->key / KNOWN_CHUNK][record->key % KNOWN_CHUNK];
    *known = *known < number ? (uint16_t)number : *known;
    return 0;
}

static int take_up(struct tree *tree, const struct journal_record *record)
{
    uint32_t number;
    switch (record->kind) {
    case HISTORY_HEARD:
        return ledger_reenter(&tree->heard, record->bytes);
    case HISTORY_BOOKMARK:
        return bookmarks_enter(&tree->bookmarks, record->bytes, &number) ? 0 : -ENOMEM;
    case HISTORY_TURNS:
        return take_up_turns(tree, record);
    case HISTORY_SERIAL:
        tree->next_serial = record->key;
        return 0;
    case HISTORY_SURVEYED:
        tree->was_surveyed = true;
        return 0;
    default:
        return 0;
    }
}

int tree_resume(struct tree *tree)
{
    struct journal *journal = tree->parts.options.journal;
    struct journal_record record;
    int err = 0;
    for (size_t cursor = 0; !err && journal_next(journal, &cursor, &record);)
        err = take_up(tree, &record);
    tree->heard.journal = journal;
    tree->bookmarks.journal = journal;
    note_told(tree, tree->told);
    return err;
}

/* --- what takes all bodies ---------------------------------------------------------------------
 */

/* With the survey lock held, which is given up meanwhile. */
static int survey_now(struct scope *scope)
{
    struct tree *tree = scope->tree;
    const struct tree_options *options = &tree->parts.options;
    struct corpus *before = tree->surveyed;
    struct survey *made;

    tree->is_surveying = true;
    pthread_mutex_unlock(&tree->survey_lock);
    const struct survey_step step = {
        .before = before,
        .after = scope->corpus,
        .ledger = &tree->heard,
        .cache = tree->parts.cache,
        .done = &tree->survey_done,
        .step = options->progress,
        .step_context = options->progress_context,
    };
    int err = survey_next(&step, &made);
    pthread_mutex_lock(&tree->survey_lock);
    tree->is_surveying = false;
    if (!err) {
        pthread_mutex_lock(&tree->lock);
        struct corpus *corpus = tree->oldest;
        while (corpus != scope->corpus)
            corpus = corpus->next;
        corpus->survey = made;
        tree->surveyed = corpus;
        /* The first one is all that anybody was ever told of by-voice. */
        if (!tree->told_survey) {
            tree->told_survey = corpus;
            journal_add(options->journal, HISTORY_SURVEYED, 0, SLICE(""));
        }
        free_unused(tree);
        pthread_mutex_unlock(&tree->lock);
    }
    pthread_cond_broadcast(&tree->survey_ready);
    return err;
}

int scope_survey(struct scope *scope, const struct survey **survey)
{
    struct tree *tree = scope->tree;
    int err = 0;

    pthread_mutex_lock(&tree->survey_lock);
    while (tree->is_surveying)
        pthread_cond_wait(&tree->survey_ready, &tree->survey_lock);
    bool is_first = !tree->surveyed;
    if (!scope->corpus->survey) {
        bool is_past = tree->surveyed && tree->surveyed->generation > scope->corpus->generation;
        err = is_past ? -EAGAIN : survey_now(scope);
    }
    *survey = scope->corpus->survey;
    pthread_mutex_unlock(&tree->survey_lock);
    if (is_first && !err)
        malloc_trim(0); /* what reading all bodies took is not needed again */
    return err;
}

const char *tree_survey_progress(struct tree *tree, size_t *done)
{
    pthread_mutex_lock(&tree->survey_lock);
    const char *state = tree->is_surveying ? "reading" : tree->surveyed ? "ready" : "not asked for";
    pthread_mutex_unlock(&tree->survey_lock);
    *done = __atomic_load_n(&tree->survey_done, __ATOMIC_RELAXED);
    return state;
}
