#include "tree/walk.h"

#include <errno.h>

#include "index/cache.h"
#include "nodes/state.h"
#include "tree/tree.h"

/* Bytes of the cache for a byte of a file: the body, and a text that renders it. */
enum { CACHED_FACTOR = 8 };

bool walk_place_of(struct tree *tree, uint64_t id, struct walk_place *place)
{
    struct node node;
    if (node_of_id(id, &node) || (node.kind != KIND_FORMAT && node.kind != KIND_EPISODE))
        return false;
    place->row = node.kind == KIND_EPISODE ? WALK_LISTINGS : node.j;
    struct generation *generation = generations_get(&tree->generations);
    const struct episode *episode = corpus_episode(generation->corpus, node.i);
    place->index = episode ? corpus_place(generation->corpus, episode->path) : NO_INDEX;
    generations_put(&tree->generations, generation);
    return place->index != NO_INDEX && place->row < WALK_ROWS;
}

uint32_t walk_reach(struct tree *tree, uint32_t index, uint32_t most)
{
    struct generation *generation = generations_get(&tree->generations);
    const struct corpus *corpus = generation->corpus;
    struct cache_stats stats;
    uint32_t count = 0;
    cache_read_stats(tree->cache, &stats);
    uint64_t room = stats.limit / 2 / CACHED_FACTOR;
    while (count < most && index + 1 + count < corpus->episode_count) {
        uint32_t number = corpus->by_path[index + 1 + count];
        uint64_t size = (uint64_t)corpus->episodes[number]->id.size;
        if (size > room)
            break;
        room -= size;
        count++;
    }
    generations_put(&tree->generations, generation);
    return count;
}

static void load_body(struct tree *tree, uint32_t number, const struct episode *episode)
{
    struct cache_entry *body;
    cache_get(tree->cache, number, episode, CACHE_BODY, &body);
    cache_put(tree->cache, body);
}

static void make_text(struct tree *tree, uint32_t number, uint32_t version, uint32_t row)
{
    const struct node node = {.kind = KIND_FORMAT, .i = number, .j = row, .version = version};
    struct tree_attr attr;
    tree_getattr(tree, node_id(&node), &attr);
}

void walk_prepare(struct tree *tree, const struct walk_place *place)
{
    struct generation *generation = generations_get(&tree->generations);
    const struct corpus *corpus = generation->corpus;
    if (place->index < corpus->episode_count) {
        uint32_t number = corpus->by_path[place->index];
        const struct episode *episode = corpus->episodes[number];
        if (place->row == WALK_LISTINGS)
            load_body(tree, number, episode);
        else
            make_text(tree, number, episode->version, place->row);
    }
    generations_put(&tree->generations, generation);
}
