#include "syntax/lines.h"

#include <cmark.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "syntax/alloc_guard.h"
#include "syntax/footnote_marks.h"
#include "syntax/html.h"
#include "syntax/list_markers.h"
#include "syntax/markdown_fixup.h"
#include "syntax/markdown_cost.h"

enum {
    LINES_SHARE = 2,    /* of cmark's memory: the limit of the lines' own */
    MOST_ADDRESS = 2048 /* bytes of one that is kept */
};

/* The walk over cmark's tree, and the HTML elements that are open at its place. */
struct walk {
    cmark_mem memory; /* of cmark */
    size_t most_lines;
    struct lines *lines;
    const struct markdown_fixup *fixed;
    struct diags *diags;
    uint32_t first_line; /* of the body, in its file */
    bool is_broken;      /* it is not UTF-8 all through */
    bool has_too_many;   /* there are more lines than most_lines */
    struct line line;    /* the one being written, when is_open */
    bool is_open;
    bool bold_begins;  /* inside bold text near the front of the line, the first there */
    size_t bold_start; /* where the bold text began, in lines.text */
    size_t link_start; /* … and the link */
    bool failed;
    uint8_t heading;         /* level of the heading around the place */
    uint8_t lists;           /* how many lists are open */
    bool is_behind_rule;     /* one was drawn since the last line */
    bool is_code;            /* spaces count */
    size_t lines_before;     /* the heading */
    enum line_break pending; /* the break before the next line */
    uint32_t number;         /* line of the source */
    uint32_t details;        /* the <details> around the place, or 0 */
    uint32_t details_line;   /* where it opened */
    bool in_summary;
    struct buf summary; /* its text */
    struct html_open open;
    bool is_hidden; /* inside a script or a style sheet */
    bool in_html_block;
    struct buf marker; /* "- " or "12. " for the first line of a list item */
};

/* --- writing lines ---------------------------------------------------------------------------- */

/* |---|:-:| */
static bool is_table_rule(struct slice text)
{
    bool has_bar = false, has_dash = false;
    for (size_t i = 0; i < text.len; i++) {
        if (!strchr("|-: ", text.data[i]) || !text.data[i])
            return false;
        has_bar |= text.data[i] == '|';
        has_dash |= text.data[i] == '-';
    }
    return has_bar && has_dash;
}

/* Drops the line if the limit is reached or memory runs out. */
static void keep_line(struct walk *w, const struct line *line)
{
    struct lines *lines = w->lines;
    if (lines->count >= w->most_lines)
        w->has_too_many = true;
    else if (!array_reserve(&lines->at, lines->count, &lines->cap, sizeof *lines->at))
        w->failed = true;
    else
        lines->at[lines->count++] = *line;
}

static void end_line(struct walk *w)
{
    if (!w->is_open)
        return;
    w->is_open = false;
    w->bold_begins = false;

    struct lines *lines = w->lines;
    struct line *line = &w->line;
    struct slice written = {lines->text.data + line->text, lines->text.len - line->text};
    w->failed |= !footnote_marks_drop(w->lines, &w->line);
    written.len = lines->text.len - line->text;
    struct slice text = slice_trim(written);
    if (text.len == 0 || is_table_rule(text)) {
        lines->text.len = line->text;
        return;
    }
    if (text.data[0] == '|' && line->before == BREAK_SOFT)
        line->before = BREAK_HARD; /* a row of a table */
    size_t indent = (size_t)(text.data - written.data);
    line->text += indent;
    line->len = text.len;
    line->bold = line->bold > indent ? line->bold - indent : 0;
    line->bold_at = line->bold_at > indent ? (uint8_t)(line->bold_at - indent) : 0;
    if (line->bold > text.len)
        line->bold = text.len;

    keep_line(w, line);
    w->pending = BREAK_SOFT;
}

static void break_line(struct walk *w, enum line_break kind)
{
    end_line(w);
    if (kind > w->pending)
        w->pending = kind;
}

/* Bytes that are compared all at once (a vector, as gcc and clang have them). */
typedef signed char vector __attribute__((vector_size(16)));
enum { BLOCK = 2 * sizeof(vector) };

/* Whether add_plain() has nothing to do in a block, which is looked at one byte beyond. */
static bool is_plain(const char block[BLOCK + 1])
{
    vector here, next, found = {0};
    uint64_t halves[2];
    for (size_t i = 0; i < BLOCK; i += sizeof here) {
        memcpy(&here, block + i, sizeof here);
        memcpy(&next, block + i + 1, sizeof next);
        found |= (here == '\n') | (here == '\r') | (here == (signed char)FIXUP_MARK[0]) |
                 ((here == ' ') & (next == ' '));
    }
    memcpy(halves, &found, sizeof halves);
    return !(halves[0] | halves[1]);
}

