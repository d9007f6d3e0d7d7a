#include "metadata/facts.h"

#include <errno.h>

#include "base/filename.h"
#include "base/utf8.h"
#include "values/key.h"
#include "values/values.h"

enum { MOST_CITED = 60 /* bytes of a value, in a message */ };

struct reading {
    struct arena *arena;
    struct diags *diags;
    const struct limits *limits;
    struct fact *last;
    struct head *head;
    struct fact **facts;
    struct buf folded;        /* the key that is read, folded */
    const struct yaml *key;   /* the key as written, with its value */
    struct slice view;        /* where its values go */
    const struct yaml *title; /* the first valid one; NULL: none so far */
    const struct yaml *date;
    size_t date_place; /* of its key among those for dates */
};

/* --- problems --------------------------------------------------------------------------------- */

static void report(void *reading, const struct yaml *at, const char *problem, const char *action)
{
    const struct reading *r = reading;
    diags_add(r->diags, at->line, at->column, action, "%.*s: %s", (int)r->key->key.len,
              r->key->key.data, problem);
}

/* Whether a value exceeds the limit; reports it. */
static bool is_too_long(struct reading *r, const struct yaml *at, struct slice value,
                        const char *action)
{
    char text[LIMIT_TEXT];
    if (value.len <= r->limits->at[LIMIT_VALUE])
        return false;
    report(r, at, limit_message(r->limits, LIMIT_VALUE, text), action);
    return true;
}

/* Whether another spelling of the key came first; reports it. */
static bool is_repeated(struct reading *r, const struct yaml *first)
{
    cleanup_buf struct buf problem = {0};
    if (!first)
        return false;
    buf_printf(&problem, "it stands on line %u too, as %.*s", (unsigned)first->key_line,
               (int)first->key.len, first->key.data);
    r->diags->failed |= problem.failed;
    if (!problem.failed)
        report(r, r->key, problem.data, "the first one counts");
    return true;
}

/* --- values of views -------------------------------------------------------------------------- */

static int add_fact(void *reading, const struct yaml *at, struct slice value)
{
    struct reading *r = reading;
    if (is_too_long(r, at, value, "it is in no view"))
        return 0;
    struct fact *fact = ARENA_NEW(r->arena, struct fact, 1);
    if (!fact)
        return -ENOMEM;
    *fact = (struct fact){.view = r->view, .value = value, .line = at->line, .column = at->column};
    *(r->last ? &r->last->next : r->facts) = fact;
    r->last = fact;
    return 0;
}

/* A list that was quoted by mistake: people: '[]' */
static bool is_quoted_empty_list(struct slice text)
{
    return slice_equal(text, SLICE("[]")) || slice_equal(text, SLICE("null")) ||
           slice_equal(text, SLICE("{}"));
}

/* Reports a string in place of a list. False if it is an empty list in quotes. */
static bool check_list(const struct reading *r, const struct yaml *item)
{
    struct slice value = utf8_trim(item->text);
    if (item->kind != YAML_STRING || value.len == 0 || values_are_links(value))
        return true;
    struct slice cited = utf8_cut(value, MOST_CITED);
    bool empty = is_quoted_empty_list(value);
    diags_add(r->diags, item->line, item->column,
              empty                   ? "it is read as an empty list"
              : values_are_tags(item) ? "its tags are taken one by one"
                                      : "it is taken as one value",
              "%.*s: a list is expected, and this is the string \"%.*s\"", (int)item->key.len,
              item->key.data, (int)cited.len, cited.data);
    return !empty;
}

/* The view of a list under a key that no rule is for. By its fold, so that it depends on nothing
 * that other files say: Topics and topics are by-topics. */
static int view_of_key(struct reading *r)
{
    cleanup_buf struct buf name = {0};
    buf_add_text(&name, "by-");
    buf_add_slice(&name, buf_slice(&r->folded));
    cleanup_buf struct buf safe = {0};
    filename_of_value(&safe, buf_slice(&name));
    r->view = arena_copy(r->arena, buf_slice(&safe));
    return name.failed || safe.failed || !r->view.data ? -ENOMEM : 0;
}

static int read_values(struct reading *r, const struct yaml *item, const struct view_rule *rule)
{
    const struct values_reader reader = {
        .context = r, .add = add_fact, .report = report, .skips_data = !rule};
    if (rule && rule->is_list && !check_list(r, item))
        return 0;
    if (rule) {
        r->view = rule->view;
        return values_each(item, &reader);
    }
    if (item->kind != YAML_LIST || r->folded.len == 0)
        return 0;
    int err = view_of_key(r);
    return err ? err : values_each(item, &reader);
}

