#include "syntax/lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "syntax/alloc_guard.h"
#include "syntax/list_markers.h"
#include "syntax/markdown_cost.h"
#include "syntax/markdown_walk.h"

enum {
    LINES_SHARE = 2,    /* of cmark's memory: the limit of the lines' own */
    MOST_ADDRESS = 2048 /* bytes of one that is kept */
};

/* `height` is how many lines the block has in the source: two more than the code where it is
 * fenced. */
static void add_code(struct markdown_walk *w, struct slice code, int height)
{
    struct slice line;
    int lines = 0;

    for (size_t i = 0; i < code.len; i++)
        lines += code.data[i] == '\n';
    w->number += height > lines;
    w->is_code = true;
    while (slice_take(&code, '\n', &line)) {
        walk_add_text(w, line);
        walk_break_line(w, BREAK_HARD);
        w->number++;
    }
    w->is_code = false;
}

/* Text over a line of dashes is a heading to Markdown; where it is a label with its words, or runs
 * over lines, the writer meant a rule below a paragraph. */
static bool is_underlined_paragraph(cmark_node *node)
{
    int height = cmark_node_get_end_line(node) - cmark_node_get_start_line(node);
    if (cmark_node_get_end_column(node) == 0)
        height--; /* it ended where the next line began */
    cmark_node *first = cmark_node_first_child(node);
    return height > 1 || (height == 1 && first && cmark_node_get_type(first) == CMARK_NODE_STRONG &&
                          cmark_node_next(first));
}

/* Whether the marker of the item that begins is a number. */
static bool has_number(const struct markdown_walk *w)
{
    return w->marker.len && w->marker.data[0] != '-';
}

static void begin_item(struct markdown_walk *w, cmark_node *item)
{
    if (!has_number(w))
        w->marker.len =
            0; /* of an item that begins with this one, `- - words`; but not of `1. - words` */
    list_marker_add(item, buf_slice(&w->fixed->text), &w->marker);
    buf_add_byte(&w->marker, ' ');
}

/* An item that has a number and no words says the number. */
static void end_item(struct markdown_walk *w)
{
    if (has_number(w)) {
        walk_add_text(w, SLICE(" ")); /* behind the marker */
        walk_break_line(w, BREAK_HARD);
    }
    w->marker.len = 0;
}

static bool is_in_list(cmark_node *node)
{
    cmark_node *parent = cmark_node_parent(node);
    return parent && cmark_node_get_type(parent) == CMARK_NODE_ITEM;
}

static void add_html_block(struct markdown_walk *w, struct slice html)
{
    w->in_html_block = true;
    walk_add_html(w, html);
    w->in_html_block = false;
}

static void enter_block(struct markdown_walk *w, cmark_node *node, cmark_node_type type)
{
    /* A list is one block of lines; its blocks break the line and start no new paragraph. */
    bool is_continued = is_in_list(node) || type == CMARK_NODE_ITEM;
    walk_break_line(w, is_continued ? BREAK_HARD : BREAK_PARAGRAPH);
    /* An element that is never closed ends with its block. */
    w->is_hidden = false;
    if (type != CMARK_NODE_HTML_BLOCK)
        walk_end_summary(w);
    int start = cmark_node_get_start_line(node);
    if (start > 0)
        w->number = (uint32_t)start - 1;

    w->lists += type == CMARK_NODE_LIST && w->lists < 100;
    w->lines_before = w->lines->count;
    if (type == CMARK_NODE_HEADING && !is_underlined_paragraph(node))
        w->heading = (uint8_t)cmark_node_get_heading_level(node);
    else if (type == CMARK_NODE_ITEM)
        begin_item(w, node);
    else if (type == CMARK_NODE_HTML_BLOCK)
        add_html_block(w, slice_of(cmark_node_get_literal(node)));
    else if (type == CMARK_NODE_CODE_BLOCK)
        add_code(w, slice_of(cmark_node_get_literal(node)),
                 cmark_node_get_end_line(node) - start + 1);
}

