/* The root folder. */
#include <errno.h>
#include <sys/stat.h>

#include "nodes/nodes.h"
#include "nodes/state.h"
#include "render/format.h"
#include "render/readme.h"

static uint64_t corpus_identity(const struct scope *scope)
{
    return scope->corpus->hash;
}

bool root_has_episodes(const struct scope *scope)
{
    return corpus_has(scope->corpus, "index");
}

static bool has_originals(const struct scope *scope)
{
    return corpus_has(scope->corpus, "original");
}

bool root_has_words(const struct scope *scope)
{
    return corpus_has(scope->corpus, "by-voice");
}

bool root_has_voices(const struct scope *scope)
{
    return root_has_words(scope) && format_is_chosen_name(scope->tree->options.formats, "voices");
}

bool root_has_dates(const struct scope *scope)
{
    return scope->corpus->date_view.len > 0;
}

/* After these come the views of the front matter. */
static const struct {
    const char *name; /* NULL: that of the date view */
    enum kind kind;
    bool (*exists)(const struct scope *scope); /* NULL: always */
} fixed[] = {
    {"README.md", KIND_README, NULL},
    {".ignore", KIND_IGNORE, NULL},
    {"episodes", KIND_FOLDER, NULL},
    {"text", KIND_TEXT_FOLDER, NULL},
    {"original", KIND_ORIGINAL_FOLDER, has_originals},
    {"index", KIND_INDEX, root_has_episodes},
    {"by-voice", KIND_BY_VOICE, root_has_voices},
    {NULL, KIND_DATES, root_has_dates},
    {"search", KIND_SEARCH, NULL},
};

enum { FIXED = sizeof fixed / sizeof *fixed };

static int root_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct corpus *corpus = scope->corpus;
    if (index >= (uint64_t)FIXED + corpus->views.view_count)
        return -ENOENT;
    if (index >= FIXED) {
        uint32_t view = corpus->views.order[index - FIXED];
        child_is(child, KIND_VIEW, view, 0, corpus->views.views[view]->name);
        child->list = 1;
        return 0;
    }
    if (fixed[index].exists && !fixed[index].exists(scope))
        return CHILD_GAP;
    uint32_t version = layouts[fixed[index].kind].has_version ? (uint32_t)corpus->generation : 0;
    return child_is(child, fixed[index].kind, 0, version,
                    fixed[index].name ? slice_of(fixed[index].name) : corpus->date_view);
}

static uint64_t root_seek(struct scope *scope, unsigned list, struct slice name)
{
    (void)list;
    return FIXED + views_order_behind(&scope->corpus->views, name);
}

/* .transcriptfs is unlisted: its files change all the time, and a walk should not meet them. So is
 * ref/, which lists nothing. */
static int root_find(struct scope *scope, struct slice name, struct child *child)
{
    if (slice_equal(name, SLICE(".transcriptfs")))
        return child_is(child, KIND_CONTROL, 0, 0, name);
    if (slice_equal(name, SLICE("ref")) && all_refs_exist(scope))
        return child_is(child, KIND_ALL_REFS, 0, 0, name);
    int err = 0;
    for (uint64_t index = 0; err >= 0; index++) {
        err = root_child(scope, index, child);
        if (err == 0 && slice_equal(child->name, name))
            return 0;
    }
    return err;
}

static uint32_t root_folders(struct scope *scope)
{
    uint32_t count = scope->corpus->views.view_count;
    for (size_t i = 0; i < FIXED; i++)
        count += layouts[fixed[i].kind].type == S_IFDIR &&
                 (!fixed[i].exists || fixed[i].exists(scope));
    return count;
}

/* Makes rg and fd, started in the root, meet each word once: in text/. A pattern with a leading
 * slash applies in the root only, so a search inside one of these folders finds everything. */
static int ignore_render(struct scope *scope, struct buf *out)
{
    (void)scope;
    buf_add_text(out,
                 "# For rg and fd: a search from here reads text/, which has every word once, and\n"
                 "# original/, where there is one.\n"
                 "# Name another folder, or go into it, to search there.\n"
                 "/episodes/\n"
                 "/index/\n"
                 "/search/\n"
                 "/README.md\n");
    return 0;
}

static int render_readme(struct scope *scope, struct buf *out)
{
    readme_render(scope->corpus, scope->tree->options.formats, root_has_voices(scope), out);
    return 0;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops root_ops = {
    .parent = scope_root,
    .child = root_child,
    .find = root_find,
    .seek = root_seek,
    .folders = root_folders,
};

const struct node_ops readme_ops = {
    .check = scope_check_generation,
    .identity = corpus_identity,
    .render = render_readme,
};

const struct node_ops ignore_ops = {
    .render = ignore_render,
};
