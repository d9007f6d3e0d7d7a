#include "values/yaml.h"

#include <errno.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "values/placeholder.h"

struct reader {
    struct arena *arena;
    struct diags *diags;
    const struct limits *limits;
    yaml_parser_t parser;
    uint32_t first_line, last_line;
    struct slice text; /* what libyaml reads */
    struct placeholders placeholders;
    struct char_diags char_diags;
    struct yaml *open[LIMIT_MOST_YAML_DEPTH]; /* the lists and maps around the place */
    unsigned depth;
    struct slice key; /* of the map on top, when has_key */
    uint32_t key_line, key_column;
    bool has_key;
    unsigned events;
    struct yaml *root;
    uint32_t bad_line, bad_column; /* where libyaml gave up … */
    const char *bad;               /* … and why; NULL: it did not */
};

enum { MOST_MISTAKES = 16 /* behind which a text is read on */ };

static const char *const kind_names[] = {
    [YAML_NULL] = "nothing",   [YAML_BOOL] = "true or false", [YAML_INT] = "a number",
    [YAML_FLOAT] = "a number", [YAML_STRING] = "a string",    [YAML_LIST] = "a list",
    [YAML_MAP] = "a mapping",
};

const char *yaml_kind_name(enum yaml_kind kind)
{
    return kind_names[kind];
}

bool yaml_is_empty(const struct yaml *value)
{
    if (yaml_is_scalar(value))
        return value->kind == YAML_NULL || value->text.len == 0;
    for (const struct yaml *item = value->first; item; item = item->next) {
        if (!yaml_is_empty(item))
            return false;
    }
    return true;
}

/* --- the type of a plain scalar: YAML 1.2, section 10.3.2 ------------------------------------- */

static bool is_one_of(struct slice text, const char *words)
{
    struct slice rest = slice_of(words), word;

    while (slice_take(&rest, ' ', &word)) {
        if (slice_equal(text, word))
            return true;
    }
    return false;
}

static enum yaml_kind number_kind(struct slice text)
{
    if (text.len && (text.data[0] == '-' || text.data[0] == '+'))
        text = slice_skip(text, 1);

    size_t whole = slice_digits(text);
    /* 007 is a name that somebody gave, not the number seven. */
    if (whole > 1 && text.data[0] == '0')
        return YAML_STRING;
    text = slice_skip(text, whole);
    if (whole && text.len == 0)
        return whole <= 18 ? YAML_INT : YAML_STRING;

    size_t fraction = 0;
    if (text.len && text.data[0] == '.') {
        text = slice_skip(text, 1);
        fraction = slice_digits(text);
        text = slice_skip(text, fraction);
    }
    if (whole + fraction == 0)
        return YAML_STRING;
    if (text.len && (text.data[0] == 'e' || text.data[0] == 'E')) {
        text = slice_skip(text, 1);
        if (text.len && (text.data[0] == '-' || text.data[0] == '+'))
            text = slice_skip(text, 1);
        size_t exponent = slice_digits(text);
        if (exponent == 0 || exponent > 3)
            return YAML_STRING;
        text = slice_skip(text, exponent);
    }
    return text.len == 0 ? YAML_FLOAT : YAML_STRING;
}

enum yaml_kind yaml_plain_kind(struct slice text)
{
    if (text.len == 0 || is_one_of(text, "~ null Null NULL"))
        return YAML_NULL;
    if (is_one_of(text, "true True TRUE false False FALSE"))
        return YAML_BOOL;
    return number_kind(text);
}

/* --- building the tree ------------------------------------------------------------------------ */

/* libyaml puts the end of a text without a line end on a line of its own. */
static uint32_t line_of(const struct reader *r, const yaml_mark_t *mark)
{
    uint32_t line = r->first_line + (uint32_t)mark->line;
    return line < r->last_line ? line : r->last_line;
}

