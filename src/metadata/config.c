#include "metadata/config.h"

#include <errno.h>
#include <fnmatch.h>

#include "base/utf8.h"
#include "cues/source_form.h"
#include "speakers/label_names.h"
#include "values/key.h"

/* The keys that make views by default, and the names of the views; folded, as all keys here. A list
 * under any other key makes one too, by-<key>. */
static const struct {
    const char *key;
    const char *view;
    bool is_list;
} default_views[] = {
    {"tags", "by-tag", true},
    {"keywords", "by-tag", true},
    {"topics", "by-tag", true},
    {"subjects", "by-tag", true},
    {"people", "by-person", true},
    {"companies_orgs", "by-org", true},
    {"companies", "by-org", true},
    {"products_models", "by-product", true},
    {"media_books", "by-book", true},
    {"guest", "by-guest", false},
    {"guests", "by-guest", true},
    {"speaker", "by-speaker", false},
    {"speakers", "by-speaker", true},
    {"channel", "by-channel", false},
    {"voice", "by-speaker", false},
    {"series", "by-series", false},
    {"area", "by-area", false},
    {"category", "by-category", false},
    {"categories", "by-category", true},
    {"status", "by-status", false},
    {"project", "by-project", false},
    {"author", "by-author", false},
    {"authors", "by-author", true},
    {"date", "by-date", false},
    {"language", "by-language", false},
    {"lang", "by-language", false},
};

/* Free text and identifiers: no view even where a file has a list of them. */
static const char *const keys_without_view[] = {
    "title",   "summary", "description", "source",      "url",     "media",
    "insight", "layout",  "draft",       "cover_image", "aliases",
};

static const char *const default_excludes[] = {
    ".*", "README*", "LICENSE*", "CONTRIBUTING*", "_index*",
};

enum { MOST_PATTERN_COST = 8 * 1024 };

static int add_view(struct arena *arena, struct config *config, const struct view_rule *like)
{
    struct view_rule *rule = ARENA_NEW(arena, struct view_rule, 1);
    if (!rule)
        return -ENOMEM;
    *rule = *like;
    rule->next = config->views;
    config->views = rule;
    return 0;
}

/* Each name is compared with each pattern. */
static struct pattern_rule *new_pattern(struct arena *arena, struct slice pattern)
{
    struct pattern_rule *rule = ARENA_NEW(arena, struct pattern_rule, 1);
    if (!rule)
        return NULL;
    rule->pattern = arena_copy(arena, pattern);
    if (!rule->pattern.data)
        return NULL;
    rule->is_plain = !strpbrk(rule->pattern.data, "*?[\\");
    return rule;
}

static int add_exclude(struct arena *arena, struct config *config, struct slice pattern)
{
    bool is_negated = slice_starts(pattern, SLICE("!"));
    bool is_folder = slice_ends(pattern, SLICE("/"));
    pattern = slice_skip(pattern, is_negated);
    pattern.len -= is_folder;
    struct pattern_rule *rule = new_pattern(arena, pattern);
    if (!rule)
        return -ENOMEM;
    rule->is_negated = is_negated;
    rule->is_folder = is_folder;
    *(config->last_exclude ? &config->last_exclude->next : &config->excludes) = rule;
    config->last_exclude = rule;
    return 0;
}

/* Lists the keys that make views, those that count first before the others. */
static int list_view_keys(struct arena *arena, struct config *config)
{
    cleanup_buf struct buf keys = {0};
    for (const struct view_rule *rule = config->views; rule; rule = rule->next) {
        if (!rule->view.len)
            continue;
        buf_add_slice(&keys, rule->key);
        buf_add_byte(&keys, '\0');
        buf_add_slice(&keys, rule->view);
        buf_add_byte(&keys, '\0');
    }
    config->own.view_keys = arena_copy_buf(arena, &keys);
    return config->own.view_keys.data ? 0 : -ENOMEM;
}

int config_defaults(struct arena *arena, struct config *config)
{
    int err = 0;

    *config = (struct config){0};
    for (size_t i = 0; i < sizeof default_views / sizeof *default_views && !err; i++) {
        const struct view_rule rule = {.key = slice_of(default_views[i].key),
                                       .view = slice_of(default_views[i].view),
                                       .is_list = default_views[i].is_list};
        err = add_view(arena, config, &rule);
    }
    for (size_t i = 0; i < sizeof keys_without_view / sizeof *keys_without_view && !err; i++) {
        const struct view_rule rule = {.key = slice_of(keys_without_view[i])};
        err = add_view(arena, config, &rule);
    }
    for (size_t i = 0; i < sizeof default_excludes / sizeof *default_excludes && !err; i++)
        err = add_exclude(arena, config, slice_of(default_excludes[i]));
    return err ? err : list_view_keys(arena, config);
}

