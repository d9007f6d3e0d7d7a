#include "render/readme.h"

#include "base/path.h"
#include "cues/source_form.h"
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

/* --- the folders of the content --------------------------------------------------------------- */

enum { MOST_PARTS = 64, MOST_TOLD = 12 };

/* A folder right below the content folder, or the files right in it: "". */
struct part {
    struct slice name; /* "podcast/" */
    uint32_t first;    /* the place of its first episode in by_path */
    uint32_t episodes;
    uint32_t undated;
    uint32_t without_front;
};

struct parts {
    struct part at[MOST_PARTS]; /* the first of them */
    uint32_t count;
    uint32_t undated; /* in all, as the next */
    uint32_t without_front;
};

static struct slice part_name(const struct episode *episode)
{
    const struct slice name = episode->name;
    const char *slash = memchr(name.data, '/', name.len);
    return slice_head(name, slash ? (size_t)(slash - name.data) + 1 : 0);
}

static struct part *find_part(struct parts *parts, struct slice name)
{
    for (uint32_t i = parts->count; i-- > 0;) {
        if (slice_equal(parts->at[i].name, name))
            return &parts->at[i];
    }
    return NULL;
}

static void count_episode(struct parts *parts, const struct episode *episode, uint32_t place)
{
    const struct slice name = part_name(episode);
    const bool is_undated = !episode->head.date.year;
    struct part *part = find_part(parts, name);

    parts->undated += is_undated;
    parts->without_front += !episode->head.has_front;
    if (!part && parts->count < MOST_PARTS) {
        part = &parts->at[parts->count++];
        *part = (struct part){.name = name, .first = place};
    }
    if (!part)
        return;
    part->episodes++;
    part->undated += is_undated;
    part->without_front += !episode->head.has_front;
}

static void find_parts(const struct corpus *corpus, struct parts *parts)
{
    *parts = (struct parts){.count = 0};
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        const struct episode *episode = episode_shown(corpus->episodes[corpus->by_path[i]]);
        if (episode)
            count_episode(parts, episode, i);
    }
}

/* An episode for the i-th of `of` examples: each comes from another part. It has words, as far as
 * the scan knows, and front matter if the example needs that. */
static const struct episode *pick(const struct corpus *corpus, const struct parts *parts,
                                  uint32_t i, uint32_t of, bool wants_front)
{
    const struct episode *other = NULL;
    if (parts->count == 0)
        return NULL;
    const struct part *part =
        &parts->at[parts->count < of ? i % parts->count : (uint64_t)i * parts->count / of];
    uint64_t start = part->first + (uint64_t)part->episodes * i / of;

    for (uint32_t n = 0; n < corpus->episode_count; n++) {
        uint32_t number = corpus->by_path[(start + n) % corpus->episode_count];
        const struct episode *episode = episode_shown(corpus->episodes[number]);
        if (!episode || !episode->head.has_body || (wants_front && !episode->head.has_front))
            continue;
        if (slice_equal(part_name(episode), part->name))
            return episode;
        other = other ? other : episode;
    }
    return other;
}

/* --- what is here ----------------------------------------------------------------------------- */

