/* .transcriptfs: what the mount says about itself. */
#include <errno.h>

#include "model/json.h"
#include "model/nodes.h"
#include "model/problems.h"
#include "model/tsv.h"

int version_render(struct scope *scope, struct buf *out)
{
    buf_printf(out, "%s\n", tree_parts(scope->tree)->options.version);
    return 0;
}

/* --- status.json ------------------------------------------------------------------------------ */

static void status_render(struct tree *tree, struct buf *out)
{
    const struct tree_parts *parts = tree_parts(tree);
    const struct corpus *corpus = parts->corpus;
    struct cache_stats cache;
    size_t heard;
    const char *voices = tree_survey_progress(tree, &heard);

    cache_read_stats(parts->cache, &cache);
    json_t *json = json_pack(
        "{s:s, s:i, s:i, s:i, s:i, s:i, s:I, s:{s:s, s:I, s:i}, s:{s:I, s:I, s:i, s:I, s:I}}",
        "version", parts->options.version, "generation", 1, "episodes", (int)corpus->episode_count,
        "folders", (int)corpus->folder_count, "values", (int)corpus->facet_count, "problems",
        (int)(corpus->problem_count + cache.problems), "content_bytes", (json_int_t)corpus->bytes,
        "voices", "state", voices, "done", (json_int_t)heard, "of", (int)corpus->episode_count,
        "cache", "limit_bytes", (json_int_t)cache.limit, "used_bytes", (json_int_t)cache.used,
        "parts", (int)cache.kept, "hits", (json_int_t)cache.hits, "misses",
        (json_int_t)cache.misses);
    json_add(out, json, JSON_INDENT(2));
    buf_add_byte(out, '\n');
}

/* --- problems.tsv ----------------------------------------------------------------------------- */

static void problems_render(struct tree *tree, struct buf *out)
{
    const struct tree_parts *parts = tree_parts(tree);
    struct arena arena = {0};
    struct problem *all = NULL;
    size_t count = 0;

    out->failed |= problems_gather(parts->corpus, parts->cache, &arena, &all, &count) != 0;
    buf_add_text(out, "file\tline\tcolumn\tproblem\tdone\n");
    for (size_t i = 0; i < count; i++) {
        const struct problem *problem = &all[i];
        tsv_add(out, problem->path, '\t');
        tsv_add_number(out, problem->line, '\t');
        tsv_add_number(out, problem->column, '\t');
        tsv_add(out, problem->what, '\t');
        tsv_add(out, problem->action, '\n');
    }
    arena_free(&arena);
}

/* --- the folder ------------------------------------------------------------------------------- */

/* What is volatile is rendered when it is looked up, and its id names that very text. */
static const struct {
    const char *name;
    enum kind kind;
    void (*render)(struct tree *tree, struct buf *out);
} files[] = {
    {"version", KIND_VERSION, NULL},
    {"status.json", KIND_STATUS, status_render},
    {"problems.tsv", KIND_PROBLEMS, problems_render},
};

int control_child(struct scope *scope, uint64_t place, struct child *child)
{
    (void)scope;
    if (place >= sizeof files / sizeof *files)
        return -ENOENT;
    child_is(child, files[place].kind, 0, 0, slice_of(files[place].name));
    return 0;
}

int control_find(struct scope *scope, struct slice name, struct child *child)
{
    for (uint64_t place = 0; control_child(scope, place, child) == 0; place++) {
        if (!slice_equal(child->name, name))
            continue;
        if (!files[place].render)
            return 0;
        cleanup_buf struct buf text = {0};
        files[place].render(scope->tree, &text);
        return tree_keep_snapshot(scope->tree, child->node.kind, &text, &child->node.i);
    }
    return -ENOENT;
}

int snapshot_check(struct scope *scope)
{
    cleanup_buf struct buf text = {0};
    return tree_read_snapshot(scope->tree, scope->node.kind, scope->node.i, &text);
}

uint64_t snapshot_identity(const struct scope *scope)
{
    return scope->node.i;
}

int snapshot_render(struct scope *scope, struct buf *out)
{
    return tree_read_snapshot(scope->tree, scope->node.kind, scope->node.i, out);
}
