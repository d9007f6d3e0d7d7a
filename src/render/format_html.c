/*
 * transcript.html: a page to read. It has no script and loads nothing, and its
 * Content-Security-Policy enforces that: the policy allows only the inline style sheet, by its
 * hash.
 */
#include "render/episode_metadata.h"
#include "render/escape.h"
#include "render/renderers.h"
#include "transcript/refs.h"
#include "values/timestamp.h"

/* The SHA-256 of the text between <style> and </style>, in base64. A test compares them. */
#define STYLE_HASH "sha256-D5sZv3TzlqwNEXK3KSBX148ZYBccr2G7z+wzIPCZXVo="

static const char style[] =
    "\n"
    ":root { color-scheme: light dark; --text: #1d1d1f; --back: #fdfcfa; --faint: #6b6b70;\n"
    "  --line: #e3e1dc; --link: #0b57a4; --raised: #f4f2ee; }\n"
    "@media (prefers-color-scheme: dark) { :root { --text: #e6e4df; --back: #17181a;\n"
    "  --faint: #9b9a96; --line: #33353a; --link: #8ab8f0; --raised: #202226; } }\n"
    "* { box-sizing: border-box; }\n"
    "body { margin: 0; background: var(--back); color: var(--text);\n"
    "  font: 1.0625rem/1.65 Charter, \"Bitstream Charter\", \"Noto Serif\", \"Noto Serif CJK "
    "SC\",\n"
    "  Georgia, serif; }\n"
    "header, nav, main { max-width: 44rem; margin: 0 auto; padding: 0 1.25rem; }\n"
    "header { padding-top: 3rem; }\n"
    "h1, h2, h3, h4, h5, h6 { line-height: 1.25; text-wrap: balance; }\n"
    "h1 { font-size: 2rem; margin: 0 0 .5rem; }\n"
    "h2 { font-size: 1.375rem; margin: 3rem 0 1rem; }\n"
    "h3, h4, h5, h6 { font-size: 1.125rem; margin: 2.25rem 0 1rem; }\n"
    "a { color: var(--link); text-underline-offset: .15em; }\n"
    "header p, nav, cite, .number, .time, summary {\n"
    "  font-family: system-ui, \"Noto Sans\", \"Noto Sans CJK SC\", sans-serif; }\n"
    "header p { color: var(--faint); margin: .25rem 0; font-size: .9375rem; }\n"
    "nav { margin-top: 2rem; font-size: .9375rem; }\n"
    "nav ol { list-style: none; margin: 0; padding: .75rem 1.25rem; background: var(--raised);\n"
    "  border-radius: .5rem; }\n"
    "nav li { margin: .25rem 0; }\n"
    "nav .level-2 { padding-left: 1rem; } nav .level-3 { padding-left: 2rem; }\n"
    "nav .level-4, nav .level-5, nav .level-6 { padding-left: 3rem; }\n"
    "nav a { text-decoration: none; } nav a:hover { text-decoration: underline; }\n"
    "main { padding-top: 1.5rem; padding-bottom: 5rem; }\n"
    ".turn { margin: 0 0 1.75rem; scroll-margin-top: 1rem; overflow-wrap: break-word; }\n"
    ".turn:target, .turn:has(> :target) { outline: 2px solid var(--link);\n"
    "  outline-offset: .5rem; border-radius: .125rem; }\n"
    ".turn .who { scroll-margin-top: 1rem; }\n"
    ".turn p { margin: .25rem 0 .75rem; }\n"
    ".turn .who { display: flex; gap: .75rem; align-items: baseline; margin: 0 0 .125rem; }\n"
    "cite { font-style: normal; font-weight: 600; font-size: .9375rem; }\n"
    ".number, .time { color: var(--faint); font-size: .8125rem; text-decoration: none; }\n"
    ".number { margin-left: auto; } .number:hover, .time:hover { text-decoration: underline; }\n"
    "details { border-left: 2px solid var(--line); padding-left: 1rem; color: var(--faint); }\n"
    "summary { cursor: pointer; font-size: .8125rem; }\n"
    "@media print { nav, summary { display: none; } .turn { break-inside: avoid; } }\n";

/* --- pieces ----------------------------------------------------------------------------------- */

