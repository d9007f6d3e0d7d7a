#include "model/tree_inside.h"

#include <errno.h>

enum { KIND_BITS = 8 };

/* --- node ids -----------------------------------------------------------------------------------
 */

static unsigned version_bits(const struct kind_row *row)
{
    unsigned rest = 64u - KIND_BITS - row->i_bits - row->j_bits;
    return !row->has_version ? 0 : rest > 32 ? 32 : rest;
}

static uint64_t low_bits(uint64_t value, unsigned count)
{
    return count < 64 ? value & ((UINT64_C(1) << count) - 1) : value;
}

uint64_t tree_id(const struct node *node)
{
    const struct kind_row *row = &kinds[node->kind];
    uint64_t id = low_bits(node->version, version_bits(row));
    id = id << row->j_bits | node->j;
    id = id << row->i_bits | node->i;
    return id << KIND_BITS | node->kind;
}

int node_of_id(uint64_t id, struct node *node)
{
    uint64_t kind = low_bits(id, KIND_BITS);
    if (kind == KIND_NONE || kind >= KIND_COUNT)
        return -ESTALE;
    const struct kind_row *row = &kinds[kind];
    id >>= KIND_BITS;
    node->kind = (enum kind)kind;
    node->i = (uint32_t)low_bits(id, row->i_bits);
    id >>= row->i_bits;
    node->j = (uint32_t)low_bits(id, row->j_bits);
    id >>= row->j_bits;
    node->version = (uint32_t)low_bits(id, version_bits(row));
    return (id >> version_bits(row)) ? -ESTALE : 0;
}

/* --- scopes -------------------------------------------------------------------------------------
 */

void scope_end(struct scope *scope)
{
    for (int i = 0; i < PARTS; i++) {
        if (!scope->is_lent[i])
            cache_put(scope->tree->parts.cache, scope->parts[i]);
        scope->parts[i] = NULL;
    }
    if (scope->held)
        tree_let_go(scope->tree, scope->held);
    scope->held = NULL;
}

struct scope scope_at(const struct scope *scope, struct node node)
{
    return (struct scope){.tree = scope->tree, .corpus = scope->corpus, .node = node};
}

int scope_begin(struct tree *tree, uint64_t id, struct scope *scope)
{
    *scope = (struct scope){.tree = tree, .held = tree_hold(tree)};
    scope->corpus = scope->held;
    int err = node_of_id(id, &scope->node);
    if (err) {
        scope->node = (struct node){.kind = KIND_NONE};
        return err;
    }
    const struct kind_row *row = &kinds[scope->node.kind];
    if (row->check)
        return row->check(scope);
    return scope->node.i || scope->node.j ? -ESTALE : 0;
}

static int scope_part(struct scope *scope, enum part part)
{
    if (scope->parts[part])
        return 0;
    return cache_get(scope->tree->parts.cache, scope->node.i, scope_episode(scope), part,
                     &scope->parts[part]);
}

int scope_front(struct scope *scope, const struct yaml **map)
{
    int err = scope_part(scope, PART_FRONT);
    *map = err ? NULL : scope->parts[PART_FRONT]->front.map;
    return err;
}

int scope_body(struct scope *scope, const struct body **body)
{
    int err = scope_part(scope, PART_BODY);
    *body = err ? NULL : &scope->parts[PART_BODY]->body;
    return err;
}

/* A text that is to be rendered, and where. */
struct rendering {
    struct scope *scope;
    int (*render)(struct scope *scope, struct buf *out);
};

static int render(void *rendering_, struct buf *out)
{
    const struct rendering *rendering = rendering_;
    return rendering->render(rendering->scope, out);
}

int scope_text(struct scope *scope, int (*render_)(struct scope *scope, struct buf *out),
               struct slice *text)
{
    struct rendering rendering = {scope, render_};
    int err = 0;
    if (!scope->parts[PART_TEXT])
        err = cache_get_text(scope->tree->parts.cache, tree_id(&scope->node), render, &rendering,
                             &scope->parts[PART_TEXT]);
    *text = !err ? buf_slice(&scope->parts[PART_TEXT]->text) : (struct slice){0};
    return err;
}

bool scope_has_text(struct scope *scope)
{
    if (!scope->parts[PART_TEXT])
        scope->parts[PART_TEXT] = cache_find_text(scope->tree->parts.cache, tree_id(&scope->node));
    return scope->parts[PART_TEXT] != NULL;
}

uint32_t scope_whole_version(const struct scope *scope)
{
    const struct episode *now = corpus_episode(scope->corpus, scope->node.i);
    unsigned bits = version_bits(&kinds[scope->node.kind]);
    uint32_t low = scope->node.version;
    return now ? now->version - (uint32_t)low_bits(now->version - low, bits) : low;
}

int check_episode(struct scope *scope)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    const struct episode *episode = corpus_episode(scope->corpus, scope->node.i);
    if (!episode || (!row->j_bits && scope->node.j))
        return -ESTALE;
    uint32_t version = (uint32_t)low_bits(episode->version, version_bits(row));
    if (row->is_outdated)
        return scope->node.version <= version ? 0 : -ESTALE;
    return row->has_version && version != scope->node.version ? -ESTALE : 0;
}

void scope_note_made(const struct scope *scope)
{
    uint64_t *made = &scope->tree->made[scope->node.kind],
             before = __atomic_load_n(made, __ATOMIC_RELAXED);
    while (before < scope->corpus->generation &&
           !__atomic_compare_exchange_n(made, &before, scope->corpus->generation, false,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

bool scope_was_made(const struct scope *scope)
{
    return __atomic_load_n(&scope->tree->made[scope->node.kind], __ATOMIC_RELAXED) ==
           scope->corpus->generation;
}

int check_generation(struct scope *scope)
{
    const struct kind_row *row = &kinds[scope->node.kind];
    uint64_t version = low_bits(scope->corpus->generation, version_bits(row));
    return (uint32_t)version == scope->node.version ? 0 : -ESTALE;
}
