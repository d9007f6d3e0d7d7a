/*
 * Telling clients what they have to forget: one generation after the other, when nobody holds an
 * older one.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "render/format.h"
#include "tree/stale.h"
#include "tree/tree.h"
#include "tree/tree_inside.h"

/* Two versions of an episode are remembered as far as the cache has room, older ones are not. */
enum { VERSIONS_REMEMBERED = 2 };

static void forget_version(struct tree *tree, uint32_t number, uint32_t version)
{
    cache_forget(tree->cache, number, version);
    for (unsigned j = 0; format_name(j); j++) {
        const struct node text = {KIND_FORMAT, number, j, version};
        cache_forget_text(tree->cache, node_id(&text));
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

/* by-voice and original/ follow where somebody has asked for them. */
static int tell_survey(struct tree *tree, const struct stale_context *stale,
                       struct generation *after)
{
    struct generations *generations = &tree->generations;
    const struct survey *survey;

    if (!generations_are_surveyed(generations))
        return 0;
    /* A reader may have seen to it; or to a later one, which is told the next time. */
    int err = generations_survey(generations, after, &survey);
    if (err)
        return err == -EAGAIN ? 0 : err;
    const struct generation *before = generations_told_survey(generations);
    if (before && before != after)
        stale_tell_heard(stale, before->corpus, before->survey, survey);
    generations_note_survey_told(generations, after);
    return 0;
}

/* What came with one and went with the next may be known too. */
static int tell_next(struct tree *tree, const struct generation *before, struct generation *after,
                     stale_fn *tell, void *context)
{
    const struct stale_context stale = {tree, before->corpus, after->corpus, tell, context};

    generations_wait_for_readers(&tree->generations, after);
    stale_tell(&stale);
    forget_old_versions(tree, before->corpus, after->corpus);
    int err = tell_survey(tree, &stale, after);
    status_note_told(&tree->status, after->corpus->generation);
    generations_note_told(&tree->generations, after);
    return err;
}

/* Clients know of by-voice from whoever served before, and nobody knows any more what he found in
 * bodies that may be others by now: they forget all of it. */
static int forget_heard(struct tree *tree, const struct corpus *told, stale_fn *tell, void *context)
{
    const struct stale_context stale = {tree, told, told, tell, context};
    size_t count;

    if (!tree->generations.was_surveyed)
        return 0;
    cleanup_free struct spelling **spellings = generations_heard(&tree->generations, &count);
    if (!spellings)
        return -ENOMEM;
    stale_forget_heard(&stale, spellings, count);
    tree->generations.was_surveyed = false;
    return 0;
}

int tree_tell(struct tree *tree, stale_fn *tell, void *context)
{
    struct generation *before, *after = generations_untold(&tree->generations, &before);
    int err = forget_heard(tree, before->corpus, tell, context);
    for (; after; after = generations_untold(&tree->generations, &before)) {
        int failed = tell_next(tree, before, after, tell, context);
        err = err ? err : failed;
    }
    return err;
}