/* Appends a space and an attribute; nothing if the value is empty. */
static void add_attribute(struct buf *out, const char *name, struct slice value)
{
    if (value.len == 0)
        return;
    buf_printf(out, " %s=\"", name);
    escape_add(out, value);
    buf_add_byte(out, '"');
}

static void add_link(struct buf *out, struct slice url, const char *class)
{
    buf_add_text(out, "<a");
    add_attribute(out, "class", slice_of(class));
    add_attribute(out, "href", url);
    buf_add_byte(out, '>');
}

/* Appends words as paragraphs: an empty line separates them, and a line end is a <br>. */
static void add_words(struct buf *out, struct slice words)
{
    struct slice line;
    bool is_open = false;
    while (slice_take(&words, '\n', &line)) {
        line = slice_trim(line);
        if (line.len)
            buf_add_text(out, is_open ? "<br>\n" : "<p>");
        else if (is_open)
            buf_add_text(out, "</p>\n");
        is_open = line.len > 0;
        escape_add(out, line);
    }
    if (is_open)
        buf_add_text(out, "</p>\n");
}

/* "12:07", "1:02:03" */
static void add_clock(struct buf *out, int64_t time)
{
    long long seconds = time / 1000;
    if (seconds >= 3600)
        buf_printf(out, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
    else
        buf_printf(out, "%lld:%02lld", seconds / 60, seconds % 60);
}

/* --- head ------------------------------------------------------------------------------------- */

static void add_head(struct buf *out, const struct episode_metadata *metadata)
{
    buf_add_text(out, "<!DOCTYPE html>\n<html");
    add_attribute(out, "lang", metadata->language);
    buf_add_text(out, ">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src '" STYLE_HASH "'; base-uri 'none'; form-action 'none'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"generator\" content=\"transcriptfs\">\n<title>");
    escape_add(out, metadata->title);
    buf_add_text(out, "</title>\n<style>");
    buf_add_text(out, style);
    buf_add_text(out, "</style>\n</head>\n");
}

struct name_list {
    struct buf *out;
    bool has_one;
};

static void add_name(void *names_, struct slice name)
{
    struct name_list *names = names_;
    if (names->has_one)
        buf_add_text(names->out, ", ");
    names->has_one = true;
    escape_add(names->out, name);
}

static void add_header(struct buf *out, const struct episode_metadata *metadata)
{
    struct name_list names = {.out = out};
    buf_add_text(out, "<header>\n<h1>");
    escape_add(out, metadata->title);
    buf_add_text(out, "</h1>\n");
    if (metadata->creators) {
        buf_add_text(out, "<p>");
        out->failed |= episode_metadata_each(metadata->creators, add_name, &names) != 0;
        buf_add_text(out, "</p>\n");
    }
    if (metadata->date.len || metadata->url.len)
        buf_add_text(out, "<p>");
    if (metadata->date.len) {
        buf_add_text(out, "<time>");
        buf_add_slice(out, metadata->date);
        buf_add_text(out, "</time>");
    }
    if (metadata->date.len && metadata->url.len)
        buf_add_text(out, " · ");
    if (metadata->url.len) {
        add_link(out, metadata->url, NULL);
        escape_add(out, metadata->url);
        buf_add_text(out, "</a>");
    }
    buf_add_text(out,
                 metadata->date.len || metadata->url.len ? "</p>\n</header>\n" : "</header>\n");
}

/* --- sections --------------------------------------------------------------------------------- */

/* The headings around the current one. Sources skip levels; the page nests each one level below its
 * parent. */
struct outline {
    uint8_t levels[6]; /* as in the source */
    unsigned depth;
};

/* The level of the next heading on the page, from 1. */
static unsigned next_level(struct outline *outline, uint8_t level)
{
    while (outline->depth && outline->levels[outline->depth - 1] >= level)
        outline->depth--;
    outline->levels[outline->depth++] = level;
    return outline->depth;
}

static void add_contents(struct buf *out, const struct body *body)
{
    struct outline outline = {0};
    if (body->section_count == 0)
        return;
    buf_add_text(out, "<nav aria-label=\"Sections\">\n<ol>\n");
    for (uint32_t i = 0; i < body->section_count; i++) {
        const struct section *section = &body->sections[i];
        buf_printf(out, "<li class=\"level-%u\"><a href=\"#section-%u\">",
                   next_level(&outline, section->level), (unsigned)i + 1);
        escape_add(out, body_note(body, section->heading));
        buf_add_text(out, "</a></li>\n");
    }
    buf_add_text(out, "</ol>\n</nav>\n");
}

/* Level 1 is for the title alone. */
static void add_heading(struct buf *out, const struct body *body, struct outline *outline,
                        uint32_t number)
{
    const struct section *section = &body->sections[number - 1];
    unsigned level = next_level(outline, section->level) + 1;
    level = level > 6 ? 6 : level;
    buf_printf(out, "<h%u id=\"section-%u\">", level, (unsigned)number);
    escape_add(out, body_note(body, section->heading));
    buf_printf(out, "</h%u>\n", level);
}

/* --- turns ------------------------------------------------------------------------------------ */

static void add_original(struct buf *out, const struct body *body, const struct turn *turn)
{
    struct slice speaker = turn_original_speaker(body, turn);
    if (turn->original.len == 0)
        return;
    buf_add_text(out, "<details");
    add_attribute(out, "lang", slice_of(turn->language));
    buf_add_text(out, "><summary>Original</summary>\n");
    if (speaker.len && !slice_equal(speaker, turn_speaker(body, turn))) {
        buf_add_text(out, "<p class=\"who\"><cite>");
        escape_add(out, speaker);
        buf_add_text(out, "</cite></p>\n");
    }
    add_words(out, turn_original_words(body, turn));
    buf_add_text(out, "</details>\n");
}

static void add_time(struct buf *out, const struct episode_metadata *metadata,
                     const struct body *body, const struct turn *turn)
{
    bool has_link = episode_metadata_has_link(metadata, turn);
    cleanup_buf struct buf url = {0};
    if (turn->start == NO_TIME)
        return;
    episode_metadata_add_turn_link(metadata, body, turn, &url);
    out->failed |= url.failed;
    if (has_link)
        add_link(out, buf_slice(&url), "time");
    else
        buf_add_text(out, "<span class=\"time\">");
    add_clock(out, turn->start);
    buf_add_text(out, has_link ? "</a>" : "</span>");
}

static void add_turn(struct buf *out, const struct episode_metadata *metadata,
                     const struct body *body, uint32_t number)
{
    const struct turn *turn = &body->turns[number - 1];
    buf_printf(out, "<div class=\"turn\" id=\"turn-%u\">\n<p class=\"who\" id=\"",
               (unsigned)number);
    ref_add(out, turn->ref);
    buf_add_text(out, "\">");
    if (turn->speaker) {
        buf_add_text(out, "<cite>");
        escape_add(out, turn_speaker(body, turn));
        buf_add_text(out, "</cite>");
    }
    add_time(out, metadata, body, turn);
    buf_add_text(out, "<a class=\"number\" href=\"#");
    ref_add(out, turn->ref);
    buf_printf(out, "\">%u</a></p>\n", (unsigned)number);
    add_words(out, turn_words(body, turn));
    add_original(out, body, turn);
    buf_add_text(out, "</div>\n");
}

/* What stands before the turns. */
static void add_top(struct buf *out, const struct episode_metadata *metadata,
                    const struct body *body)
{
    add_head(out, metadata);
    buf_add_text(out, "<body>\n");
    add_header(out, metadata);
    add_contents(out, body);
    buf_add_text(out, "<main>\n");
}

int html_render(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    struct episode_metadata metadata;
    struct outline outline = {0};
    uint32_t section = 0, first = material->range.first, end = material_end(material);
    int err = episode_metadata_read(material, &metadata);
    if (err)
        return err;
    if (first == 0)
        add_top(out, &metadata, body);
    while (first && section < body->turns[first - 1].section)
        next_level(&outline, body->sections[section++].level);
    for (uint32_t i = first; i < end; i++) {
        while (section < body->turns[i].section)
            add_heading(out, body, &outline, ++section);
        add_turn(out, &metadata, body, i + 1);
    }
    if (end < body->count)
        return 0;
    while (section < body->section_count)
        add_heading(out, body, &outline, ++section);
    buf_add_text(out, "</main>\n</body>\n</html>\n");
    return 0;
}