/* Without what was put in to fix the Markdown; and, but for code, without spaces behind spaces,
 * which mean nothing in Markdown or HTML. A line end that was written as an entity (&#10;) is a
 * space: else a line would be two. `start` is where the line begins. */
static void add_plain(struct buf *out, struct slice text, size_t start, bool is_code)
{
    struct slice mark = SLICE(FIXUP_MARK);
    if (!buf_reserve(out, text.len))
        return;
    char *to = out->data + out->len, last = '\0';
    if (out->len > start)
        last = to[-1];
    while (text.len) {
        char padded[BLOCK + 1] = {0};
        const char *block = text.len > BLOCK ? text.data : padded;
        struct slice head = slice_head(text, BLOCK);
        if (block == padded)
            memcpy(padded, head.data, head.len);
        if (!(last == ' ' && block[0] == ' ') && is_plain(block)) {
            memcpy(to, head.data, head.len);
            to += head.len;
            last = to[-1];
            text = slice_skip(text, head.len);
            continue;
        }
        for (const char *end = head.data + head.len; text.len && text.data < end;) {
            char c = text.data[0];
            if (c == mark.data[0] && slice_starts(text, mark)) {
                text = slice_skip(text, mark.len);
                continue;
            }
            text = slice_skip(text, 1);
            if (c == '\n' || c == '\r')
                c = ' ';
            if (c == ' ' && last == ' ' && !is_code)
                continue;
            *to++ = last = c;
        }
    }
    *to = '\0';
    out->len = (size_t)(to - out->data);
}

static void add_text(struct walk *w, struct slice text)
{
    if (w->is_hidden || text.len == 0)
        return;
    if (w->in_summary) {
        buf_add_slice(&w->summary, text);
        return;
    }
    if (!w->is_open) {
        w->line = (struct line){
            .text = w->lines->text.len,
            .number = w->number,
            .details = w->details,
            .heading = w->heading,
            .indent = w->lists > 1 ? (uint8_t)(w->lists - 1) : 0,
            .before = (uint8_t)w->pending,
            .is_behind_rule = w->is_behind_rule,
        };
        w->is_behind_rule = false;
        w->is_open = true;
        buf_add_slice(&w->lines->text, buf_slice(&w->marker));
        w->marker.len = 0;
    }
    add_plain(&w->lines->text, text, w->line.text, w->is_code);
}

static void begin_bold(struct walk *w)
{
    size_t before = w->is_open ? w->lines->text.len - w->line.text : w->marker.len;
    w->bold_begins = before <= LINE_MOST_LEAD && !(w->is_open && w->line.bold);
    w->bold_start = w->lines->text.len + (w->is_open ? 0 : w->marker.len);
}

static void end_bold(struct walk *w)
{
    if (w->bold_begins && w->is_open && w->bold_start >= w->line.text) {
        w->line.bold = w->lines->text.len - w->line.text;
        w->line.bold_at = (uint8_t)(w->bold_start - w->line.text);
    }
    w->bold_begins = false;

    struct lines *lines = w->lines;
    if (!w->is_open || w->bold_start < w->line.text || w->bold_start >= lines->text.len)
        return;
    if (!array_reserve(&lines->bold, lines->bold_count, &lines->bold_cap, sizeof *lines->bold)) {
        w->failed = true;
        return;
    }
    lines->bold[lines->bold_count++] = (struct span){w->bold_start,
                                                     lines->text.len - w->bold_start};
}

/* --- HTML ------------------------------------------------------------------------------------- */

static cmark_node *parse(struct walk *w, struct slice text)
{
    int options = w->is_broken ? CMARK_OPT_VALIDATE_UTF8 : CMARK_OPT_DEFAULT;
    cmark_parser *parser = cmark_parser_new_with_mem(options, &w->memory);
    cmark_parser_feed(parser, text.len ? text.data : "", text.len);
    return cmark_parser_finish(parser); /* the parser goes with the guard */
}