static struct yaml *new_value(struct reader *r, enum yaml_kind kind, const yaml_mark_t *mark)
{
    struct yaml *value = ARENA_NEW(r->arena, struct yaml, 1);
    if (value) {
        value->kind = kind;
        value->line = line_of(r, mark);
        value->column = (uint32_t)mark->column + 1;
    }
    return value;
}

/* A key that stands twice: the later one counts, as most readers of YAML have it. */
static void drop_repeated(struct yaml *map, const struct yaml *value, struct diags *diags)
{
    struct yaml *before = NULL;
    for (struct yaml *item = map->first; item; before = item, item = item->next) {
        if (!slice_equal(item->key, value->key))
            continue;
        diags_add(diags, value->key_line, value->key_column, "the later one counts",
                  "key \"%.*s\" stands twice, first on line %u", (int)value->key.len,
                  value->key.data, (unsigned)item->line);
        *(before ? &before->next : &map->first) = item->next;
        if (map->last == item)
            map->last = before;
        map->count--;
        return;
    }
}

void yaml_append(struct yaml *parent, struct yaml *value, struct diags *diags)
{
    if (parent->kind == YAML_MAP)
        drop_repeated(parent, value, diags);
    *(parent->last ? &parent->last->next : &parent->first) = value;
    parent->last = value;
    parent->count++;
}

struct yaml *yaml_of_text(struct arena *arena, const char *key, struct slice text)
{
    struct yaml *map = ARENA_NEW(arena, struct yaml, 2);
    if (!map)
        return NULL;
    struct yaml *value = map + 1;
    *value = (struct yaml){
        .kind = YAML_STRING, .line = 1, .key_line = 1, .text = text, .key = slice_of(key)};
    *map = (struct yaml){.kind = YAML_MAP, .line = 1, .first = value, .last = value, .count = 1};
    return map;
}

/* Removes the last value of a list or map that is not empty. */
static void drop_last(struct yaml *parent)
{
    struct yaml *before = NULL;
    for (struct yaml *item = parent->first; item != parent->last; item = item->next)
        before = item;
    *(before ? &before->next : &parent->first) = NULL;
    parent->last = before;
    parent->count--;
}

static void append(struct reader *r, struct yaml *value)
{
    if (r->depth == 0) {
        r->root = value;
        return;
    }
    struct yaml *parent = r->open[r->depth - 1];
    if (parent->kind == YAML_MAP) {
        value->key = r->key;
        value->key_line = r->key_line;
        value->key_column = r->key_column;
        r->has_key = false;
    }
    yaml_append(parent, value, r->diags);
}

static bool wants_key(const struct reader *r)
{
    return r->depth && r->open[r->depth - 1]->kind == YAML_MAP && !r->has_key;
}

static int refuse(struct reader *r, const yaml_mark_t *mark, const char *what)
{
    diags_add(r->diags, line_of(r, mark), (uint32_t)mark->column + 1,
              "the keys before this place are kept", "%s", what);
    return -EINVAL;
}

static int refuse_more(struct reader *r, const yaml_mark_t *mark, enum limit limit)
{
    char text[LIMIT_TEXT];
    return refuse(r, mark, limit_message(r->limits, limit, text));
}

/* What was written, in the arena; data is NULL without memory. */
static struct slice text_of(struct reader *r, const yaml_event_t *event)
{
    struct slice value = {(const char *)event->data.scalar.value, event->data.scalar.length};
    cleanup_buf struct buf text = {0};
    if (!r->placeholders.count)
        return arena_copy(r->arena, value);
    placeholders_restore(&r->placeholders, value, event->start_mark.index, event->end_mark.index,
                         event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE,
                         &r->char_diags, &text);
    return arena_copy_buf(r->arena, &text);
}