/* --- the file --------------------------------------------------------------------------------- */

static int mistake(struct diags *diags, const struct yaml *at, const char *what)
{
    diags_add(diags, at->line, at->column, "", "%s", what);
    return -EINVAL;
}

/* A view is a folder in the root: it must not hide another node there. */
static bool is_view_name(struct slice name)
{
    struct slice prefix = SLICE("by-");
    if (!slice_starts(name, prefix) || name.len == prefix.len || name.len > 100 ||
        slice_equal(name, SLICE("by-voice"))) /* of the voices, not of the front matter */
        return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c < 0x20 || c == 0x7F || c == '/')
            return false;
    }
    return true;
}

/* Folds a key; `arena` owns the result. data is NULL if memory runs out. */
static struct slice folded_key(struct arena *arena, struct slice key)
{
    cleanup_buf struct buf folded = {0};
    key_fold(&folded, key);
    return arena_copy_buf(arena, &folded);
}

static int read_view(struct arena *arena, const struct yaml *item, struct diags *diags,
                     struct config *config)
{
    struct view_rule rule = {
        .key = folded_key(arena, item->key), .line = item->line, .column = item->column};
    if (!rule.key.data)
        return -ENOMEM;
    if (item->kind == YAML_STRING && is_view_name(item->text))
        rule.view = item->text;
    else if (!(item->kind == YAML_BOOL && item->text.len == 5) && item->kind != YAML_NULL)
        return mistake(diags, item,
                       "views: a name that begins with \"by-\", or false, is expected here");
    const struct view_rule *before = config_view(config, rule.key);
    if (before && before->line && !slice_equal(before->view, rule.view))
        return mistake(
            diags, item,
            "views: another spelling of this key has another view, and they are one key");
    rule.is_list = before && before->is_list;
    return add_view(arena, config, &rule);
}

static int read_views(struct arena *arena, const struct yaml *views, struct diags *diags,
                      struct config *config)
{
    int result = 0;

    if (views->kind == YAML_NULL)
        return 0;
    if (views->kind != YAML_MAP)
        return mistake(diags, views, "views: a mapping of keys to view names is expected here");
    for (const struct yaml *item = views->first; item; item = item->next) {
        int err = read_view(arena, item, diags, config);
        if (err == -ENOMEM)
            return err;
        result = err ? err : result;
    }
    return result;
}

/*
 * A pattern of MOST_PATTERN_COST bytes, or many that have them together, take 4 ms for the longest
 * of names. So a bound of their number and their length; one that is the name itself costs little.
 */
static int count_pattern(struct diags *diags, const struct yaml *item,
                         const struct pattern_rule *rule, struct config *config)
{
    size_t before = config->pattern_cost;
    config->pattern_cost += rule->is_plain ? 1 : 1 + rule->pattern.len;
    if (config->pattern_cost <= MOST_PATTERN_COST)
        return 0;
    if (before <= MOST_PATTERN_COST)
        diags_add(diags, item->line, item->column, "",
                  "patterns of more than 8 KiB in all, where those without *, ? and [ count as one "
                  "byte each");
    return -EINVAL;
}

static int read_excludes(struct arena *arena, const struct yaml *list, struct diags *diags,
                         struct config *config)
{
    int result = 0;

    if (list->kind == YAML_NULL)
        return 0;
    if (list->kind != YAML_LIST)
        return mistake(diags, list, "exclude: a list of patterns is expected here");
    for (const struct yaml *item = list->first; item; item = item->next) {
        struct slice bare = item->text;
        if (slice_starts(bare, SLICE("!")))
            bare = slice_skip(bare, 1);
        if (!yaml_is_scalar(item) || item->kind == YAML_NULL || bare.len == 0 ||
            slice_equal(bare, SLICE("/"))) {
            result = mistake(diags, item,
                             "exclude: a pattern such as \"drafts/\" is expected here");
            continue;
        }
        int err = add_exclude(arena, config, item->text);
        if (!err)
            err = count_pattern(diags, item, config->last_exclude, config);
        if (err)
            return err;
    }
    return result;
}