static void enter_inline(struct markdown_walk *w, cmark_node *node, cmark_node_type type)
{
    switch (type) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE:
        walk_add_text(w, slice_of(cmark_node_get_literal(node)));
        break;
    case CMARK_NODE_HTML_INLINE:
        walk_add_html(w, slice_of(cmark_node_get_literal(node)));
        break;
    case CMARK_NODE_STRONG:
        walk_begin_bold(w);
        break;
    case CMARK_NODE_LINK:
        w->link_start = w->lines->text.len + (w->is_open ? 0 : w->marker.len);
        break;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
        w->number++;
        if (w->heading)
            walk_add_text(w, SLICE(" "));
        else
            walk_break_line(w, type == CMARK_NODE_LINEBREAK ? BREAK_HARD : BREAK_SOFT);
        break;
    default:
        break;
    }
}

static bool is_block(cmark_node_type type)
{
    return type >= CMARK_NODE_FIRST_BLOCK && type <= CMARK_NODE_LAST_BLOCK;
}

/* An empty heading is a section all the same. */
static void add_empty_heading(struct markdown_walk *w)
{
    const struct line line = {
        .text = w->lines->text.len,
        .number = w->number,
        .details = w->details,
        .heading = w->heading,
        .before = BREAK_PARAGRAPH,
    };
    walk_keep_line(w, &line);
}

/* Whether an address of the web has a time in it: `?v=…&t=83s`, `#t=1m23s`, `?start=83`. */
static bool is_timed_address(struct slice address)
{
    static const struct slice names[] = {{"t=", 2}, {"start=", 6}, {"time_continue=", 14}};
    if (address.len > MOST_ADDRESS ||
        (!slice_starts(address, SLICE("https://")) && !slice_starts(address, SLICE("http://"))))
        return false;
    bool is_timed = false;
    for (size_t at = 1; at < address.len; at++) {
        unsigned char c = (unsigned char)address.data[at];
        if (c <= ' ' || c == 0x7F || strchr("\"<>\\^`{|}", c))
            return false;
        for (size_t i = 0; strchr("?&#", address.data[at - 1]) && i < 3; i++) {
            struct slice behind = slice_skip(address, at);
            is_timed |= slice_starts(behind, names[i]) && behind.len > names[i].len &&
                        isdigit((unsigned char)behind.data[names[i].len]);
        }
    }
    return is_timed;
}

/* The link that ends here. */
static void keep_link(struct markdown_walk *w, struct slice address)
{
    struct lines *lines = w->lines;
    if (!w->is_open || w->link_start < w->line.text || !is_timed_address(address))
        return;
    if (!array_reserve(&lines->links, lines->link_count, &lines->link_cap, sizeof *lines->links)) {
        w->failed = true;
        return;
    }
    lines->links[lines->link_count++] = (struct timed_link){
        w->link_start, (uint32_t)lines->addresses.len, (uint32_t)address.len};
    buf_add_slice(&lines->addresses, address);
}

/* `[laughs](loudly)` has words in parentheses behind it: no address is a word alone. */
static void add_false_address(struct markdown_walk *w, struct slice address, struct slice title)
{
    for (size_t i = 0; i < address.len; i++) {
        if ((unsigned char)address.data[i] < 0x80 && !isalnum((unsigned char)address.data[i]))
            return;
    }
    if (address.len == 0)
        return;
    walk_add_text(w, SLICE("("));
    walk_add_text(w, address);
    if (title.len) {
        walk_add_text(w, SLICE(" \""));
        walk_add_text(w, title);
        walk_add_text(w, SLICE("\""));
    }
    walk_add_text(w, SLICE(")"));
}