/* cmark knows every entity of HTML, so it parses each one. */
static size_t add_entity(struct walk *w, struct slice html)
{
    enum { LONGEST = 33 }; /* &CounterClockwiseContourIntegral; */
    const char *end = memchr(html.data, ';', html.len < LONGEST ? html.len : LONGEST);
    if (!end) {
        add_text(w, slice_head(html, 1));
        return 1;
    }
    size_t len = (size_t)(end - html.data) + 1;
    const struct alloc_guard_mark before = alloc_guard_mark();
    cmark_node *document = parse(w, (struct slice){html.data, len});
    cmark_node *paragraph = cmark_node_first_child(document);
    cmark_node *text = paragraph ? cmark_node_first_child(paragraph) : NULL;
    const char *literal = text ? cmark_node_get_literal(text) : NULL;
    if (literal && literal[0] != '&') {
        add_text(w, slice_of(literal));
    } else {
        add_text(w, slice_head(html, slice_equal(slice_head(html, len), SLICE("&amp;")) ? 1 : len));
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

static void end_summary(struct walk *w)
{
    if (w->in_summary && w->details)
        read_language(&w->summary, w->lines->details[w->details - 1].language);
    w->in_summary = false;
    w->summary.len = 0;
}

static void report_unclosed(struct walk *w)
{
    if (w->details)
        diags_add(w->diags, w->first_line + markdown_fixup_line(w->fixed, w->details_line), 1,
                  "the original ends where the next turn seems to begin",
                  "a <details> that is never closed");
}

static void open_details(struct walk *w)
{
    struct lines *lines = w->lines;
    /* They do not nest in transcripts: one that opens inside another closes it, for its end tag is
     * missing. */
    if (w->is_open && lines->text.len > w->line.text &&
        lines->text.data[lines->text.len - 1] == '<')
        lines->text.len--; /* <<details> */
    break_line(w, BREAK_PARAGRAPH);
    end_summary(w);
    report_unclosed(w);
    if (!array_reserve(&lines->details, lines->details_count, &lines->details_cap,
                       sizeof *lines->details)) {
        w->failed = true;
        return;
    }
    lines->details[lines->details_count++] = (struct details){0};
    w->details_line = w->number;
    w->details = (uint32_t)lines->details_count;
}

static void close_details(struct walk *w)
{
    break_line(w, BREAK_PARAGRAPH);
    end_summary(w);
    if (w->details)
        w->lines->details[w->details - 1].is_closed = true;
    w->details = 0;
}

/* Two in a row are an empty line between paragraphs. */
static void on_break_tag(struct walk *w)
{
    bool again = !w->is_open && w->pending == BREAK_HARD;
    if (w->heading)
        add_text(w, SLICE(" "));
    else
        break_line(w, again ? BREAK_PARAGRAPH : BREAK_HARD);
}

static void on_tag(struct walk *w, const struct html_tag *tag)
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
        break_line(w, BREAK_PARAGRAPH);
        end_summary(w);
        w->in_summary = !tag->is_closing && w->details;
        break;
    case HTML_BREAK:
        on_break_tag(w);
        break;
    case HTML_BLOCK:
        /* <summary>…</p> is a real spelling: a block ends a summary. */
        end_summary(w);
        break_line(w, BREAK_PARAGRAPH);
        break;
    case HTML_CELL:
        add_text(w, SLICE(" "));
        break;
    case HTML_BOLD:
        if (tag->is_closing)
            end_bold(w);
        else
            begin_bold(w);
        break;
    case HTML_NONE:
        break;
    }
}

static void count_newlines(struct walk *w, struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        w->number += text.data[i] == '\n';
}

static void add_html(struct walk *w, struct slice html)
{
    static const struct byte_set special = {{['<'] = true, ['&'] = true, ['\n'] = true}};
    while (html.len) {
        size_t plain = slice_before(html, &special);
        add_text(w, slice_head(html, plain));
        html = slice_skip(html, plain);
        if (html.len == 0)
            return;

        struct html_tag tag;
        size_t used = 1;
        if (html.data[0] == '\n') {
            w->number++;
            break_line(w, html.len > 1 && html.data[1] == '\n' ? BREAK_PARAGRAPH : BREAK_SOFT);
        } else if (html.data[0] == '&') {
            used = add_entity(w, html);
        } else if (html_read_tag(html, &tag) && html_is_markup(&w->open, &tag)) {
            on_tag(w, &tag);
            used = tag.len;
            count_newlines(w, slice_head(html, used));
        } else {
            add_text(w, SLICE("<"));
        }
        html = slice_skip(html, used);
    }
}

/* --- Markdown --------------------------------------------------------------------------------- */

/* `height` is how many lines the block has in the source: two more than the code where it is
 * fenced. */