static int on_scalar(struct reader *r, const yaml_event_t *event)
{
    struct slice text = text_of(r, event);
    if (!text.data)
        return -ENOMEM;
    if (wants_key(r)) {
        if (text.len > YAML_MAX_KEY)
            return refuse(r, &event->start_mark, "a key of more than 255 bytes");
        if (r->open[r->depth - 1]->count == r->limits->at[LIMIT_YAML_KEYS])
            return refuse_more(r, &event->start_mark, LIMIT_YAML_KEYS);
        r->key = text;
        r->key_column = (uint32_t)event->start_mark.column + 1;
        r->key_line = line_of(r, &event->start_mark);
        r->has_key = true;
        return 0;
    }
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag;
    struct yaml *value = new_value(r, plain ? yaml_plain_kind(text) : YAML_STRING,
                                   &event->start_mark);
    if (!value)
        return -ENOMEM;
    value->text = text;
    append(r, value);
    return 0;
}

static int on_alias(struct reader *r, const yaml_event_t *event)
{
    if (wants_key(r))
        return refuse(r, &event->start_mark, "an alias as a key");
    diags_add(r->diags, line_of(r, &event->start_mark), (uint32_t)event->start_mark.column + 1,
              "nothing is put in its place", "YAML alias \"*%s\"",
              (const char *)event->data.alias.anchor);
    struct yaml *value = new_value(r, YAML_NULL, &event->start_mark);
    if (!value)
        return -ENOMEM;
    append(r, value);
    return 0;
}

static int on_open(struct reader *r, enum yaml_kind kind, const yaml_mark_t *mark)
{
    if (wants_key(r))
        return refuse(r, mark, "a list or mapping as a key");
    if (r->depth == r->limits->at[LIMIT_YAML_DEPTH])
        return refuse_more(r, mark, LIMIT_YAML_DEPTH);
    struct yaml *value = new_value(r, kind, mark);
    if (!value)
        return -ENOMEM;
    append(r, value);
    r->open[r->depth++] = value;
    return 0;
}

static int on_event(struct reader *r, const yaml_event_t *event)
{
    if (++r->events > r->limits->at[LIMIT_YAML_EVENTS])
        return refuse_more(r, &event->start_mark, LIMIT_YAML_EVENTS);
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(r, event);
    case YAML_ALIAS_EVENT:
        return on_alias(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(r, YAML_LIST, &event->start_mark);
    case YAML_MAPPING_START_EVENT:
        return on_open(r, YAML_MAP, &event->start_mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return 0;
    default:
        return 0;
    }
}

/* libyaml's words for the commonest mistakes are about its grammar; these are about the file. */
static const char *explain(const yaml_parser_t *parser, struct slice line)
{
    const char *problem = parser->problem ? parser->problem : "not YAML";
    if (memchr(line.data, '\t', line.len) && strstr(problem, "any token"))
        return "a tab where YAML wants spaces";
    if (strstr(problem, "unexpected end of stream"))
        return "a quote that is opened and never closed";
    if (strstr(problem, "mapping values are not allowed"))
        return "\": \" inside a value: put the value in quotes";
    if (strstr(problem, "could not find expected ':'") ||
        strstr(problem, "did not find expected key"))
        return "the indentation or a missing \":\" breaks the mapping here";
    return problem;
}

static uint32_t count_newlines(struct slice text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}

static struct slice nth_line(struct slice text, size_t n)
{
    struct slice line = {"", 0};
    for (size_t i = 0; i <= n && slice_take(&text, '\n', &line); i++)
        ;
    return line;
}

static int syntax_error(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return -ENOMEM;

    /* What is never closed is wrong where it opens, not where the text ends. */
    bool is_open = p->problem && strstr(p->problem, "unexpected end of stream");
    const yaml_mark_t *mark = is_open && p->context ? &p->context_mark : &p->problem_mark;
    r->bad_line = line_of(r, mark);
    r->bad_column = (uint32_t)mark->column + 1;
    r->bad = explain(p, nth_line(r->text, r->bad_line - r->first_line));
    return -EINVAL;
}

static int read_events(struct reader *r)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event))
            return syntax_error(r);
        yaml_event_type_t type = event.type;
        int err = on_event(r, &event);
        yaml_event_delete(&event);
        if (err)
            return err;
        if (type == YAML_DOCUMENT_END_EVENT || type == YAML_STREAM_END_EVENT)
            return 0;
    }
}