/* --- date and title --------------------------------------------------------------------------- */

static void report_no_date(const struct reading *r, const struct yaml *item)
{
    struct slice cited = utf8_cut(item->text, MOST_CITED);
    diags_add(r->diags, item->line, item->column, "the episode stands under no date",
              "%.*s: \"%.*s\" is no date such as 2025-10-23 or 2025-10", (int)item->key.len,
              item->key.data, (int)cited.len, cited.len ? cited.data : "");
}

/* Keys for dates of recording or publication, folded; the first with a date counts. */
static const char *const date_keys[] = {
    "date",         "recorded",  "recorded_at",  "recording_date", "date_recorded",
    "publish_date", "published", "published_at", "date_published", "publishdate",
    "pubdate",      "pub_date",  "released",     "release_date",   "air_date",
    "upload_date",  NULL,
};

bool facts_is_date(struct slice key)
{
    cleanup_buf struct buf folded = {0};
    key_fold(&folded, key);
    return date_keys[key_place(buf_slice(&folded), date_keys)];
}

/* The precedence of a key among those for dates, the configuration's first; *is_sure: the key has
 * no other use. */
static size_t find_date_key(const struct config *config, struct slice key, bool *is_sure)
{
    struct slice own = config->own.date_keys;
    size_t place = own_key_place(own, key), all = own_key_place(own, SLICE(""));
    size_t known = key_place(key, date_keys);
    *is_sure = place < all || known == 0;
    return place < all ? place : date_keys[known] ? all + known : SIZE_MAX;
}

static void read_date(struct reading *r, const struct yaml *item, size_t place, bool is_sure)
{
    struct slice text;
    struct date date;
    bool is_text = values_single(item, &text);
    if ((is_text && text.len == 0) || (!is_sure && item->kind == YAML_BOOL))
        return; /* `published: true` */
    if (!is_text || (!date_read(text, &date) && !date_find(text, &date))) {
        report_no_date(r, item);
    } else if (!r->date || place < r->date_place ||
               (place == r->date_place && !is_repeated(r, r->date))) {
        r->head->date = date;
        r->head->date_source = DATE_IN_FRONT;
        r->date = item;
        r->date_place = place;
    }
}

static void read_title(struct reading *r, const struct yaml *item)
{
    static const char nothing[] = "the episode has no title";
    struct slice text;
    if (!values_single(item, &text)) {
        diags_add(r->diags, item->line, item->column, nothing, "%.*s: %s in place of a text",
                  (int)item->key.len, item->key.data, yaml_kind_name(item->kind));
    } else if (text.len && !is_too_long(r, item, text, nothing) && !is_repeated(r, r->title)) {
        r->head->title = text;
        r->title = item;
    }
}

/* --- all of it -------------------------------------------------------------------------------- */

/* `[taxonomies]` and `[extra]`, in which Zola has the keys that others have outside. */
static bool has_keys_inside(const struct yaml *item)
{
    static const char *const names[] = {"taxonomies", "extra", NULL};
    return item->kind == YAML_MAP && slice_is_one_of(item->key, names);
}

static int read_key(struct reading *r, const struct config *config, const struct yaml *item)
{
    r->key = item;
    r->folded.len = 0;
    key_fold(&r->folded, item->key);
    if (r->folded.failed)
        return -ENOMEM;
    struct slice key = buf_slice(&r->folded);
    const struct view_rule *rule = config_view(config, key);
    if (slice_equal(key, SLICE("title")))
        read_title(r, item);
    bool is_sure;
    size_t place = find_date_key(config, key, &is_sure);
    if (place < SIZE_MAX && (is_sure || yaml_is_scalar(item))) {
        read_date(r, item, place, is_sure);
        return 0;
    }
    return rule && rule->view.len == 0 ? 0 : read_values(r, item, rule);
}

int facts_read(struct arena *arena, const struct config *config, const struct limits *limits,
               const struct yaml *map, struct diags *diags, struct head *head, struct fact **facts)
{
    struct reading r = {
        .arena = arena, .diags = diags, .limits = limits, .head = head, .facts = facts};
    int err = 0;

    for (const struct yaml *item = map ? map->first : NULL; item && !err; item = item->next) {
        const struct yaml *inside = has_keys_inside(item) ? item->first : NULL;
        err = read_key(&r, config, item);
        for (; inside && !err; inside = inside->next)
            err = read_key(&r, config, inside);
    }
    buf_free(&r.folded);
    return err;
}
