#include "transcript/facts.h"

#include <errno.h>

#include "base/filename.h"
#include "base/utf8.h"

enum { MOST_CITED = 60 /* bytes of a value, in a message */ };

struct reading {
    struct arena *arena;
    struct diags *diags;
    const struct limits *limits;
    struct fact *last;
    struct head *head;
    struct fact **facts;
};

/* Whether a value is longer than values may be, which is told. */
static bool is_too_long(const struct reading *r, const struct yaml *item, struct slice key,
                        const char *action)
{
    char text[LIMIT_TEXT];
    if (slice_trim(item->text).len <= r->limits->at[LIMIT_VALUE])
        return false;
    diags_add(r->diags, item->line, item->column, action, "%.*s: %s", (int)key.len, key.data,
              limit_message(r->limits, LIMIT_VALUE, text));
    return true;
}

static int add_fact(struct reading *r, struct slice view, const struct yaml *item, struct slice key)
{
    struct slice value = slice_trim(item->text);
    if (!yaml_is_scalar(item) || item->kind == YAML_NULL || value.len == 0 ||
        is_too_long(r, item, key, "it is in no view"))
        return 0;
    struct fact *fact = ARENA_NEW(r->arena, struct fact, 1);
    if (!fact)
        return -ENOMEM;
    *fact = (struct fact){.view = view, .value = value, .line = item->line, .column = item->column};
    *(r->last ? &r->last->next : r->facts) = fact;
    r->last = fact;
    return 0;
}

/* A list that was quoted by mistake: people: '[]' */
static bool says_nothing(struct slice text)
{
    return slice_equal(text, SLICE("[]")) || slice_equal(text, SLICE("null")) ||
           slice_equal(text, SLICE("{}"));
}

static int read_scalar(struct reading *r, const struct yaml *item, const struct view_rule *rule)
{
    struct slice value = slice_trim(item->text);
    if (rule->is_list && item->kind == YAML_STRING && value.len) {
        struct slice cited = utf8_cut(value, MOST_CITED);
        bool empty = says_nothing(value);
        diags_add(r->diags, item->line, item->column,
                  empty ? "it is read as an empty list" : "it is taken as one value",
                  "%.*s: a list is expected, and this is the string \"%.*s\"", (int)item->key.len,
                  item->key.data, (int)cited.len, cited.data);
        if (empty)
            return 0;
    }
    return add_fact(r, rule->view, item, item->key);
}

static int read_list(struct reading *r, const struct yaml *list, struct slice view)
{
    int err = 0;
    for (const struct yaml *item = list->first; item && !err; item = item->next)
        err = add_fact(r, view, item, list->key);
    return err;
}

static int view_of_key(struct arena *arena, struct slice key, struct slice *view)
{
    cleanup_buf struct buf name = {0};
    buf_add_text(&name, "by-");
    buf_add_slice(&name, key);
    cleanup_buf struct buf safe = {0};
    filename_of_value(&safe, buf_slice(&name));
    *view = arena_copy(arena, buf_slice(&safe));
    return name.failed || safe.failed || !view->data ? -ENOMEM : 0;
}

static void read_date(struct reading *r, const struct yaml *item)
{
    if (item->kind == YAML_NULL || (yaml_is_scalar(item) && slice_trim(item->text).len == 0))
        return;
    if (yaml_is_scalar(item) && date_read(item->text, &r->head->date))
        return;
    struct slice cited = utf8_cut(item->text, MOST_CITED);
    diags_add(r->diags, item->line, item->column, "the episode stands under no date",
              "date: \"%.*s\" is no date such as 2025-10-23 or 2025-10", (int)cited.len,
              cited.len ? cited.data : "");
}

static void read_title(struct reading *r, const struct yaml *item)
{
    static const char nothing[] = "the episode has no title";
    if (item->kind == YAML_NULL)
        return;
    if (!yaml_is_scalar(item))
        diags_add(r->diags, item->line, item->column, nothing, "title: %s in place of a text",
                  yaml_kind_name(item->kind));
    else if (!is_too_long(r, item, item->key, nothing))
        r->head->title = slice_trim(item->text);
}

static int read_key(struct reading *r, const struct config *config, const struct yaml *item)
{
    const struct view_rule *rule = config_view(config, item->key);
    struct slice view;

    if (slice_equal(item->key, SLICE("title"))) {
        read_title(r, item);
    }
    if (slice_equal(item->key, SLICE("date"))) {
        read_date(r, item);
        return 0;
    }
    if (rule && rule->view.len == 0)
        return 0;
    if (rule && item->kind == YAML_MAP)
        diags_add(r->diags, item->line, item->column, "it is in meta.json only",
                  "%.*s: a mapping in place of a value or a list", (int)item->key.len,
                  item->key.data);
    if (item->kind == YAML_MAP)
        return 0;
    if (rule)
        return item->kind == YAML_LIST ? read_list(r, item, rule->view)
                                       : read_scalar(r, item, rule);
    if (item->kind != YAML_LIST)
        return 0;
    int err = view_of_key(r->arena, item->key, &view);
    return err ? err : read_list(r, item, view);
}

int facts_read(struct arena *arena, const struct config *config, const struct limits *limits,
               const struct yaml *map, struct diags *diags, struct head *head, struct fact **facts)
{
    struct reading r = {
        .arena = arena, .diags = diags, .limits = limits, .head = head, .facts = facts};
    int err = 0;

    for (const struct yaml *item = map ? map->first : NULL; item && !err; item = item->next)
        err = read_key(&r, config, item);
    return err;
}