/* After a mistake the last value may lack a part, or be a part of what was meant (`title: One:
 * two`): its key goes, unless a later one was read already. */
static void keep_complete_keys(struct reader *r)
{
    struct yaml *map = r->root;
    if (!map || map->kind != YAML_MAP) {
        r->root = NULL;
        return;
    }
    bool is_syntax = r->parser.error != YAML_NO_ERROR;
    if (!map->last || (r->depth == 1 && (r->has_key || !is_syntax)))
        return;
    drop_last(map);
}

/* Gives libyaml a text that it takes. */
static int set_text(struct reader *r, struct slice text, struct buf *taken)
{
    bool is_broken = diags_add_broken_utf8(r->diags, text, r->first_line);
    if (is_broken || placeholders_needed(text)) {
        if (placeholders_insert(&r->placeholders, text, r->first_line, &r->char_diags, taken))
            return -ENOMEM;
        text = buf_slice(taken);
    }
    r->text = text;
    r->last_line = r->first_line + count_newlines(text);
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    /* It ends the process where there are no bytes, as when all of them are left out. */
    const char *bytes = text.len ? text.data : "";
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)bytes, text.len);
    return 0;
}

/* --- behind a mistake ------------------------------------------------------------------------- */

/* The key of a line that is `key: value` and begins a value of the outermost map; its length 0 if
 * it is none. Then *value is what stands behind the colon. */
static struct slice outer_key(struct slice line, struct slice *value)
{
    const char *colon = line.len ? memchr(line.data, ':', line.len) : NULL;
    size_t len = colon ? (size_t)(colon - line.data) : 0;
    bool has_end = len + 1 >= line.len || byte_is_space(line.data[len + 1]);
    if (!len || len > YAML_MAX_KEY || !has_end ||
        memchr(" \t\r#-?[]{}&*!|>%@`,\"'", line.data[0], 21))
        return (struct slice){0};
    *value = slice_trim(slice_skip(line, len + 1));
    return slice_trim(slice_head(line, len));
}

/* What a mistake spoils: a value of the outermost map. */
struct spoilt {
    struct slice key, value; /* in the text; no key: not known */
    bool is_line;            /* it stands on one line … */
    uint32_t line;
    struct slice behind; /* … and the next key, with what follows, here; empty: there is none */
    uint32_t behind_line;
};

static struct spoilt find_spoilt(const struct reader *r)
{
    struct spoilt spoilt = {.line = r->first_line};
    struct slice rest = r->text, line, value;
    for (uint32_t number = r->first_line; rest.data; number++) {
        struct slice here = rest;
        slice_take(&rest, '\n', &line);
        struct slice key = outer_key(line, &value);
        if (number > r->bad_line && key.len) {
            spoilt.behind = here;
            spoilt.behind_line = number;
            break;
        }
        if (key.len)
            spoilt = (struct spoilt){key, value, true, number, {0}, 0};
        else
            spoilt.is_line &= !slice_trim(line).len || line.data[0] == '#';
    }
    return spoilt;
}

/* Takes the value of a line as it was written. 1; 0 if it is none, or more than text; -ENOMEM. */
static int keep_as_text(struct reader *r, const struct spoilt *spoilt)
{
    struct slice text = spoilt->value;
    bool has_quotes = text.len > 1 && memchr("\"'", text.data[0], 2) &&
                      text.data[text.len - 1] == text.data[0];
    if (!spoilt->is_line || !text.len || memchr("[{|>&*!", text.data[0], 7))
        return 0;
    if (has_quotes)
        text = (struct slice){text.data + 1, text.len - 2};
    struct slice kept = arena_copy(r->arena, text), key = arena_copy(r->arena, spoilt->key);
    struct yaml *map = kept.data && key.data ? yaml_of_text(r->arena, "", kept) : NULL;
    if (!map)
        return -ENOMEM;
    struct yaml *value = map->first;
    value->kind = has_quotes ? YAML_STRING : yaml_plain_kind(kept);
    value->key = key;
    value->line = value->key_line = spoilt->line;
    value->column = value->key_column = 1;
    if (!r->root) {
        map->line = spoilt->line;
        map->column = 1;
        r->root = map;
        return 1;
    }
    if (r->root->count == r->limits->at[LIMIT_YAML_KEYS])
        return 0;
    if (r->root->last && slice_equal(r->root->last->key, key))
        drop_last(r->root);
    value->next = NULL;
    yaml_append(r->root, value, r->diags);
    return 1;
}