static void add_code(struct walk *w, struct slice code, int height)
{
    struct slice line;
    int lines = 0;

    for (size_t i = 0; i < code.len; i++)
        lines += code.data[i] == '\n';
    w->number += height > lines;
    w->is_code = true;
    while (slice_take(&code, '\n', &line)) {
        add_text(w, line);
        break_line(w, BREAK_HARD);
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
static bool has_number(const struct walk *w)
{
    return w->marker.len && w->marker.data[0] != '-';
}

static void begin_item(struct walk *w, cmark_node *item)
{
    if (!has_number(w))
        w->marker.len =
            0; /* of an item that begins with this one, `- - words`; but not of `1. - words` */
    list_marker_add(item, buf_slice(&w->fixed->text), &w->marker);
    buf_add_byte(&w->marker, ' ');
}

/* An item that has a number and no words says the number. */
static void end_item(struct walk *w)
{
    if (has_number(w)) {
        add_text(w, SLICE(" ")); /* behind the marker */
        break_line(w, BREAK_HARD);
    }
    w->marker.len = 0;
}

static bool is_in_list(cmark_node *node)
{
    cmark_node *parent = cmark_node_parent(node);
    return parent && cmark_node_get_type(parent) == CMARK_NODE_ITEM;
}

static void add_html_block(struct walk *w, struct slice html)
{
    w->in_html_block = true;
    add_html(w, html);
    w->in_html_block = false;
}

static void enter_block(struct walk *w, cmark_node *node, cmark_node_type type)
{
    /* A list is one block of lines; its blocks break the line and start no new paragraph. */
    bool is_continued = is_in_list(node) || type == CMARK_NODE_ITEM;
    break_line(w, is_continued ? BREAK_HARD : BREAK_PARAGRAPH);
    /* An element that is never closed ends with its block. */
    w->is_hidden = false;
    if (type != CMARK_NODE_HTML_BLOCK)
        end_summary(w);
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

static void enter_inline(struct walk *w, cmark_node *node, cmark_node_type type)
{
    switch (type) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE:
        add_text(w, slice_of(cmark_node_get_literal(node)));
        break;
    case CMARK_NODE_HTML_INLINE:
        add_html(w, slice_of(cmark_node_get_literal(node)));
        break;
    case CMARK_NODE_STRONG:
        begin_bold(w);
        break;
    case CMARK_NODE_LINK:
        w->link_start = w->lines->text.len + (w->is_open ? 0 : w->marker.len);
        break;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
        w->number++;
        if (w->heading)
            add_text(w, SLICE(" "));
        else
            break_line(w, type == CMARK_NODE_LINEBREAK ? BREAK_HARD : BREAK_SOFT);
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
static void add_empty_heading(struct walk *w)
{
    const struct line line = {
        .text = w->lines->text.len,
        .number = w->number,
        .details = w->details,
        .heading = w->heading,
        .before = BREAK_PARAGRAPH,
    };
    keep_line(w, &line);
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
static void keep_link(struct walk *w, struct slice address)
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
static void add_false_address(struct walk *w, struct slice address, struct slice title)
{
    for (size_t i = 0; i < address.len; i++) {
        if ((unsigned char)address.data[i] < 0x80 && !isalnum((unsigned char)address.data[i]))
            return;
    }
    if (address.len == 0)
        return;
    add_text(w, SLICE("("));
    add_text(w, address);
    if (title.len) {
        add_text(w, SLICE(" \""));
        add_text(w, title);
        add_text(w, SLICE("\""));
    }
    add_text(w, SLICE(")"));
}

static void on_event(struct walk *w, cmark_event_type event, cmark_node *node)
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
        break_line(w, is_in_list(node) || type == CMARK_NODE_ITEM ? BREAK_HARD : BREAK_PARAGRAPH);
        if (w->heading && w->lines->count == w->lines_before)
            add_empty_heading(w);
        w->heading = 0;
        w->lists -= type == CMARK_NODE_LIST && w->lists > 0;
        if (type == CMARK_NODE_ITEM)
            end_item(w);
    } else if (type == CMARK_NODE_STRONG) {
        end_bold(w);
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
    struct walk *w = walk;
    cmark_node *document = parse(w, buf_slice(&w->fixed->text));
    list_markers_find(buf_slice(&w->fixed->text), document);
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE && !w->failed && !w->has_too_many)
        on_event(w, event, cmark_iter_get_node(iter));
    end_line(w);
    if (!w->has_too_many)
        report_unclosed(w);
}

/* `number` is a line of the fixed text, from 0. */
static int refuse(const struct walk *w, uint32_t number, const struct limits *limits,
                  enum limit limit)
{
    limit_refuse(limits, limit, w->first_line + markdown_fixup_line(w->fixed, number), w->diags);
    return -E2BIG;
}

int lines_read(struct slice body, uint32_t first_line, const struct limits *limits,
               struct diags *diags, struct lines *lines)
{
    cleanup_(markdown_fixup_free) struct markdown_fixup fixed = {0};
    struct walk w = {.memory = {alloc_guard_calloc, alloc_guard_realloc, alloc_guard_free},
                     .lines = lines,
                     .fixed = &fixed,
                     .diags = diags,
                     .first_line = first_line,
                     .most_lines = limits->at[LIMIT_MARKDOWN] / LINES_SHARE / sizeof(struct line),
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