static int read_original(const struct yaml *item, struct diags *diags, struct config *config)
{
    if (item->kind == YAML_NULL)
        return 0;
    if (item->kind != YAML_STRING || item->text.len == 0)
        return mistake(diags, item, "original: a language such as \"en\" is expected here");
    config->original = item->text;
    return 0;
}

/* Whether files of a form may match: none is named *.log. */
static bool names_a_form(struct slice pattern)
{
    const char *dot = memrchr(pattern.data, '.', pattern.len);
    return !dot || strpbrk(dot, "*?[/") || source_form_of(pattern) != SOURCE_NONE;
}

static int read_inputs(struct arena *arena, const struct yaml *list, struct diags *diags,
                       struct config *config)
{
    int result = 0;

    if (list->kind == YAML_NULL)
        return 0;
    if (list->kind != YAML_LIST)
        return mistake(diags, list, "inputs: a list of patterns is expected here");
    for (const struct yaml *item = list->first; item; item = item->next) {
        if (item->kind != YAML_STRING || !item->text.len || !names_a_form(item->text)) {
            result = mistake(diags, item,
                             "inputs: a pattern of *.txt or *.tsv files is expected here");
            continue;
        }
        struct pattern_rule *rule = new_pattern(arena, item->text);
        if (!rule)
            return -ENOMEM;
        rule->next = config->inputs;
        config->inputs = rule;
        if (count_pattern(diags, item, rule, config))
            return -EINVAL;
    }
    return result;
}

/* Dates have a shape of their own: no other key can stand in their view. */
static int check_date_view(struct diags *diags, const struct config *config)
{
    const struct view_rule *date = config_view(config, SLICE("date"));
    int result = 0;

    for (const struct view_rule *rule = config->views; rule && date; rule = rule->next) {
        if (!rule->line || date->view.len == 0 || !slice_equal(rule->view, date->view) ||
            slice_equal(rule->key, date->key))
            continue;
        diags_add(diags, rule->line, rule->column, "",
                  "views: this is the view of dates, for the key date only");
        result = -EINVAL;
    }
    return result;
}

/* --- names of one's own ----------------------------------------------------------------------- */

static bool is_name(const struct yaml *item)
{
    return yaml_is_scalar(item) && item->kind != YAML_NULL && utf8_trim(item->text).len &&
           !memchr(item->text.data, '\0', item->text.len);
}

static int read_voice(const struct yaml *item, struct diags *diags, struct buf *aliases)
{
    struct slice label = utf8_trim(item->key);
    if (!is_name(item) || !label.len || memchr(label.data, '\0', label.len))
        return mistake(diags, item,
                       "voices: a label and the name of who that is are expected here");
    if (label_is_machine(label)) {
        diags_add(
            diags, item->key_line, item->key_column, "",
            "voices: \"%.*s\" is somebody else in each recording; name it under voices in the "
            "front matter of its file",
            (int)label.len, label.data);
        return -EINVAL;
    }
    buf_add_slice(aliases, label);
    buf_add_byte(aliases, '\0');
    buf_add_slice(aliases, utf8_trim(item->text));
    buf_add_byte(aliases, '\0');
    return 0;
}

static int read_voices(struct arena *arena, const struct yaml *voices, struct diags *diags,
                       struct config *config)
{
    cleanup_buf struct buf aliases = {0};
    int result = 0;

    if (voices->kind == YAML_NULL)
        return 0;
    if (voices->kind != YAML_MAP)
        return mistake(diags, voices, "voices: a mapping of labels to names is expected here");
    for (const struct yaml *item = voices->first; item; item = item->next) {
        int err = read_voice(item, diags, &aliases);
        result = err ? err : result;
    }
    config->own.aliases = arena_copy_buf(arena, &aliases);
    return config->own.aliases.data ? result : -ENOMEM;
}