/* Reads the keys behind the value that a mistake spoils, and appends them. 0, -EINVAL at the next
 * mistake, or -ENOMEM. */
static int read_on(struct reader *r, const struct spoilt *spoilt)
{
    struct yaml *before = r->root;
    yaml_parser_delete(&r->parser);
    if (!yaml_parser_initialize(&r->parser)) {
        memset(&r->parser, 0, sizeof r->parser);
        return -ENOMEM;
    }
    r->text = spoilt->behind;
    r->first_line = spoilt->behind_line;
    r->root = NULL;
    r->depth = 0;
    r->has_key = false;
    r->bad = NULL;
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text.data, r->text.len);
    int err = read_events(r);
    if (err == -EINVAL)
        keep_complete_keys(r);
    struct yaml *behind = r->root;
    r->root = before ? before : behind;
    if (!before || !behind || behind->kind != YAML_MAP)
        return err;
    for (struct yaml *item = behind->first, *next; item; item = next) {
        next = item->next;
        item->next = NULL;
        if (before->count == r->limits->at[LIMIT_YAML_KEYS]) {
            char text[LIMIT_TEXT];
            diags_add(r->diags, item->key_line, item->key_column,
                      "the keys before this place are kept", "%s",
                      limit_message(r->limits, LIMIT_YAML_KEYS, text));
            r->bad = NULL;
            return -EINVAL;
        }
        yaml_append(before, item, r->diags);
    }
    return err;
}

/* Reports a mistake, and reads on behind it, if that may be. 0, -EINVAL at the next mistake or
 * where there is nothing more to read, or -ENOMEM. */
static int recover(struct reader *r, bool may_read_on)
{
    const char *done = "the keys before this place are kept", *bad = r->bad;
    struct spoilt spoilt = {0};
    int is_kept = 0;
    r->bad = NULL;
    if (may_read_on && !r->placeholders.count && (!r->root || r->root->kind == YAML_MAP)) {
        spoilt = find_spoilt(r);
        is_kept = keep_as_text(r, &spoilt);
    }
    if (is_kept < 0)
        return is_kept;
    if (is_kept)
        done = "the line is taken as text, and the other keys are kept";
    else if (spoilt.behind.len)
        done = "the keys before and behind it are kept";
    diags_add(r->diags, r->bad_line, r->bad_column, done, "%s", bad);
    return spoilt.behind.len ? read_on(r, &spoilt) : -EINVAL;
}

int yaml_read(struct arena *arena, struct slice text, uint32_t first_line,
              const struct limits *limits, struct diags *diags, struct yaml **root)
{
    struct reader r = {.arena = arena,
                       .limits = limits,
                       .diags = diags,
                       .first_line = first_line,
                       .char_diags = {.diags = diags}};
    cleanup_buf struct buf taken = {0};

    *root = NULL;
    if (!yaml_parser_initialize(&r.parser))
        return -ENOMEM;
    int err = set_text(&r, text, &taken);
    if (!err)
        err = read_events(&r);
    if (err == -EINVAL)
        keep_complete_keys(&r);
    bool is_wrong = err == -EINVAL;
    for (int i = 0; err == -EINVAL && r.bad; i++)
        err = recover(&r, i < MOST_MISTAKES);
    if (!err && is_wrong)
        err = -EINVAL;
    yaml_parser_delete(&r.parser);
    placeholders_free(&r.placeholders);
    if (err != -ENOMEM)
        *root = r.root;
    return err;
}
