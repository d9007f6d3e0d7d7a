/* .transcriptfs: the state of the mount. */
#include <errno.h>
#include <malloc.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "index/problems.h"
#include "nodes/nodes.h"
#include "nodes/state.h"
#include "render/json.h"
#include "render/tsv.h"

static int version_render(struct scope *scope, struct buf *out)
{
    buf_printf(out, "%s\n", scope->tree->options.version);
    return 0;
}

/* --- status.json ------------------------------------------------------------------------------ */

/* The counts above 0; without them if memory runs out. */
static void add_requests(json_t *status, const struct request_count *count)
{
    json_t *requests = json_object();
    for (; requests && count && count->name; count++) {
        uint64_t served = __atomic_load_n(&count->count, __ATOMIC_RELAXED);
        if (served)
            json_object_set_new(requests, count->name, json_integer((json_int_t)served));
    }
    if (status && requests)
        json_object_set_new(status, "requests", requests);
    else
        json_decref(requests);
}

/* The bytes in use, and the free ones that the allocator keeps. */
static void add_memory(json_t *json)
{
    const struct mallinfo2 info = mallinfo2();
    json_object_set_new(json, "memory",
                        json_pack("{s:I, s:I}", "used_bytes",
                                  (json_int_t)info.uordblks + (json_int_t)info.hblkhd, "free_bytes",
                                  (json_int_t)info.fordblks));
}

/* The confinement of the worker, and the number of restarts. */
static void add_process(json_t *json, const struct tree_options *options)
{
    const struct confinement *holds = &options->confinement;
    json_object_set_new(json, "process",
                        json_pack("{s:i, s:i, s:{s:b, s:s, s:i, s:b, s:b, s:b}}", "pid",
                                  (int)getpid(), "restarts", (int)options->restarts, "sandbox",
                                  "no_new_privileges", holds->no_new_privileges, "capabilities",
                                  !holds->no_capabilities ? "as started"
                                  : holds->may_read_all   ? "CAP_DAC_READ_SEARCH"
                                                          : "none",
                                  "landlock", holds->landlock, "seccomp", holds->seccomp, "no_core",
                                  holds->no_core, "chroot", holds->chroot));
}

/* Numbers alone: the queries of a user are private. */
static void add_search(json_t *json, struct selections *selections)
{
    json_object_set_new(
        json, "search",
        json_pack("{s:i, s:I, s:I}", "queries", (int)known_queries_count(&selections->queries),
                  "index_limit_bytes", (json_int_t)selections->words.budget, "index_used_bytes",
                  (json_int_t)word_index_size(&selections->words)));
}

static void add_place(json_t *json, const struct content_place *place)
{
    const char *state = place ? __atomic_load_n(&place->state, __ATOMIC_RELAXED) : "there";
    uint32_t replaced = place ? __atomic_load_n(&place->replaced, __ATOMIC_RELAXED) : 0;
    json_object_set_new(json, "content_folder",
                        json_pack("{s:s, s:I}", "state", state, "replaced", (json_int_t)replaced));
}

/* Folders of the content that do not answer. */
static void add_hung(json_t *json, struct status *status)
{
    cleanup_buf struct buf folders = {0}, visible = {0};
    json_t *list = json_array();
    struct slice rest, folder;
    status_add_hung(status, &folders);
    for (rest = buf_slice(&folders); slice_take(&rest, '\0', &folder) && folder.len;)
        tsv_add_visible(&visible, folder, '\n');
    for (rest = buf_slice(&visible); slice_take(&rest, '\n', &folder) && folder.len;)
        json_array_append_new(list, json_text(folder));
    json_object_set_new(json, "hung_folders", list);
}

static int status_render(const struct scope *scope, struct buf *out)
{
    struct tree *tree = scope->tree;
    const struct corpus *corpus = scope->corpus;
    struct cache_stats cache;
    size_t newest_voice_index;
    uint32_t shown = corpus_shown_count(corpus);
    const char *voices = generations_voice_index_progress(&tree->generations, &newest_voice_index);

    uint32_t problems_in_words = cache_count_problems(tree->cache, corpus);
    const struct update_status updates = status_read(&tree->status);
    cache_read_stats(tree->cache, &cache);
    json_t *json = json_pack(
        "{s:s, s:I, s:i, s:i, s:i, s:i, s:i, s:I, s:b, s:o, s:{s:s, s:s, s:i}, s:{s:s, s:I, s:i}, "
        "s:{s:I, s:I, s:i, s:I, s:I}}",
        "version", tree->options.version, "generation", (json_int_t)updates.generation, "episodes",
        (int)shown, "folders", (int)corpus->shown_folder_count, "values",
        (int)corpus->views.facet_count, "problems",
        (int)(corpus->problem_count + problems_in_words), "problems_in_words",
        (int)problems_in_words, "content_bytes", (json_int_t)corpus->bytes, "scanning",
        updates.is_scanning, "last_change", json_time(updates.last_change), "watch", "mode",
        updates.watch, "why", updates.why, "overflows", (int)updates.overflows, "voices", "state",
        voices, "done", (json_int_t)(newest_voice_index < shown ? newest_voice_index : shown), "of",
        (int)shown, "cache", "limit_bytes", (json_int_t)cache.limit, "used_bytes",
        (json_int_t)cache.used, "parts", (int)cache.kept, "hits", (json_int_t)cache.hits, "misses",
        (json_int_t)cache.misses);
    add_search(json, &tree->selections);
    add_place(json, tree->options.place);
    add_hung(json, &tree->status);
    add_memory(json);
    add_process(json, &tree->options);
    add_requests(json, tree->status.requests);
    json_add(out, json, JSON_INDENT(2));
    buf_add_byte(out, '\n');
    return 0;
}