static void on_event(struct markdown_walk *w, cmark_event_type event, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);

    w->is_behind_rule |= type == CMARK_NODE_THEMATIC_BREAK;
    if (type == CMARK_NODE_DOCUMENT || type == CMARK_NODE_THEMATIC_BREAK)
        return;
    if (event == CMARK_EVENT_ENTER && is_block(type)) {
        enter_block(w, node, type);
    } else if (event == CMARK_EVENT_ENTER) {
        enter_inline(w, node, type);
    } else if (is_block(type)) {
        walk_break_line(w,
                        is_in_list(node) || type == CMARK_NODE_ITEM ? BREAK_HARD : BREAK_PARAGRAPH);
        if (w->heading && w->lines->count == w->lines_before)
            add_empty_heading(w);
        w->heading = 0;
        w->lists -= type == CMARK_NODE_LIST && w->lists > 0;
        if (type == CMARK_NODE_ITEM)
            end_item(w);
    } else if (type == CMARK_NODE_STRONG) {
        walk_end_bold(w);
    } else if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE) {
        if (type == CMARK_NODE_LINK)
            keep_link(w, slice_of(cmark_node_get_url(node)));
        add_false_address(w, slice_of(cmark_node_get_url(node)),
                          slice_of(cmark_node_get_title(node)));
    }
}

/* Inside the guard: cmark allocates from it, and the walk owns our memory. */
static void walk_document(void *walk)
{
    struct markdown_walk *w = walk;
    cmark_node *document = walk_parse(w, buf_slice(&w->fixed->text));
    list_markers_find(buf_slice(&w->fixed->text), document);
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE && !w->failed && !w->has_too_many)
        on_event(w, event, cmark_iter_get_node(iter));
    walk_end_line(w);
    if (!w->has_too_many)
        walk_report_unclosed(w);
}

/* `number` is a line of the fixed text, from 0. */
static int refuse(const struct markdown_walk *w, uint32_t number, const struct limits *limits,
                  enum limit limit)
{
    limit_refuse(limits, limit, w->first_line + markdown_fixup_line(w->fixed, number), w->diags);
    return -E2BIG;
}

int lines_read(struct slice body, uint32_t first_line, const struct limits *limits,
               struct diags *diags, struct lines *lines)
{
    cleanup_(markdown_fixup_free) struct markdown_fixup fixed = {0};
    struct markdown_walk w = {.memory = {alloc_guard_calloc, alloc_guard_realloc, alloc_guard_free},
                              .lines = lines,
                              .fixed = &fixed,
                              .diags = diags,
                              .first_line = first_line,
                              .most_lines = limits->at[LIMIT_MARKDOWN] / LINES_SHARE /
                                            sizeof(struct line),
                              .is_broken = diags_add_broken_utf8(diags, body, first_line),
                              .pending = BREAK_PARAGRAPH};
    uint32_t number;

    *lines = (struct lines){0};
    if (markdown_fixup(body, &fixed))
        return -ENOMEM;
    (void)buf_reserve(&lines->text, body.len); /* about the size of the result */
    enum limit exceeded = markdown_cost_check(buf_slice(&fixed.text), limits, &number);
    if (exceeded != LIMIT_COUNT)
        return refuse(&w, number, limits, exceeded);
    int err = alloc_guard_run(limits->at[LIMIT_MARKDOWN], walk_document, &w);
    w.failed |= w.summary.failed || w.marker.failed;
    buf_free(&w.summary);
    buf_free(&w.marker);
    for (size_t i = 0; i < lines->count; i++)
        lines->at[i].number = markdown_fixup_line(&fixed, lines->at[i].number);
    if (err == -E2BIG || w.has_too_many)
        return refuse(&w, 0, limits, LIMIT_MARKDOWN);
    return err || w.failed || lines->text.failed || lines->addresses.failed ? -ENOMEM : 0;
}

void lines_free(struct lines *lines)
{
    free(lines->at);
    free(lines->details);
    free(lines->bold);
    free(lines->links);
    buf_free(&lines->addresses);
    free(lines->cues);
    buf_free(&lines->text);
    *lines = (struct lines){0};
}