static void add_counts(struct buf *out, const struct corpus *corpus, const struct parts *parts)
{
    buf_printf(
        out,
        "# Transcripts\n\n"
        "transcriptfs shows a folder of transcripts here, read-only. Each content file is an\n"
        "*episode*, a folder in `episodes/`; what one speaker says is a *turn*, a file in that\n"
        "folder and a line in `text/`. All of it follows the content as that changes.\n\n"
        "Episodes: %u. Folders of them: %u. Without words: %u. Without a date: %u. Without front "
        "matter: %u.\n"
        "Problems in files and front matter: %u.\n\n",
        (unsigned)corpus_shown_count(corpus), (unsigned)corpus->shown_folder_count,
        (unsigned)corpus->silent_count, (unsigned)parts->undated, (unsigned)parts->without_front,
        (unsigned)corpus->problem_count);
    if (corpus->episode_count == 0)
        buf_printf(out, "There are no transcripts (%s);\n" SOURCE_FORM_ADVICE ".\n\n",
                   source_form_endings());
    buf_add_text(
        out, "Problems in words are found when an episode is read. `.transcriptfs/problems.tsv` "
             "lists both\nkinds as far as they are known; `status.json` beside it counts them, "
             "those in words also\nalone. `transcriptfs --check CONTENT` reads everything and "
             "tells both numbers.\n\n");
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
    buf_add_text(out, "## What is where\n\n"
                      "- `episodes/`: a folder an episode: its turns, front matter (`meta/`, "
                      "`meta.json`), source, and more\n"
                      "- `text/`: a file an episode, line N is turn N: the place to search\n");
    if (corpus->original_count)
        buf_add_text(out, "- `original/`: the same lines in the language they were spoken in, "
                          "where the source has that\n");
    if (corpus_shown_count(corpus))
        buf_add_text(out, "- `index/`: tables over all episodes: their front matter, the terms, "
                          "and in how many episodes each value is\n");
    if (has_voices)
        buf_add_text(out, "- `by-voice/`: who speaks, by the labels in the words; the first look "
                          "reads every episode\n");
    if (corpus->date_view.len)
        buf_printf(out, "- `%.*s/`: by year, month and day\n", (int)corpus->date_view.len,
                   corpus->date_view.data);
    for (uint32_t i = 0; i < corpus->views.view_count; i++)
        add_view_line(out, &corpus->views, corpus->views.views[corpus->views.order[i]]);
    if (has_voices)
        buf_add_text(
            out, "- `ref/<ref>/`: the turns with a reference, found by name and not listed; the "
                 "first look reads\n  every episode\n");
    buf_add_text(out, "- `search/<query>/`: what a query finds, such as `search/voice:Ana "
                      "tide/quotes.txt`; found "
                      "by name and not\n  listed: `search/README.md` has examples\n"
                      "- `.transcriptfs/`: `status.json`, `problems.tsv`, `generation` and "
                      "`version`, found by name and not listed\n\n");
    if (corpus->views.view_count)
        buf_add_text(out,
                     "All `by-` folders but `by-voice/` are what front matter says. Who is in "
                     "`by-person/` may only be\nspoken of, and `by-speaker/` may name a show: who "
                     "is heard is in `by-voice/` alone.\n\n");
}

static void add_gaps(struct buf *out, const struct parts *parts)
{
    struct part rest = {.undated = parts->undated, .without_front = parts->without_front};
    uint32_t told = 0;
    if (!parts->undated && !parts->without_front)
        return;
    buf_add_text(out, "An episode without a date is in no folder of dates, one without front "
                      "matter in no view of it:\n\n");
    for (uint32_t i = 0; i < parts->count && told < MOST_TOLD; i++) {
        const struct part *part = &parts->at[i];
        if (!part->undated && !part->without_front)
            continue;
        told++;
        rest.undated -= part->undated;
        rest.without_front -= part->without_front;
        buf_printf(out,
                   "- `episodes/%.*s`: episodes: %u; without a date: %u; without front matter: "
                   "%u\n",
                   (int)part->name.len, part->name.data, (unsigned)part->episodes,
                   (unsigned)part->undated, (unsigned)part->without_front);
    }
    if (rest.undated || rest.without_front)
        buf_printf(out, "- all other folders: without a date: %u; without front matter: %u\n",
                   (unsigned)rest.undated, (unsigned)rest.without_front);
    buf_add_byte(out, '\n');
}

/* --- what it means ---------------------------------------------------------------------------- */

static void add_turns(struct buf *out)
{
    buf_add_text(
        out,
        "## Turns and speakers\n\n"
        "- A turn ends at the next label (`**Ana:**`, `Ana: 00:12:34`, `>>` and the like) and at a "
        "heading. Without\n  labels each paragraph is a turn, and nobody is named.\n"
        "- In `text/` a line is `Speaker: words`, or only the words; two spaces are a new "
        "paragraph.\n"
        "- What looks like a label and names nobody (`Note:`, `RESOLUTION:`, a bold lead-in) is "
        "no speaker:\n  it stays in the words, where it stands. `**Break:** [25:59]` is no turn: "
        "it is in the source alone.\n"
        "- `Host`, `Speaker 1`, `Audience`, `主持人` and other roles speak in their episode "
        "(`speaker`, `voices/`);\n  they are not in `by-voice/`, since nobody knows them "
        "elsewhere.\n"
        "- Markdown and HTML are resolved to plain text; `source.md` (`.vtt`, `.srt`) is the "
        "content\n  file, byte for byte. Captions are read cue by cue: a turn is what one speaker "
        "says in them.\n\n");
}

