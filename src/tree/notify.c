/*
 * Notifies clients of each generation in turn, once no request holds an older one.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "nodes/state.h"
#include "render/format.h"
#include "tree/invalidate.h"
#include "tree/tree.h"

/* The cache keeps two old versions of an episode as long as it has room, and drops older ones. */
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

/* Clients know nothing of by-voice and original/ before a request has built the voice index. */
static int notify_voice_index(struct tree *tree, const struct invalidation *invalidation,
                              struct generation *after)
{
    struct generations *generations = &tree->generations;
    const struct voice_index *voice_index;

    if (!generations_have_voice_index(generations))
        return 0;
    /* A request may have built it already, or that of a later generation, whose turn comes next. */
    int err = generations_voice_index(generations, after, &voice_index);
    if (err)
        return err == -EAGAIN ? 0 : err;
    const struct generation *before = generations_notified_voice_index(generations);
    if (before && before != after)
        invalidate_by_voice(invalidation, before->corpus, before->voice_index, voice_index);
    generations_note_voice_index_notified(generations, after);
    return 0;
}

/* Skips no generation: clients may know a name that came with one and went with the next. */
static int notify_next(struct tree *tree, const struct generation *before, struct generation *after,
                       invalidate_fn *notify, void *context)
{
    const struct invalidation invalidation = {tree, before->corpus, after->corpus, notify, context};

    generations_wait_for_readers(&tree->generations, after);
    invalidate_changes(&invalidation);
    forget_old_versions(tree, before->corpus, after->corpus);
    int err = notify_voice_index(tree, &invalidation, after);
    status_note_notified(&tree->status, after->corpus->generation);
    generations_note_notified(&tree->generations, after);
    return err;
}

/* Clients know by-voice from the previous worker, and its voice index is lost: invalidate all of
 * by-voice. */
static int forget_by_voice(struct tree *tree, const struct corpus *notified, invalidate_fn *notify,
                           void *context)
{
    const struct invalidation invalidation = {tree, notified, notified, notify, context};
    size_t count;

    if (!tree->generations.had_voice_index)
        return 0;
    cleanup_free struct spelling **spellings = generations_voice_spellings(&tree->generations,
                                                                           &count);
    if (!spellings)
        return -ENOMEM;
    invalidate_all_by_voice(&invalidation, spellings, count);
    tree->generations.had_voice_index = false;
    return 0;
}

/* Nobody knows which of them are the same as in the previous worker. */
static void forget_restored(struct tree *tree, const struct corpus *notified, invalidate_fn *notify,
                            void *context)
{
    const struct invalidation invalidation = {tree, notified, notified, notify, context};
    struct known_queries *known = &tree->selections.queries;
    if (known->has_restored)
        invalidate_all_queries(&invalidation);
    known->has_restored = false;
}

/* Stops after QUERY_SLOTS, even if new queries keep coming: changes of the content wait meanwhile.
 */
static void forget_queries(struct tree *tree, const struct corpus *notified, invalidate_fn *notify,
                           void *context)
{
    const struct invalidation invalidation = {tree, notified, notified, notify, context};
    struct known_queries *known = &tree->selections.queries;
    struct known_query query;
    for (int i = 0; i < QUERY_SLOTS && known_queries_take_oldest(known, &query); i++) {
        invalidate_query(&invalidation, &query);
        known_queries_forget(known, &query);
    }
}

void tree_set_notifier(struct tree *tree, void (*notify_soon)(void *context), void *context)
{
    tree->selections.queries.too_many = notify_soon;
    tree->selections.queries.owner = context;
}

int tree_notify(struct tree *tree, invalidate_fn *notify, void *context)
{
    struct generation *before, *after = generations_unnotified(&tree->generations, &before);
    forget_restored(tree, before->corpus, notify, context);
    forget_queries(tree, before->corpus, notify, context);
    int err = forget_by_voice(tree, before->corpus, notify, context);
    for (; after; after = generations_unnotified(&tree->generations, &before)) {
        int failed = notify_next(tree, before, after, notify, context);
        err = err ? err : failed;
    }
    return err;
}
