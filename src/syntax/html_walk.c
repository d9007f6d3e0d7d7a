/* The HTML in Markdown: which elements hide, break lines, or have the original. */
#include <string.h>

#include "base/array.h"
#include "syntax/alloc_guard.h"
#include "syntax/markdown_walk.h"

cmark_node *walk_parse(struct markdown_walk *w, struct slice text)
{
    int options = w->is_broken ? CMARK_OPT_VALIDATE_UTF8 : CMARK_OPT_DEFAULT;
    cmark_parser *parser = cmark_parser_new_with_mem(options, &w->memory);
    cmark_parser_feed(parser, text.len ? text.data : "", text.len);
    return cmark_parser_finish(parser); /* the parser goes with the guard */
}

/* cmark knows every entity of HTML, so it parses each one. */
static size_t add_entity(struct markdown_walk *w, struct slice html)
{
    enum { LONGEST = 33 }; /* &CounterClockwiseContourIntegral; */
    const char *end = memchr(html.data, ';', html.len < LONGEST ? html.len : LONGEST);
    if (!end) {
        walk_add_text(w, slice_head(html, 1));
        return 1;
    }
    size_t len = (size_t)(end - html.data) + 1;
    const struct alloc_guard_mark before = alloc_guard_mark();
    cmark_node *document = walk_parse(w, (struct slice){html.data, len});
    cmark_node *paragraph = cmark_node_first_child(document);
    cmark_node *text = paragraph ? cmark_node_first_child(paragraph) : NULL;
    const char *literal = text ? cmark_node_get_literal(text) : NULL;
    if (literal && literal[0] != '&') {
        walk_add_text(w, slice_of(literal));
    } else {
        walk_add_text(
            w, slice_head(html, slice_equal(slice_head(html, len), SLICE("&amp;")) ? 1 : len));
    }
    alloc_guard_forget_since(&before);
    return len;
}

/* The language that a summary names: "View/Hide Original English", "查看英文原文". */
static void read_language(const struct buf *summary, char language[4])
{
    static const struct {
        const char *word, *code;
    } words[] = {
        {"English", "en"}, {"英文", "en"},     {"英语", "en"},       {"Chinese", "zh"},
        {"中文", "zh"},    {"Japanese", "ja"}, {"日文", "ja"},       {"日语", "ja"},
        {"Korean", "ko"},  {"韩", "ko"},       {"Spanish", "es"},    {"西班牙", "es"},
        {"French", "fr"},  {"法语", "fr"},     {"German", "de"},     {"德语", "de"},
        {"Russian", "ru"}, {"俄语", "ru"},     {"Portuguese", "pt"},
    };
    for (size_t i = 0; summary->len && i < sizeof words / sizeof *words; i++) {
        if (strstr(summary->data, words[i].word)) {
            memcpy(language, words[i].code, 3);
            return;
        }
    }
}

void walk_end_summary(struct markdown_walk *w)
{
    if (w->in_summary && w->details)
        read_language(&w->summary, w->lines->details[w->details - 1].language);
    w->in_summary = false;
    w->summary.len = 0;
}

void walk_report_unclosed(struct markdown_walk *w)
{
    if (w->details)
        diags_add(w->diags, w->first_line + markdown_fixup_line(w->fixed, w->details_line), 1,
                  "the original ends where the next turn seems to begin",
                  "a <details> that is never closed");
}

static void open_details(struct markdown_walk *w)
{
    struct lines *lines = w->lines;
    /* They do not nest in transcripts: one that opens inside another closes it, for its end tag is
     * missing. */
    if (w->is_open && lines->text.len > w->line.text &&
        lines->text.data[lines->text.len - 1] == '<')
        lines->text.len--; /* <<details> */
    walk_break_line(w, BREAK_PARAGRAPH);
    walk_end_summary(w);
    walk_report_unclosed(w);
    if (!array_reserve(&lines->details, lines->details_count, &lines->details_cap,
                       sizeof *lines->details)) {
        w->failed = true;
        return;
    }
    lines->details[lines->details_count++] = (struct details){0};
    w->details_line = w->number;
    w->details = (uint32_t)lines->details_count;
}

static void close_details(struct markdown_walk *w)
{
    walk_break_line(w, BREAK_PARAGRAPH);
    walk_end_summary(w);
    if (w->details)
        w->lines->details[w->details - 1].is_closed = true;
    w->details = 0;
}

/* Two in a row are an empty line between paragraphs. */
static void on_break_tag(struct markdown_walk *w)
{
    bool again = !w->is_open && w->pending == BREAK_HARD;
    if (w->heading)
        walk_add_text(w, SLICE(" "));
    else
        walk_break_line(w, again ? BREAK_PARAGRAPH : BREAK_HARD);
}

static void on_tag(struct markdown_walk *w, const struct html_tag *tag)
{
    switch (tag->element ? tag->element->effect : HTML_NONE) {
    case HTML_HIDDEN:
        /* In the middle of words the tag is a slip, and speech follows it. */
        w->is_hidden = !tag->is_closing && w->in_html_block;
        break;
    case HTML_DETAILS:
        if (tag->is_closing)
            close_details(w);
        else
            open_details(w);
        break;
    case HTML_SUMMARY:
        walk_break_line(w, BREAK_PARAGRAPH);
        walk_end_summary(w);
        w->in_summary = !tag->is_closing && w->details;
        break;
    case HTML_BREAK:
        on_break_tag(w);
        break;
    case HTML_BLOCK:
        /* <summary>…</p> is a real spelling: a block ends a summary. */
        walk_end_summary(w);
        walk_break_line(w, BREAK_PARAGRAPH);
        break;
    case HTML_CELL:
        walk_add_text(w, SLICE(" "));
        break;
    case HTML_BOLD:
        if (tag->is_closing)
            walk_end_bold(w);
        else
            walk_begin_bold(w);
        break;
    case HTML_NONE:
        break;
    }
}

static void count_newlines(struct markdown_walk *w, struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        w->number += text.data[i] == '\n';
}

void walk_add_html(struct markdown_walk *w, struct slice html)
{
    static const struct byte_set special = {{['<'] = true, ['&'] = true, ['\n'] = true}};
    while (html.len) {
        size_t plain = slice_before(html, &special);
        walk_add_text(w, slice_head(html, plain));
        html = slice_skip(html, plain);
        if (html.len == 0)
            return;

        struct html_tag tag;
        size_t used = 1;
        if (html.data[0] == '\n') {
            w->number++;
            walk_break_line(w, html.len > 1 && html.data[1] == '\n' ? BREAK_PARAGRAPH : BREAK_SOFT);
        } else if (html.data[0] == '&') {
            used = add_entity(w, html);
        } else if (html_read_tag(html, &tag) && html_is_markup(&w->open, &tag)) {
            on_tag(w, &tag);
            used = tag.len;
            count_newlines(w, slice_head(html, used));
        } else {
            walk_add_text(w, SLICE("<"));
        }
        html = slice_skip(html, used);
    }
}
