#include "values/values.h"

#include <ctype.h>
#include <errno.h>

#include "base/utf8.h"
#include "values/key.h"

static const char only_whole[] = "it is in meta.json only";

static void report(const struct values_reader *reader, const struct yaml *at, const char *problem,
                   const char *action)
{
    if (reader->report)
        reader->report(reader->context, at, problem, action);
}

static int add(const struct values_reader *reader, const struct yaml *at, struct slice text)
{
    text = utf8_trim(text);
    return text.len ? reader->add(reader->context, at, text) : 0;
}

/* --- links of a vault: [[folder/page#heading|shown]] ------------------------------------------ */

/* Up to a mark that has something on both sides; all where there is no such. */
static struct slice before_mark(struct slice text, char mark)
{
    const char *at = text.len ? memchr(text.data, mark, text.len) : NULL;
    size_t len = at ? (size_t)(at - text.data) : 0;
    bool is_inside = len && slice_trim(slice_skip(text, len + 1)).len;
    return is_inside ? slice_trim(slice_head(text, len)) : text;
}

/* The page that a link leads to. In a table, a vault writes `\|` for the bar. */
static struct slice page_of(struct slice inside)
{
    struct slice page = before_mark(utf8_trim(inside), '|');
    if (page.len > 1 && page.data[page.len - 1] == '\\')
        page.len--;
    if (page.len && memmem(page.data, page.len, "://", 3))
        return page; /* an address has marks of its own */
    page = before_mark(page, '#');
    const char *slash = page.len ? memrchr(page.data, '/', page.len) : NULL;
    if (slash && slash + 1 < page.data + page.len)
        page = slice_skip(page, (size_t)(slash - page.data) + 1);
    if (page.len > 3 && slice_ends(page, SLICE(".md")))
        page.len -= 3;
    return utf8_trim(page);
}

static struct slice behind_separators(struct slice text)
{
    while (text.len && (byte_is_space(text.data[0]) || memchr(",;&", text.data[0], 3)))
        text = slice_skip(text, 1);
    return text;
}

/* Takes a link from the front, and what parts it from the next. */
static bool take_link(struct slice *rest, struct slice *page)
{
    if (!slice_starts(*rest, SLICE("[[")))
        return false;
    const char *end = memmem(rest->data, rest->len, "]]", 2);
    if (!end)
        return false;
    *page = page_of((struct slice){rest->data + 2, (size_t)(end - rest->data) - 2});
    *rest = behind_separators(slice_skip(*rest, (size_t)(end - rest->data) + 2));
    return page->len != 0 && !memmem(page->data, page->len, "[[", 2);
}

/* How many links it is; 0 where it is anything else too. */
static size_t count_links(struct slice text)
{
    struct slice page;
    size_t count = 0;
    text = utf8_trim(text);
    while (text.len) {
        if (!take_link(&text, &page))
            return 0;
        count++;
    }
    return count;
}

bool values_are_links(struct slice text)
{
    return count_links(text) > 0;
}

/* --- tags in a string ------------------------------------------------------------------------- */

static bool is_of_tags(struct slice key)
{
    static const char *const keys[] = {"tags", "tag", "keywords", NULL};
    return slice_is_one_of(key, keys);
}

/* Whether each of several words begins with a number sign: `#lamps #ropes`. */
static bool are_signed(struct slice text)
{
    struct slice word;
    size_t words = 0;
    while (slice_take(&text, ' ', &word)) {
        if (word.len && word.data[0] != '#')
            return false;
        words += word.len > 0;
    }
    return words > 1;
}

/* What parts tags in a string; NUL: nothing. */
static char separator_of(struct slice text)
{
    static const char signs[] = {',', ';'};
    for (size_t i = 0; i < sizeof signs && text.len; i++) {
        if (memchr(text.data, signs[i], text.len))
            return signs[i];
    }
    return are_signed(text) ? ' ' : '\0';
}

bool values_are_tags(const struct yaml *value)
{
    return value->kind == YAML_STRING && is_of_tags(value->key) && separator_of(value->text) &&
           !values_are_links(value->text);
}

/* `#lamps` is how a vault writes the tag in its text; `#1` is a place. */
static struct slice without_number_sign(struct slice tag)
{
    tag = utf8_trim(tag);
    bool is_signed = tag.len > 1 && tag.data[0] == '#' &&
                     (isalpha((unsigned char)tag.data[1]) || (unsigned char)tag.data[1] >= 0x80);
    return is_signed ? slice_skip(tag, 1) : tag;
}

static int each_tag(const struct values_reader *reader, const struct yaml *value)
{
    struct slice rest = value->text, tag;
    char separator = separator_of(rest);
    int err = 0;
    while (!err && slice_take(&rest, separator, &tag))
        err = add(reader, value, without_number_sign(tag));
    return err;
}

