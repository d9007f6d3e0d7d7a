/* Links to episodes in a list that is sorted by their entries: those of a facet, those of a day. */
#include <errno.h>

#include "nodes/nodes.h"

int links_child(const struct scope *scope, const struct links *links, uint64_t index,
                struct child *child)
{
    if (index >= links->count)
        return -ENOENT;
    uint32_t episode = links->episodes[index];
    child_is(child, links->kind, scope->node.i, links->version,
             scope->corpus->episodes[episode]->entry);
    child->node.j = episode;
    child->list = 1;
    return 0;
}

int links_find(const struct scope *scope, const struct links *links, struct slice name,
               struct child *child)
{
    return links_child(
        scope, links, corpus_find_entry(scope->corpus, links->episodes, links->count, name), child);
}

uint64_t links_seek(const struct scope *scope, const struct links *links, struct slice name)
{
    return corpus_entry_behind(scope->corpus, links->episodes, links->count, name);
}

int links_check(const struct scope *scope, const struct links *links)
{
    const struct episode *episode = corpus_episode(scope->corpus, scope->node.j);
    bool is_there = episode && corpus_find_entry(scope->corpus, links->episodes, links->count,
                                                 episode->entry) != NO_INDEX;
    return is_there ? 0 : -ESTALE;
}
