#include "nodes/scope.h"

#include <errno.h>

#include "nodes/state.h"

void scope_close(struct scope *scope)
{
    for (int i = 0; i < CACHE_KINDS; i++) {
        if (!scope->is_borrowed[i])
            cache_put(scope->tree->cache, scope->entries[i]);
        scope->entries[i] = NULL;
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
                          .node = node,
                          .is_unfollowed = scope->is_unfollowed};
}

static int scope_load(struct scope *scope, enum cache_kind kind)
{
    if (scope->entries[kind])
        return 0;
    return cache_get(scope->tree->cache, scope->node.i, scope_episode(scope), kind,
                     &scope->entries[kind]);
}

int scope_front(struct scope *scope, const struct yaml **map)
{
    int err = scope_load(scope, CACHE_FRONT);
    *map = err ? NULL : scope->entries[CACHE_FRONT]->front.map;
    return err;
}

int scope_body(struct scope *scope, const struct body **body)
{
    int err = scope_load(scope, CACHE_BODY);
    *body = err ? NULL : &scope->entries[CACHE_BODY]->body;
    return err;
}

int scope_material(struct scope *scope, unsigned needs, struct material *material)
{
    int err = 0;
    *material = (struct material){.episode = scope_episode(scope), .selected = scope->selected};
    if (needs & NEEDS_BODY)
        err = scope_body(scope, &material->body);
    const struct cache_entry *body = scope->entries[CACHE_BODY];
    if (err || !(needs & NEEDS_FRONT) || !material->episode->head.has_front)
        return err;
    if (body && body->has_front)
        material->front = body->front.map;
    else
        err = scope_front(scope, &material->front);
    return err;
}

int scope_all_material(void *scope, struct material *material)
{
    return scope_material(scope, NEEDS_FRONT | NEEDS_BODY, material);
}

/* The context of rendering a text. */
struct rendering {
    struct scope *scope;
    int (*render)(struct scope *scope, struct buf *out);
};

static int render(void *rendering_, struct buf *out)
{
    const struct rendering *rendering = rendering_;
    return rendering->render(rendering->scope, out);
}

static int own_text(struct scope *scope, int (*render_)(struct scope *scope, struct buf *out),
                    struct slice *text)
{
    struct rendering rendering = {scope, render_};
    int err = 0;
    if (!scope->entries[CACHE_TEXT])
        err = cache_get_text(scope->tree->cache, node_id(&scope->node), render, &rendering,
                             &scope->entries[CACHE_TEXT]);
    *text = !err ? buf_slice(&scope->entries[CACHE_TEXT]->text) : (struct slice){0};
    return err;
}

int scope_read_text(struct scope *scope, int (*render_)(struct scope *scope, struct buf *out),
                    uint64_t offset, size_t len, struct tree_text *text)
{
    struct slice all;
    int err = own_text(scope, render_, &all);
    text->bytes = slice_range(all, offset, len);
    return err;
}

int scope_size_text(struct scope *scope, int (*render_)(struct scope *scope, struct buf *out),
                    uint64_t *size)
{
    struct slice all;
    int err = own_text(scope, render_, &all);
    *size = all.len;
    return err;
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

struct query_moment scope_now(const struct scope *scope)
{
    return (struct query_moment){scope->corpus->generation, scope->corpus->stamps};
}

struct query_moment scope_since(const struct scope *scope)
{
    const struct query_moment now = scope_now(scope);
    return layouts[scope->node.kind].of_query
               ? known_queries_since(&scope->tree->selections.queries, scope->node.i, &now)
               : now;
}

uint64_t scope_newest_version(const struct scope *scope)
{
    return layouts[scope->node.kind].of_episode ? scope_episode(scope)->version
                                                : scope_since(scope).generation;
}

bool scope_is_newest(const struct scope *scope)
{
    return scope->node.version == node_version(scope->node.kind, scope_newest_version(scope));
}

int scope_check_generation(struct scope *scope)
{
    return scope_is_newest(scope) ? 0 : -ESTALE;
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

int scope_no_child(struct scope *scope, uint64_t index, struct child *child)
{
    (void)scope;
    (void)index;
    (void)child;
    return -ENOENT;
}

int scope_voice_index(struct scope *scope, const struct voice_index **voice_index)
{
    return generations_voice_index(&scope->tree->generations, scope->generation, voice_index);
}
