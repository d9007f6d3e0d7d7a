#include "render/readme.h"

#include "base/path.h"
#include "render/format.h"

static const struct facet *largest_facet(const struct views *views, const struct view *view)
{
    const struct facet *largest = NULL;
    for (uint32_t i = 0; i < view->count; i++) {
        const struct facet *facet = views->facets[view->facets[i]];
        if (!largest || facet->episode_count > largest->episode_count)
            largest = facet;
    }
    return largest;
}

static const struct facet *largest_of_all(const struct views *views)
{
    const struct facet *largest = NULL;
    for (uint32_t i = 0; i < views->view_count; i++) {
        const struct facet *facet = largest_facet(views, views->views[views->order[i]]);
        if (!largest || facet->episode_count > largest->episode_count)
            largest = facet;
    }
    return largest;
}

/* --- what is here ----------------------------------------------------------------------------- */

static void add_counts(struct buf *out, const struct corpus *corpus)
{
    buf_printf(
        out,
        "# Transcripts\n\n"
        "This folder is made by transcriptfs from a folder of transcripts. It is read-only, "
        "and nothing in it takes room on a disk.\n\n"
        "Episodes: %u. Folders of them: %u. Without words: %u. Problems in files and front matter: "
        "%u.\n\n",
        (unsigned)corpus_shown_count(corpus), (unsigned)corpus->shown_folder_count,
        (unsigned)corpus->silent_count, (unsigned)corpus->problem_count);
}

static void add_view_line(struct buf *out, const struct views *views, const struct view *view)
{
    const struct facet *largest = largest_facet(views, view);
    buf_printf(out, "- `%.*s/`: values: %u; the commonest is `%.*s`: %u\n", (int)view->name.len,
               view->name.data, (unsigned)view->count, (int)largest->name.len, largest->name.data,
               (unsigned)largest->episode_count);
}

static void add_folders(struct buf *out, const struct corpus *corpus, bool has_voices)
{
    buf_add_text(
        out, "- `episodes/`: a folder an episode, with its turns, its front matter, its source, "
             "and what other programs read\n"
             "- `text/`: a file an episode, a line a turn: the place to search\n");
    if (corpus->original_count)
        buf_add_text(out, "- `original/`: the same lines in the language they were spoken in, "
                          "where the source has that\n");
    if (corpus_shown_count(corpus))
        buf_add_text(out, "- `index/`: tables over all episodes: their front matter, the terms, "
                          "and how often each value is used\n");
    if (corpus->date_view.len)
        buf_printf(out, "- `%.*s/`: by year, month and day\n", (int)corpus->date_view.len,
                   corpus->date_view.data);
    for (uint32_t i = 0; i < corpus->views.view_count; i++)
        add_view_line(out, &corpus->views, corpus->views.views[corpus->views.order[i]]);
    if (has_voices)
        buf_add_text(out, "- `by-voice/`: who is heard; the first look reads every episode\n");
    buf_add_text(out, "- `.transcriptfs/`: `status.json`, `problems.tsv` and `version`, found by "
                      "name and not listed\n");
}

/* --- what can be done ------------------------------------------------------------------------- */

/* "ls 'by-tag/ai-safety'" and the like. */
static void add_command(struct buf *out, const char *command, const char *folder, struct slice name,
                        const char *behind)
{
    cleanup_buf struct buf path = {0};
    buf_add_text(&path, folder);
    buf_add_slice(&path, name);
    out->failed |= path.failed;
    buf_add_text(out, command);
    buf_add_byte(out, ' ');
    path_add_quoted(out, buf_slice(&path));
    buf_add_text(out, behind);
    buf_add_byte(out, '\n');
}

/* The first episode that has front matter and, as far as that is known without reading it, words.
 */
static const struct episode *first_whole(const struct corpus *corpus)
{
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        const struct episode *episode = corpus->episodes[corpus->by_path[i]];
        if (!episode->is_private && episode->head.has_body && episode->head.has_front)
            return episode;
    }
    return NULL;
}

/* What is done with one episode, where its format stands in the folder. */
static const struct {
    const char *format;
    const char *command;
    const char *behind;
} of_episode[] = {
    {"turns", "cat", "/turns/*1.txt"},
    {"meta.json", "cat", "/meta.json"},
    {"turns.jsonl", "jq -r '[.speaker, .text] | @tsv'", "/turns.jsonl"},
    {"transcript.html", "wc -c", "/transcript.html        # a page for the browser"},
};

static void add_commands(struct buf *out, const struct corpus *corpus, uint64_t formats)
{
    const struct facet *largest = largest_of_all(&corpus->views);
    const struct episode *episode = first_whole(corpus);

    buf_add_text(
        out, "\n## To try, from this folder\n\n```sh\n"
             "grep -rn 'a phrase' text/      # every episode; the line is the number of the turn\n"
             "rg 'a phrase'                  # the same, faster\n");
    if (largest) {
        const struct view *view = corpus->views.views[largest->view];
        cleanup_buf struct buf folder = {0};
        buf_add_slice(&folder, view->name);
        buf_add_byte(&folder, '/');
        out->failed |= folder.failed;
        if (!folder.failed)
            add_command(out, "ls", folder.data, largest->name, "");
        add_command(out, "head", "index/", view->name, ".tsv");
    }
    for (size_t i = 0; episode && i < sizeof of_episode / sizeof *of_episode; i++) {
        if (format_is_chosen_name(formats, of_episode[i].format))
            add_command(out, of_episode[i].command, "episodes/", episode->name,
                        of_episode[i].behind);
    }
    if (corpus_shown_count(corpus))
        buf_add_text(out, "cut -f 2,3,6 index/episodes.tsv\n");
    buf_add_text(out, "cat .transcriptfs/problems.tsv\n```\n");
}

void readme_render(const struct corpus *corpus, uint64_t formats, bool has_voices, struct buf *out)
{
    add_counts(out, corpus);
    add_folders(out, corpus, has_voices);
    add_commands(out, corpus, formats);
}