/* --- texts, lists, mappings ------------------------------------------------------------------- */

static int each_text(const struct values_reader *reader, const struct yaml *scalar)
{
    struct slice rest = utf8_trim(scalar->text), page;
    int err = 0;
    if (scalar->kind == YAML_NULL)
        return 0;
    if (!values_are_links(rest))
        return add(reader, scalar, reader->are_tags ? without_number_sign(rest) : rest);
    while (!err && rest.len && take_link(&rest, &page))
        err = add(reader, scalar, page);
    return err;
}

/* The list between the brackets of `[[…]]`, which no quotes are around; else NULL. */
static const struct yaml *inside_brackets(const struct yaml *list)
{
    const struct yaml *inner = list->first;
    bool is_double = list->kind == YAML_LIST && list->count == 1 && inner->kind == YAML_LIST &&
                     inner->line == list->line && inner->column == list->column + 1;
    return is_double ? inner : NULL;
}

/* What stands there where it is a link; else NULL. */
static const struct yaml *inside_link(const struct yaml *list)
{
    const struct yaml *inner = inside_brackets(list);
    return inner && inner->count == 1 && yaml_is_scalar(inner->first) ? inner->first : NULL;
}

static int add_page(const struct values_reader *reader, const struct yaml *inside)
{
    return inside->kind == YAML_NULL ? 0 : add(reader, inside, page_of(inside->text));
}

/* The name of a mapping, of those keys that say something the first in this order. */
static int each_mapping(const struct values_reader *reader, const struct yaml *map)
{
    static const char *const keys[] = {"name", "title", "label", NULL};
    cleanup_buf struct buf key = {0};
    const struct yaml *chosen = NULL;
    size_t best = sizeof keys / sizeof *keys - 1;

    for (const struct yaml *item = map->first; item; item = item->next) {
        key.len = 0;
        key_fold(&key, item->key);
        size_t place = key_place(buf_slice(&key), keys);
        bool is_text = yaml_is_scalar(item) || inside_link(item);
        if (place < best && is_text && !yaml_is_empty(item)) {
            best = place;
            chosen = item;
        }
    }
    if (key.failed)
        return -ENOMEM;
    if (chosen)
        return yaml_is_scalar(chosen) ? each_text(reader, chosen)
                                      : add_page(reader, inside_link(chosen));
    if (!yaml_is_empty(map))
        report(reader, map, "a mapping without a name, a title or a label", only_whole);
    return 0;
}

/* A list in a list. `[[Lima, Ana]]` is one too: it may be a link to one page, or two names. */
static int each_inner(const struct values_reader *reader, const struct yaml *list)
{
    const struct yaml *inner = inside_brackets(list);
    int err = 0;
    if (yaml_is_empty(list))
        return 0;
    report(reader, list, "a list in a list", "its values are taken one by one");
    for (const struct yaml *item = (inner ? inner : list)->first; item && !err; item = item->next) {
        if (yaml_is_scalar(item))
            err = each_text(reader, item);
        else if (!yaml_is_empty(item))
            report(reader, item, "a list or a mapping that stands too deep for a value",
                   only_whole);
    }
    return err;
}

static int each_item(const struct values_reader *reader, const struct yaml *item)
{
    if (yaml_is_scalar(item))
        return each_text(reader, item);
    const struct yaml *inside = inside_link(item);
    if (inside)
        return add_page(reader, inside);
    if (reader->skips_data)
        return 0;
    return item->kind == YAML_MAP ? each_mapping(reader, item) : each_inner(reader, item);
}

int values_each(const struct yaml *value, const struct values_reader *reader)
{
    struct values_reader of_key = *reader;
    int err = 0;
    if (!value)
        return 0;
    if (values_are_tags(value))
        return each_tag(reader, value);
    of_key.are_tags = is_of_tags(value->key);
    if (value->kind != YAML_LIST || inside_link(value))
        return each_item(&of_key, value);
    for (const struct yaml *item = value->first; item && !err; item = item->next)
        err = each_item(&of_key, item);
    return err;
}

bool values_single(const struct yaml *value, struct slice *text)
{
    const struct yaml *inside = inside_link(value);
    struct slice rest;
    *text = (struct slice){0};
    if (value->kind == YAML_NULL)
        return true;
    if (inside) {
        *text = page_of(inside->text);
    } else if (yaml_is_scalar(value)) {
        rest = *text = utf8_trim(value->text);
        if (count_links(rest) == 1)
            take_link(&rest, text);
    }
    return inside || yaml_is_scalar(value);
}