static void add_records(struct buf *out)
{
    buf_add_text(
        out,
        "## Records\n\n"
        "`turns.jsonl` and `turns.tsv` have a record a turn; what is not known is `null`, in "
        "TSV empty:\n\n"
        "- `id`, `episode`, `turn`: `talks/rain#2`, the episode's name, the turn's number\n"
        "- `speaker`: who speaks, by the label\n"
        "- `section`, `heading`: number and words of the heading above it\n"
        "- `text`: the words, without the speaker\n"
        "- `original_speaker`, `original`, `original_language`: as it was spoken, where the text "
        "is a translation\n"
        "- `start`: seconds since the recording began\n"
        "- `url`: the link at the turn's time in the text, or the one in front matter, to that "
        "time or the "
        "last one before it\n"
        "- `source`: content file and lines\n"
        "- `voice`: the person, whatever the label: `AL` and `Ana` are `Ana Lima` where the file "
        "says so\n"
        "- `times`: times in brackets among the words, which are none of them: "
        "`[[40, 754.5]]`, characters of `text`\n  before it, seconds\n"
        "- `ref`: what to cite it by: `ref/<ref>` in the episode's folder, found by name, leads to "
        "these\n  words or to nothing, whatever is edited\n\n"
        "Every `.tsv` begins with the names of its fields. `\\t`, `\\n` and `\\\\` in a field are "
        "a "
        "tab, a line\nbreak and a backslash; quotes mean nothing.\n\n");
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

/* Example commands for one episode, if its folder has the format. */
static const struct {
    const char *format;
    const char *command;
    const char *behind;
    bool wants_front;
} of_episode[] = {
    {"turns", "cat", "/turns/*01.txt", false},
    {"turns.jsonl", "jq -r '[.turn, .speaker, .start] | @tsv'", "/turns.jsonl", false},
    {"transcript.txt", "head -n 2", "/transcript.txt", false},
    {"transcript.html", "wc -c", "/transcript.html        # a page for the browser", false},
    {"meta.json", "cat", "/meta.json", true}, /* the last: not every part may have one */
};

enum { EXAMPLES = sizeof of_episode / sizeof *of_episode, PARTS_SHOWN = EXAMPLES - 1 };

static void add_facet_commands(struct buf *out, const struct views *views)
{
    const struct facet *largest = largest_of_all(views);
    if (!largest)
        return;
    const struct view *view = views->views[largest->view];
    cleanup_buf struct buf folder = {0};
    buf_add_slice(&folder, view->name);
    buf_add_byte(&folder, '/');
    out->failed |= folder.failed;
    if (!folder.failed)
        add_command(out, "ls", folder.data, largest->name, "");
    add_command(out, "head -n 4", "index/", view->name, ".tsv");
}

static void add_commands(struct buf *out, const struct corpus *corpus, const struct parts *parts,
                         uint64_t formats)
{
    buf_add_text(out, "## To try, from this folder\n\n```sh\n"
                      "grep -rn -e '?' -e '？' text/ | tail -n 3    # or a phrase of yours: "
                      "FILE:TURN:Speaker: words\n");
    add_facet_commands(out, &corpus->views);
    for (uint32_t i = 0; i < EXAMPLES; i++) {
        const struct episode *episode = pick(corpus, parts, i % PARTS_SHOWN, PARTS_SHOWN,
                                             of_episode[i].wants_front);
        if (episode && format_is_chosen_name(formats, of_episode[i].format))
            add_command(out, of_episode[i].command, "episodes/", episode->name,
                        of_episode[i].behind);
    }
    if (format_is_chosen_name(formats, "turns.jsonl"))
        buf_add_text(out, "find episodes -name turns.jsonl -exec cat {} + | jq -r '.voice // "
                          ".speaker' | sort | uniq -c | sort -rn | sed -n 1,5p    # reads every "
                          "episode once\n");
    if (corpus_shown_count(corpus))
        buf_add_text(out, "cut -f 1-3 index/episodes.tsv | tail -n 3\n");
    buf_add_text(out, "tail -n 3 .transcriptfs/problems.tsv\n```\n");
}

void readme_render(const struct corpus *corpus, uint64_t formats, bool has_voices, struct buf *out)
{
    struct parts parts;
    find_parts(corpus, &parts);
    add_counts(out, corpus, &parts);
    add_folders(out, corpus, has_voices);
    add_gaps(out, &parts);
    add_turns(out);
    if (format_is_chosen_name(formats, "turns.jsonl") ||
        format_is_chosen_name(formats, "turns.tsv"))
        add_records(out);
    add_commands(out, corpus, &parts, formats);
}
