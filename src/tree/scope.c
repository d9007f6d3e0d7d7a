#include "tree/scope.h"

#include <errno.h>

#include "tree/tree_inside.h"

void scope_end(struct scope *scope)
{
    for (int i = 0; i < PARTS; i++) {
        if (!scope->is_lent[i])
            cache_put(scope->tree->cache, scope->parts[i]);
        scope->parts[i] = NULL;
    }
    if (scope->is_held)
        generations_put(&scope->tree->generations, scope->generation);
    scope->is_held = false;
}

struct scope scope_at(const struct scope *scope, struct node node)
{
    return (struct scope){.tree = scope->tree,
                          .generation = scope->generation,
                          .corpus = scope->corpus,
                          .node = node};
}

static int scope_part(struct scope *scope, enum part part)
{
    if (scope->parts[part])
        return 0;
    return cache_get(scope->tree->cache, scope->node.i, scope_episode(scope), part,
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

int scope_material(struct scope *scope, unsigned needs, struct material *material)
{
    int err = 0;
    *material = (struct material){.episode = scope_episode(scope)};
    if (needs & NEEDS_BODY)
        err = scope_body(scope, &material->body);
    if (!err && needs & NEEDS_FRONT && material->episode->head.has_front)
        err = scope_front(scope, &material->front);
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
        err = cache_get_text(scope->tree->cache, node_id(&scope->node), render, &rendering,
                             &scope->parts[PART_TEXT]);
    *text = !err ? buf_slice(&scope->parts[PART_TEXT]->text) : (struct slice){0};
    return err;
}

bool scope_has_text(struct scope *scope)
{
    if (!scope->parts[PART_TEXT])
        scope->parts[PART_TEXT] = cache_find_text(scope->tree->cache, node_id(&scope->node));
    return scope->parts[PART_TEXT] != NULL;
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

int scope_check_generation(struct scope *scope)
{
    uint32_t version = node_version(scope->node.kind, scope->corpus->generation);
    return version == scope->node.version ? 0 : -ESTALE;
}

struct node scope_root(const struct scope *scope)
{
    (void)scope;
    return (struct node){.kind = KIND_ROOT};
}

uint32_t scope_links_uncounted(const struct scope *scope)
{
    (void)scope;
    return 1;
}

int scope_survey(struct scope *scope, const struct survey **survey)
{
    return generations_survey(&scope->tree->generations, scope->generation, survey);
}
