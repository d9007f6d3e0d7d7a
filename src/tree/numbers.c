#include "tree/numbers.h"

#include <errno.h>

#include "nodes/state.h"
#include "render/format.h"
#include "tree/ops.h"

/*
 * A number is a hash of the identity of a node, not of its index, so it survives a remount and
 * changes of other files. Nobody can choose an identity (base/identity.h). hash_pair() adds the
 * kind of node. 63 bits, since programs and databases keep numbers with a sign.
 */
uint64_t inode_number(const struct scope *scope)
{
    const struct node_ops *ops = ops_of(scope->node.kind);
    if (scope->node.kind == KIND_ROOT)
        return KIND_ROOT;
    uint64_t identity = ops->identity ? ops->identity(scope) : 0;
    uint64_t ino = hash_pair(identity, scope->node.kind) >> 1;
    return ino > KIND_ROOT ? ino : ino + 2;
}

/* --- files with hard links -------------------------------------------------------------------- */

static uint32_t links_of_episode(void)
{
    uint32_t count = 0;
    const struct format *format;
    for (uint64_t i = 0; (format = format_at(i)); i++)
        count += format->link != LINK_NOWHERE;
    return count;
}

int numbers_reserve(struct tree *tree, size_t episodes)
{
    struct linked_numbers *linked = &tree->linked_numbers;
    pthread_mutex_lock(&linked->lock);
    bool is_done = number_set_reserve(&linked->set, episodes * links_of_episode());
    pthread_mutex_unlock(&linked->lock);
    return is_done ? 0 : -ENOMEM;
}

/* The set hashes by the high bits, of which a number of 63 bits leaves one unused. */
static uint64_t spread(uint64_t number)
{
    return number << 1;
}

static void for_links(struct tree *tree, const struct corpus *corpus, uint32_t episode,
                      void (*act)(struct number_set *set, uint64_t number))
{
    const struct format *format;
    for (uint64_t i = 0; (format = format_at(i)); i++) {
        const struct scope scope = {.tree = tree,
                                    .corpus = corpus,
                                    .node = {.kind = KIND_FORMAT, .i = episode, .j = (uint32_t)i}};
        if (format->link != LINK_NOWHERE)
            act(&tree->linked_numbers.set, spread(inode_number(&scope)));
    }
}

static void for_changed(struct tree *tree, const struct corpus *of, const struct corpus *other,
                        void (*act)(struct number_set *set, uint64_t number))
{
    for (uint32_t i = 0; of && i < of->episode_cap; i++) {
        const struct episode *in_other = other ? corpus_episode(other, i) : NULL;
        if (of->episodes[i] && of->episodes[i] != in_other)
            for_links(tree, of, i, act);
    }
}

void numbers_follow(struct tree *tree, const struct corpus *old, const struct corpus *next)
{
    struct linked_numbers *linked = &tree->linked_numbers;
    pthread_mutex_lock(&linked->lock);
    for_changed(tree, old, next, number_set_remove);
    for_changed(tree, next, old, number_set_add);
    __atomic_store_n(&linked->are_shared, linked->set.pairs > 0, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&linked->lock);
}

bool numbers_are_shared(struct tree *tree, uint64_t number)
{
    struct linked_numbers *linked = &tree->linked_numbers;
    if (!__atomic_load_n(&linked->are_shared, __ATOMIC_ACQUIRE))
        return false;
    pthread_mutex_lock(&linked->lock);
    bool is_shared = number_set_count(&linked->set, spread(number)) > 1;
    pthread_mutex_unlock(&linked->lock);
    return is_shared;
}
