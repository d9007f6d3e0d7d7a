/* The root folder, and the two files in it. */
#include <errno.h>
#include <sys/stat.h>

#include "model/format.h"
#include "model/nodes.h"

struct node parent_root(const struct scope *scope)
{
    (void)scope;
    return (struct node){.kind = KIND_ROOT};
}

uint64_t corpus_identity(const struct scope *scope)
{
    return scope->corpus->hash;
}

static bool has_episodes(const struct scope *scope)
{
    return scope->corpus->episode_count > 0;
}

static bool has_words(const struct scope *scope)
{
    return scope->corpus->silent_count < scope->corpus->episode_count;
}

static bool has_originals(const struct scope *scope)
{
    return scope->corpus->has_originals;
}

/* Its entries lead to the folders of voices in the episodes. */
static bool has_voices(const struct scope *scope)
{
    return has_words(scope) && format_is_chosen(scope, "voices");
}

static bool has_dates(const struct scope *scope)
{
    return scope->corpus->date_view.len > 0;
}

/* Behind these the views of the front matter. */
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
    {"index", KIND_INDEX, has_episodes},
    {"by-voice", KIND_HEARD, has_voices},
    {NULL, KIND_DATES, has_dates},
};

enum { FIXED = sizeof fixed / sizeof *fixed };

int root_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct corpus *corpus = scope->corpus;
    if (place >= (uint64_t)FIXED + corpus->view_count)
        return -ENOENT;
    if (place >= FIXED)
        return child_is(child, KIND_VIEW, (uint32_t)place - FIXED, 0,
                        corpus->views[place - FIXED].name);
    if (fixed[place].exists && !fixed[place].exists(scope))
        return CHILD_GAP;
    return child_is(child, fixed[place].kind, 0, 0,
                    fixed[place].name ? slice_of(fixed[place].name) : corpus->date_view);
}

/* .transcriptfs resolves and is not listed: its files change all the time, and no walk should
 * meet them. */
int root_find(struct scope *scope, struct slice name, struct child *child)
{
    if (slice_equal(name, SLICE(".transcriptfs")))
        return child_is(child, KIND_CONTROL, 0, 0, name);
    int err = 0;
    for (uint64_t place = 0; err >= 0; place++) {
        err = root_child(scope, place, child);
        if (err == 0 && slice_equal(child->name, name))
            return 0;
    }
    return err;
}

uint32_t root_folders(struct scope *scope)
{
    uint32_t count = scope->corpus->view_count;
    for (size_t i = 0; i < FIXED; i++)
        count += kinds[fixed[i].kind].type == S_IFDIR &&
                 (!fixed[i].exists || fixed[i].exists(scope));
    return count;
}

/* So that rg and fd, started in the root, meet each word once: in text/. A pattern that begins with
 * a slash holds in the root only, so a search inside one of these folders finds all there is. */
int ignore_render(struct scope *scope, struct buf *out)
{
    (void)scope;
    buf_add_text(out,
                 "# For rg and fd: a search from here reads text/, which has every word once, and\n"
                 "# original/, where there is one.\n"
                 "# Name another folder, or go into it, to search there.\n"
                 "/episodes/\n"
                 "/index/\n"
                 "/README.md\n");
    return 0;
}

/* --- README.md -------------------------------------------------------------------------------- */

static const struct facet *largest_facet(const struct corpus *corpus, const struct view *view)
{
    const struct facet *largest = NULL;
    for (uint32_t i = view->first; i < view->first + view->count; i++) {
        if (!largest || corpus->facets[i].episode_count > largest->episode_count)
            largest = &corpus->facets[i];
    }
    return largest;
}

/* A path as one word of a shell command. */
static void add_quoted(struct buf *out, struct slice text)
{
    buf_add_byte(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\'')
            buf_add_text(out, "'\\''");
        else
            buf_add_byte(out, text.data[i]);
    }
    buf_add_byte(out, '\'');
}

static void add_view_line(struct buf *out, const struct corpus *corpus, const struct view *view)
{
    const struct facet *largest = largest_facet(corpus, view);
    buf_printf(out, "- `%.*s/`: values: %u; the commonest is `%.*s`: %u\n", (int)view->name.len,
               view->name.data, (unsigned)view->count, (int)largest->name.len, largest->name.data,
               (unsigned)largest->episode_count);
}

static void add_commands(struct buf *out, const struct corpus *corpus)
{
    buf_add_text(
        out, "\n## To try, from this folder\n\n```sh\n"
             "grep -rn 'a phrase' text/      # every episode; the line is the number of the turn\n"
             "rg 'a phrase'                  # the same, faster\n");
    if (corpus->view_count) {
        const struct facet *largest = largest_facet(corpus, &corpus->views[0]);
        for (uint32_t i = 1; i < corpus->view_count; i++) {
            const struct facet *facet = largest_facet(corpus, &corpus->views[i]);
            if (facet->episode_count > largest->episode_count)
                largest = facet;
        }
        cleanup_buf struct buf path = {0};
        buf_printf(&path, "%.*s/%.*s/", (int)corpus->views[largest->view].name.len,
                   corpus->views[largest->view].name.data, (int)largest->name.len,
                   largest->name.data);
        out->failed |= path.failed;
        buf_add_text(out, "ls ");
        add_quoted(out, buf_slice(&path));
        buf_add_text(out, "\n");
    }
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        if (!corpus->episodes[i].has_body || !corpus->episodes[i].has_front)
            continue;
        cleanup_buf struct buf path = {0};
        buf_add_text(&path, "episodes/");
        buf_add_slice(&path, corpus->episodes[i].name);
        out->failed |= path.failed;
        buf_add_text(out, "cat ");
        add_quoted(out, buf_slice(&path));
        buf_add_text(out, "/turns/*1.txt\ncat ");
        add_quoted(out, buf_slice(&path));
        buf_add_text(out, "/meta.json\n");
        break;
    }
    buf_add_text(out, "cat .transcriptfs/problems.tsv\n```\n");
}

int readme_render(struct scope *scope, struct buf *out)
{
    const struct corpus *corpus = scope->corpus;

    buf_printf(
        out,
        "# Transcripts\n\n"
        "This folder is made by transcriptfs from a folder of transcripts. It is read-only, "
        "and nothing in it takes room on a disk.\n\n"
        "Episodes: %u. Folders of them: %u. Without words: %u. Problems in files and front matter: "
        "%u.\n\n"
        "- `episodes/`: a folder an episode, with its turns, its front matter and its source\n"
        "- `text/`: a file an episode, a line a turn: the place to search\n",
        (unsigned)corpus->episode_count, (unsigned)corpus->folder_count,
        (unsigned)corpus->silent_count, (unsigned)corpus->problem_count);
    if (corpus->date_view.len)
        buf_printf(out, "- `%.*s/`: by year, month and day\n", (int)corpus->date_view.len,
                   corpus->date_view.data);
    for (uint32_t i = 0; i < corpus->view_count; i++)
        add_view_line(out, corpus, &corpus->views[i]);
    if (has_voices(scope))
        buf_add_text(out, "- `by-voice/`: who is heard; the first look reads every episode\n");
    buf_add_text(out, "- `.transcriptfs/`: `status.json`, `problems.tsv` and `version`, found by "
                      "name and not listed\n");
    add_commands(out, corpus);
    return 0;
}
