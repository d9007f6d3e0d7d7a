#include "nodes/selection.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/identity.h"
#include "nodes/state.h"
#include "query/canonical.h"

struct selections *selections_of(const struct scope *scope)
{
    return &scope->tree->selections;
}

struct slice selection_query(const struct scope *scope, char text[NAME_MAX])
{
    return known_queries_text(&selections_of(scope)->queries, scope->node.i, text);
}

static int hold_part(struct scope *scope, enum selection_part part,
                     const struct select_visitor *visitor, struct hold *hold)
{
    struct selection_source source = {
        .corpus = scope->corpus, .cache = scope->tree->cache, .visitor = visitor};
    *hold = (struct hold){.selections = selections_of(scope)};
    int err = part == SELECTION_VOICES ? scope_voice_index(scope, &source.voice_index) : 0;
    if (!err)
        err = selections_get(hold->selections, scope->node.i, &source, part, &hold->held);
    hold->selection = err ? NULL : &hold->held->selection;
    return err;
}

int hold_selection(struct scope *scope, enum selection_part part, struct hold *hold)
{
    return hold_part(scope, part, NULL, hold);
}

int hold_selection_with(struct scope *scope, const struct select_visitor *visitor,
                        struct hold *hold)
{
    return hold_part(scope, SELECTION_EPISODES, visitor, hold);
}

void end_hold(struct hold *hold)
{
    selections_put(hold->selections, hold->held);
}

/* Escapes characters that are special in quotes as %XX. */
void selection_add_value(struct buf *values, struct slice value)
{
    buf_add_text(values, values->len ? ",\"" : "\"");
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] == '"' || value.data[i] == '%')
            buf_printf(values, "%%%02X", (unsigned)value.data[i]);
        else
            buf_add_byte(values, value.data[i]);
    }
    buf_add_byte(values, '"');
}

int selection_narrow(const struct scope *scope, struct slice query, struct slice key,
                     const struct buf *values, struct buf *out)
{
    cleanup_buf struct buf text = {0};
    struct arena arena = {0};
    struct query narrowed;
    if (query.len)
        buf_printf(&text, "(%.*s) ", (int)query.len, query.data);
    buf_add_slice(&text, key);
    buf_add_byte(&text, ':');
    buf_add_slice(&text, buf_slice(values));
    text.failed |= values->failed;
    int err = text.failed ? -ENOMEM
                          : selections_parse(scope->corpus, &arena, buf_slice(&text), &narrowed);
    if (!err && narrowed.canonical.len > NAME_MAX)
        err = -ENAMETOOLONG;
    if (!err && query_is_probe(narrowed.canonical))
        err = -EINVAL; /* as of a key with a leading dot */
    if (!err)
        buf_add_slice(out, narrowed.canonical);
    arena_free(&arena);
    return err ? err : out->failed ? -ENOMEM : 0;
}

bool selection_use(struct scope *scope)
{
    bool may_keep;
    const struct query_moment now = scope_now(scope);
    bool is_known = known_queries_use(&selections_of(scope)->queries, scope->node.i, &now,
                                      &may_keep);
    scope->is_unfollowed = !may_keep;
    return is_known;
}

int selection_check(struct scope *scope)
{
    const struct layout *layout = &layouts[scope->node.kind];
    bool any_version = layout->accepts_old_version || !layout->has_version;
    if (!selection_use(scope))
        return -ESTALE;
    return any_version || selection_is_current(scope) ? 0 : -ESTALE;
}

bool selection_is_current(const struct scope *scope)
{
    uint32_t version = node_whole_version(&scope->node, (uint32_t)scope->corpus->generation);
    bool is_file = layouts[scope->node.kind].type == S_IFREG;
    return scope_is_newest(scope) || (is_file && version > scope_since(scope).generation);
}

uint32_t selection_version(const struct scope *scope)
{
    return (uint32_t)scope_since(scope).generation;
}

uint64_t selection_identity(const struct scope *scope)
{
    char text[NAME_MAX];
    return identity_of(IDENTITY_QUERY, selection_query(scope, text));
}

/* A fast hash, with which an attacker may find a query for a number. That does no harm: these files
 * and links have no hard links and no children. */
uint64_t selection_part(const struct scope *scope, uint64_t part)
{
    char text[NAME_MAX];
    return hash_pair(hash64(selection_query(scope, text), 0), part);
}

uint64_t selection_hash(const struct scope *scope)
{
    cleanup_(end_hold) struct hold hold = {0};
    struct scope held = *scope;
    return hold_selection(&held, SELECTION_EPISODES, &hold) ? 0 : hold.selection->hash;
}

uint64_t selection_part_identity(const struct scope *scope)
{
    return selection_part(scope, selection_hash(scope) + scope->node.j);
}

struct node selection_folder(const struct scope *scope)
{
    return (struct node){
        .kind = KIND_SELECTION, .i = scope->node.i, .version = selection_version(scope)};
}