/* --- generation ------------------------------------------------------------------------------- */

static int generation_render(const struct scope *scope, struct buf *out)
{
    const struct update_status updates = status_read(&scope->tree->status);
    buf_printf(out, "%llu\n", (unsigned long long)updates.generation);
    return 0;
}

/* --- problems.tsv ----------------------------------------------------------------------------- */

/* Each line has a path, which may be 4 KiB long: a million would take gigabytes. */
enum { MOST_PROBLEMS = 8 * 1024 * 1024 /* bytes */ };

static void add_problem(struct buf *out, const struct problem *problem)
{
    tsv_add_visible(out, problem->path, '\t');
    tsv_add_number(out, problem->line, '\t');
    tsv_add_number(out, problem->column, '\t');
    tsv_add_visible(out, problem->what, '\t');
    tsv_add_visible(out, problem->action, '\n');
}

/* Adds whole lines; if not all fit, the last line says so. */
static void add_problems(struct buf *out, const struct problems *all)
{
    for (uint32_t i = 0; i < all->count; i++) {
        size_t before = out->len;
        add_problem(out, &all->at[i]);
        if (out->len <= MOST_PROBLEMS)
            continue;
        out->len = before;
        buf_printf(out,
                   "\t0\t0\tproblems that are not in this table: %u\tit ends at 8 MiB; --check "
                   "tells all\n",
                   (unsigned)(all->count - i));
        return;
    }
}

static int problems_render(const struct scope *scope, struct buf *out)
{
    struct arena arena = {0};
    struct problems all;

    int err = problems_gather(scope->corpus, scope->tree->cache, &arena, &all);
    buf_add_text(out, "file\tline\tcolumn\tproblem\tdone\n");
    if (!err)
        add_problems(out, &all);
    arena_free(&arena);
    return err;
}

/* --- the folder ------------------------------------------------------------------------------- */

/* Volatile files: a look-up renders them, and the id names that text. */
static const struct {
    const char *name;
    enum kind kind;
    int (*render)(const struct scope *scope, struct buf *out);
} files[] = {
    {"version", KIND_VERSION, NULL},
    {"status.json", KIND_STATUS, status_render},
    {"generation", KIND_GENERATION, generation_render},
    {"problems.tsv", KIND_PROBLEMS, problems_render},
};

static int control_child(struct scope *scope, uint64_t index, struct child *child)
{
    (void)scope;
    if (index >= sizeof files / sizeof *files)
        return -ENOENT;
    child_is(child, files[index].kind, 0, 0, slice_of(files[index].name));
    return 0;
}

static int control_find(struct scope *scope, struct slice name, struct child *child)
{
    for (uint64_t index = 0; control_child(scope, index, child) == 0; index++) {
        if (!slice_equal(child->name, name))
            continue;
        if (!files[index].render)
            return 0;
        cleanup_buf struct buf text = {0};
        int err = files[index].render(scope, &text);
        if (err)
            return err;
        return snapshots_keep(&scope->tree->snapshots, child->node.kind, &text, &child->node.i);
    }
    return -ENOENT;
}

static int snapshot_size(struct scope *scope, uint64_t *size)
{
    return snapshots_size(&scope->tree->snapshots, scope->node.kind, scope->node.i, size);
}

static int snapshot_check(struct scope *scope)
{
    uint64_t size;
    return snapshot_size(scope, &size);
}

static uint64_t snapshot_identity(const struct scope *scope)
{
    return scope->node.i;
}

static int snapshot_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    int err = snapshots_read(&scope->tree->snapshots, scope->node.kind, scope->node.i, offset, len,
                             &text->own);
    text->bytes = buf_slice(&text->own);
    return err;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops control_ops = {
    .parent = scope_root,
    .child = control_child,
    .find = control_find,
};

const struct node_ops version_ops = {
    .render = version_render,
};

const struct node_ops snapshot_ops = {
    .check = snapshot_check,
    .identity = snapshot_identity,
    .read = snapshot_read,
    .size = snapshot_size,
};