/* A key, or a list of them. */
static int read_keys(struct arena *arena, const struct yaml *value, struct diags *diags,
                     struct slice *keys)
{
    cleanup_buf struct buf folded = {0};
    bool is_list = value->kind == YAML_LIST;
    int result = 0;
    for (const struct yaml *item = is_list ? value->first : value; item;
         item = is_list ? item->next : NULL) {
        size_t before = folded.len;
        if (is_name(item))
            key_fold(&folded, item->text);
        if (folded.len == before && !folded.failed) {
            diags_add(diags, item->line, item->column, "",
                      "%.*s: a key of the front matter, or a list of them, is expected here",
                      (int)value->key.len, value->key.data);
            result = -EINVAL;
            continue;
        }
        buf_add_byte(&folded, '\0');
    }
    *keys = arena_copy_buf(arena, &folded);
    return keys->data ? result : -ENOMEM;
}

size_t own_key_place(struct slice keys, struct slice folded)
{
    size_t place = 0;
    for (; keys.len; place++) {
        struct slice key = slice_of(keys.data);
        if (slice_equal(key, folded))
            break;
        keys = slice_skip(keys, key.len + 1);
    }
    return place;
}

static int unknown_key(struct diags *diags, const struct yaml *item)
{
    diags_add(
        diags, item->key_line, item->key_column, "",
        "unknown key \"%.*s\"; views, exclude, inputs, voices, date, link and original are known",
        (int)item->key.len, item->key.data);
    return -EINVAL;
}

int config_read(struct arena *arena, struct slice text, const struct limits *limits,
                struct diags *diags, struct config *config)
{
    struct yaml *root;
    int err = yaml_read(arena, text, 1, limits, diags, &root);

    if (err || !root || root->kind == YAML_NULL)
        return err;
    if (root->kind != YAML_MAP)
        return mistake(diags, root,
                       "a mapping with keys such as views and exclude is expected here");

    cleanup_buf struct buf key = {0};
    int result = 0;
    for (const struct yaml *item = root->first; item && err != -ENOMEM; item = item->next) {
        key.len = 0;
        key_fold(&key, item->key);
        if (key.failed)
            err = -ENOMEM;
        else if (slice_equal(buf_slice(&key), SLICE("views")))
            err = read_views(arena, item, diags, config);
        else if (slice_equal(buf_slice(&key), SLICE("exclude")))
            err = read_excludes(arena, item, diags, config);
        else if (slice_equal(buf_slice(&key), SLICE("inputs")))
            err = read_inputs(arena, item, diags, config);
        else if (slice_equal(buf_slice(&key), SLICE("voices")))
            err = read_voices(arena, item, diags, config);
        else if (slice_equal(buf_slice(&key), SLICE("date")))
            err = read_keys(arena, item, diags, &config->own.date_keys);
        else if (slice_equal(buf_slice(&key), SLICE("link")))
            err = read_keys(arena, item, diags, &config->own.link_keys);
        else if (slice_equal(buf_slice(&key), SLICE("original")))
            err = read_original(item, diags, config);
        else
            err = unknown_key(diags, item);
        if (err)
            result = err;
    }
    if (!result)
        result = check_date_view(diags, config);
    return result ? result : list_view_keys(arena, config);
}

/* --- asking -------------------------------------------------------------------------------------
 */

const struct view_rule *config_view(const struct config *config, struct slice folded)
{
    for (const struct view_rule *rule = config->views; rule; rule = rule->next) {
        if (slice_equal(rule->key, folded))
            return rule;
    }
    return NULL;
}

static bool rule_matches(const struct pattern_rule *rule, const char *path, bool is_folder)
{
    const char *pattern = rule->pattern.data;
    const char *name = strrchr(path, '/');
    int flags = 0;

    if (rule->is_folder && !is_folder)
        return false;
    if (strchr(pattern, '/'))
        flags = FNM_PATHNAME;
    else if (name)
        path = name + 1;
    pattern += pattern[0] == '/';
    return rule->is_plain ? strcmp(pattern, path) == 0 : fnmatch(pattern, path, flags) == 0;
}

bool config_excludes(const struct config *config, const char *path, bool is_folder)
{
    bool excluded = false;
    for (const struct pattern_rule *rule = config->excludes; rule; rule = rule->next) {
        if (rule_matches(rule, path, is_folder))
            excluded = !rule->is_negated;
    }
    return excluded;
}

bool config_takes(const struct config *config, const char *path)
{
    enum source_form form = source_form_of(slice_of(path));
    const struct pattern_rule *rule = config->inputs;
    if (config->forms)
        return config->forms & source_form_bit(form);
    while (rule && !rule_matches(rule, path, false))
        rule = rule->next;
    return form != SOURCE_NONE && (source_form_is_default(form) || rule);
}
