#include "syntax/list_markers.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The length of the number and its sign at the front of an item; 0: there is none. */
static size_t marker_length(struct slice text)
{
    size_t len = 0;
    while (len < text.len && isdigit((unsigned char)text.data[len]))
        len++;
    return len && len < 10 && len < text.len ? len + 1 : 0;
}

/* Whether an item is a number with its sign: `+ 5` is not less than nothing. */
static bool is_plus(struct slice text)
{
    size_t at = 1;
    while (at < text.len && text.data[at] == ' ')
        at++;
    return text.data[0] == '+' && at > 1 && at < text.len && isdigit((unsigned char)text.data[at]);
}

/* A place in the text that only goes forward. */
struct cursor {
    struct slice text;
    size_t at;
    int line; /* from 1 */
};

/* The bytes of a line and what ends it: a newline, a carriage return, or both (CommonMark, section
 * 2). */
static size_t line_length(struct slice text)
{
    const char *newline = text.len ? memchr(text.data, '\n', text.len) : NULL;
    size_t len = newline ? (size_t)(newline - text.data) + 1 : text.len;
    const char *carriage = len ? memchr(text.data, '\r', len) : NULL;
    return carriage && carriage + 1 != newline ? (size_t)(carriage - text.data) + 1 : len;
}

static void go_to_line(struct cursor *c, int line)
{
    for (; c->line < line && c->at < c->text.len; c->line++)
        c->at += line_length(slice_skip(c->text, c->at));
}

static void find_marker(struct cursor *c, cmark_node *item)
{
    go_to_line(c, cmark_node_get_start_line(item));
    size_t at = c->at + (size_t)cmark_node_get_start_column(item) - 1;
    if (at < c->text.len &&
        (marker_length(slice_skip(c->text, at)) || is_plus(slice_skip(c->text, at))))
        cmark_node_set_user_data(item, (void *)(at + 1));
}

/* Numbers stay as they were written: 1999. and 2005. are years, and 10., 9., 8. count down. But a
 * list of 1., 1., 1. (or 0.) leaves the counting to Markdown. */
static void count_items(const struct cursor *c, cmark_node *list)
{
    cmark_node *item = cmark_node_first_child(list), *each;
    intptr_t number = cmark_node_get_list_start(list);

    if (!item || !cmark_node_next(item) || number > 1)
        return;
    for (each = item; each; each = cmark_node_next(each)) {
        size_t at = (size_t)(intptr_t)cmark_node_get_user_data(each);
        if (at == 0 || strtol(c->text.data + at - 1, NULL, 10) != number)
            return;
    }
    for (each = item; each; each = cmark_node_next(each))
        cmark_node_set_user_data(each, (void *)-++number);
}

void list_markers_find(struct slice text, cmark_node *document)
{
    struct cursor cursor = {.text = text, .line = 1};
    cmark_node *node = document, *next;

    while (node) {
        cmark_node_type type = cmark_node_get_type(node);
        if (type == CMARK_NODE_ITEM)
            find_marker(&cursor, node);
        next = type == CMARK_NODE_DOCUMENT || type == CMARK_NODE_BLOCK_QUOTE ||
                       type == CMARK_NODE_LIST || type == CMARK_NODE_ITEM
                   ? cmark_node_first_child(node)
                   : NULL;
        while (node && !next) {
            if (cmark_node_get_type(node) == CMARK_NODE_LIST &&
                cmark_node_get_list_type(node) == CMARK_ORDERED_LIST)
                count_items(&cursor, node);
            next = cmark_node_next(node);
            node = cmark_node_parent(node);
        }
        node = next;
    }
}

void list_marker_add(cmark_node *item, struct slice text, struct buf *out)
{
    intptr_t data = (intptr_t)cmark_node_get_user_data(item);

    if (data > 0) {
        struct slice marker = slice_skip(text, (size_t)data - 1);
        buf_add(out, marker.data, marker.data[0] == '+' ? 1 : marker_length(marker));
    } else if (data < 0) {
        bool is_period = cmark_node_get_list_delim(cmark_node_parent(item)) == CMARK_PERIOD_DELIM;
        buf_printf(out, "%d%c", (int)(-data - 1), is_period ? '.' : ')');
    } else {
        buf_add_byte(out, '-');
    }
}
