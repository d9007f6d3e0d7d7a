#include "values/toml.h"

#include <errno.h>

#include "base/utf8.h"
#include "values/char_diag.h"
#include "values/code.h"

struct reader {
    struct arena *arena;
    struct diags *diags;
    struct char_diags char_diags;
    const struct limits *limits;
    struct slice text, rest; /* all of it, and from the place on */
    uint32_t first_line;
    const char *seen;       /* the place that was asked for last */
    const char *line_start; /* of its line, and that line's number */
    uint32_t line;
    unsigned depth;
    uint64_t events;
    struct yaml *root;
    struct yaml *table; /* where keys go; outside of `root` where that table is lost */
    bool in_head;       /* of a table */
};

/* --- places and mistakes ---------------------------------------------------------------------- */

struct place {
    uint32_t line, column;
};

static struct place origin_of(struct reader *r, const char *at)
{
    const char *end;
    if (at < r->line_start) {
        r->line = r->first_line;
        r->seen = r->line_start = r->text.data;
    }
    while (at > r->seen && (end = memchr(r->seen, '\n', (size_t)(at - r->seen)))) {
        r->line++;
        r->seen = r->line_start = end + 1;
    }
    r->seen = at;
    return (struct place){r->line, (uint32_t)(at - r->line_start) + 1};
}

static struct place here(struct reader *r)
{
    return origin_of(r, r->rest.data);
}

static int mistake(struct reader *r, struct place at, const char *what)
{
    diags_add(r->diags, at.line, at.column,
              r->in_head ? "the keys of this table are in the source alone"
                         : "this key is in the source alone",
              "%s", what);
    return -EINVAL;
}

static int refuse(struct reader *r, struct place at, enum limit limit)
{
    char text[LIMIT_TEXT];
    diags_add(r->diags, at.line, at.column, "the keys before this place are kept", "%s",
              limit_message(r->limits, limit, text));
    return -E2BIG;
}

/* --- the characters of it --------------------------------------------------------------------- */

static char peek(const struct reader *r)
{
    return (char)(r->rest.len ? r->rest.data[0] : '\0');
}

static void skip(struct reader *r, size_t len)
{
    r->rest = slice_skip(r->rest, len);
}

static bool take(struct reader *r, struct slice bytes)
{
    bool is_there = slice_starts(r->rest, bytes);
    if (is_there)
        skip(r, bytes.len);
    return is_there;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct reader *r)
{
    while (r->rest.len && is_blank(peek(r)))
        skip(r, 1);
}

/* To the end of the line, which stays. */
static void skip_to_end(struct reader *r)
{
    const char *end = r->rest.len ? memchr(r->rest.data, '\n', r->rest.len) : NULL;
    skip(r, end ? (size_t)(end - r->rest.data) : r->rest.len);
}

/* What may stand between the items of an array. */
static void skip_between(struct reader *r)
{
    while (r->rest.len && (byte_is_space(peek(r)) || peek(r) == '#')) {
        if (peek(r) == '#')
            skip_to_end(r);
        else
            skip(r, 1);
    }
}

/* Takes the end of a line, with a comment before it. False where something else stands there. */
static bool take_end(struct reader *r)
{
    skip_blanks(r);
    if (peek(r) == '#')
        skip_to_end(r);
    return r->rest.len == 0 || take(r, SLICE("\n")) || take(r, SLICE("\r\n"));
}

/* --- strings ---------------------------------------------------------------------------------- */

struct quotes {
    struct slice mark;
    bool has_escapes, has_lines;
};

static const struct quotes quotes[] = {
    {{"\"\"\"", 3}, true, true},
    {{"'''", 3}, false, true},
    {{"\"", 1}, true, false},
    {{"'", 1}, false, false},
};

static const struct quotes *quotes_at(struct slice text)
{
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        if (slice_starts(text, quotes[i].mark))
            return &quotes[i];
    }
    return NULL;
}

static void add_code(struct buf *out, uint32_t code)
{
    char bytes[CODE_BYTES];
    buf_add(out, bytes, code_put(bytes, code));
}

/* An escape by number, behind its backslash; false where it is none. */
static bool read_number_escape(struct reader *r, struct place at, struct buf *out)
{
    uint32_t code, low;
    size_t len = escape_read_number(r->rest, &code), more = 0;
    if (len == 0)
        return false;
    skip(r, len);
    struct slice behind = r->rest;
    if (code_is_high(code) && slice_starts(behind, SLICE("\\")))
        more = escape_read_number(slice_skip(behind, 1), &low);
    if (more && code_is_low(low)) {
        skip(r, more + 1);
        code = code_of_pair(code, low);
        char_diags_add(&r->char_diags, CHAR_SURROGATE_PAIR, at.line, at.column, code);
    } else if (code > CODE_MOST || code_is_high(code) || code_is_low(code)) {
        char_diags_add(&r->char_diags, code > CODE_MOST ? CHAR_OUT_OF_RANGE : CHAR_LONE_SURROGATE,
                       at.line, at.column, code);
        code = CODE_REPLACEMENT;
    }
    add_code(out, code);
    return true;
}

/* Whether a line ends here, blanks not counted. */
static bool ends_line(struct slice text)
{
    while (text.len && is_blank(text.data[0]))
        text = slice_skip(text, 1);
    return slice_starts(text, SLICE("\n")) || slice_starts(text, SLICE("\r\n"));
}

static void read_escape(struct reader *r, const struct quotes *q, struct buf *out)
{
    static const char letters[] = "btnfre\"\\", meant[] = "\b\t\n\f\r\033\"\\";
    struct place at = here(r);
    size_t len;
    skip(r, 1);
    if (q->has_lines && ends_line(r->rest)) {
        while (r->rest.len && byte_is_space(peek(r)))
            skip(r, 1);
        return;
    }
    const char *letter = peek(r) ? strchr(letters, peek(r)) : NULL;
    if (letter) {
        buf_add_byte(out, meant[letter - letters]);
        skip(r, 1);
    } else if (!read_number_escape(r, at, out)) {
        buf_add_byte(out, '\\');
        char_diags_add(&r->char_diags, CHAR_BAD_ESCAPE, at.line, at.column,
                       r->rest.len ? (uint32_t)utf8_decode(r->rest, &len) : '\n');
    }
}

static void read_character(struct reader *r, struct buf *out)
{
    size_t len;
    uint32_t code = (uint32_t)utf8_decode(r->rest, &len);
    if (code_is_disallowed(code)) {
        struct place at = here(r);
        char_diags_add(&r->char_diags, CHAR_CONTROL, at.line, at.column, code);
    }
    buf_add_slice(out, slice_head(r->rest, len));
    skip(r, len);
}

/* Where a string of many lines ends, up to two quotes may stand before those that end it. */
static void read_close(struct reader *r, const struct quotes *q, struct buf *out)
{
    while (q->has_lines && r->rest.len > q->mark.len && r->rest.data[q->mark.len] == peek(r)) {
        buf_add_byte(out, peek(r));
        skip(r, 1);
    }
    skip(r, q->mark.len);
}

static int read_string(struct reader *r, const struct quotes *q, struct slice *text)
{
    struct place open = here(r);
    cleanup_buf struct buf out = {0};
    skip(r, q->mark.len);
    if (q->has_lines && !take(r, SLICE("\n")))
        take(r, SLICE("\r\n"));
    while (!slice_starts(r->rest, q->mark)) {
        bool is_end = slice_starts(r->rest, SLICE("\n")) || slice_starts(r->rest, SLICE("\r\n"));
        if (r->rest.len == 0 || (is_end && !q->has_lines))
            return mistake(r, open, "a quote that is opened and never closed");
        if (is_end)
            take(r, SLICE("\r"));
        if (q->has_escapes && peek(r) == '\\')
            read_escape(r, q, &out);
        else
            read_character(r, &out);
    }
    read_close(r, q, &out);
    *text = arena_copy_buf(r->arena, &out);
    return text->data ? 0 : -ENOMEM;
}

/* --- values without quotes -------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_all_of(struct slice text, const char *characters)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!text.data[i] || !strchr(characters, text.data[i]))
            return false;
    }
    return text.len > 0;
}

static bool has_digits(struct slice text, size_t count)
{
    if (text.len < count)
        return false;
    return is_all_of(slice_head(text, count), "0123456789");
}

static bool is_date(struct slice text)
{
    return has_digits(text, 4) && text.len >= 10 && text.data[4] == '-' && text.data[7] == '-';
}

static bool is_time(struct slice text)
{
    return has_digits(text, 2) && text.len >= 5 && text.data[2] == ':';
}

static size_t bare_length(struct slice text)
{
    size_t len = 0;
    while (len < text.len && !byte_is_space(text.data[len]) &&
           !memchr(",]}#\"'", text.data[len], 6))
        len++;
    /* A time may stand behind its date. */
    if (len == 10 && is_date(text) && len < text.len && text.data[len] == ' ' &&
        is_time(slice_skip(text, 11))) {
        len++;
        while (len < text.len && !byte_is_space(text.data[len]) &&
               !memchr(",]}#", text.data[len], 4))
            len++;
    }
    return len;
}

/* Numbers that JSON does not have: they are texts, as they were written. */
static bool is_other_number(struct slice text)
{
    if (slice_starts(text, SLICE("0x")))
        return is_all_of(slice_skip(text, 2), "0123456789abcdefABCDEF_");
    if (slice_starts(text, SLICE("0o")))
        return is_all_of(slice_skip(text, 2), "01234567_");
    if (slice_starts(text, SLICE("0b")))
        return is_all_of(slice_skip(text, 2), "01_");
    if (text.len && (text.data[0] == '+' || text.data[0] == '-'))
        text = slice_skip(text, 1);
    return slice_equal(text, SLICE("inf")) || slice_equal(text, SLICE("nan"));
}

/* A number without the underscores between its digits. */
static bool read_number(struct slice text, struct buf *out, enum yaml_kind *kind)
{
    for (size_t i = 0; i < text.len; i++) {
        bool is_between = i > 0 && i + 1 < text.len && is_digit(text.data[i - 1]) &&
                          is_digit(text.data[i + 1]);
        if (text.data[i] != '_')
            buf_add_byte(out, text.data[i]);
        else if (!is_between)
            return false;
    }
    *kind = yaml_plain_kind(buf_slice(out));
    /* Digits that are no number, such as 007, are a name. */
    return *kind == YAML_INT || *kind == YAML_FLOAT || is_all_of(buf_slice(out), "0123456789");
}

static int read_bare(struct reader *r, struct yaml *value)
{
    struct place at = here(r);
    struct slice text = slice_head(r->rest, bare_length(r->rest));
    cleanup_buf struct buf number = {0};
    value->kind = YAML_STRING;
    if (text.len == 0)
        return mistake(r, at, "a value is missing");
    if (slice_equal(text, SLICE("true")) || slice_equal(text, SLICE("false")))
        value->kind = YAML_BOOL;
    else if (is_date(text) || is_time(text))
        ;
    else if (read_number(text, &number, &value->kind))
        text = buf_slice(&number);
    else if (!is_other_number(text))
        return mistake(r, at, "a value that is no number, date, true or false: a text has quotes");
    else
        value->kind = YAML_STRING;
    skip(r, bare_length(r->rest));
    if (!number.failed)
        value->text = arena_copy(r->arena, text);
    return value->text.data ? 0 : -ENOMEM;
}

/* --- keys, arrays and tables ------------------------------------------------------------------ */

static bool is_key_byte(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || (c & 0x80);
}

static size_t key_length(struct slice text)
{
    size_t len = 0;
    while (len < text.len && is_key_byte(text.data[len]))
        len++;
    return len;
}

static int read_key(struct reader *r, struct slice *key)
{
    struct place at = here(r);
    const struct quotes *q = quotes_at(r->rest);
    size_t len = key_length(r->rest);
    if (q && !q->has_lines) {
        int err = read_string(r, q, key);
        if (err)
            return err;
    } else if (len == 0) {
        return mistake(r, at, "a key is missing");
    } else {
        *key = arena_copy(r->arena, slice_head(r->rest, len));
        skip(r, len);
    }
    if (!key->data)
        return -ENOMEM;
    if (key->len > YAML_MAX_KEY)
        return mistake(r, at, "a key of more than 255 bytes");
    skip_blanks(r);
    return peek(r) == '.' ? mistake(r, at, "a key of parts with dots between") : 0;
}

static struct yaml *new_value(struct reader *r, enum yaml_kind kind, struct place at)
{
    struct yaml *value = ARENA_NEW(r->arena, struct yaml, 1);
    if (value) {
        value->kind = kind;
        value->line = at.line;
        value->column = at.column;
    }
    return value;
}

static int read_value(struct reader *r, struct yaml **value);

/* Reads a key and its value into a map. */
static int read_pair(struct reader *r, struct yaml *map)
{
    struct place at = here(r);
    struct yaml *value = NULL;
    struct slice key = {0};
    int err = read_key(r, &key);
    if (err)
        return err;
    if (map->count == r->limits->at[LIMIT_YAML_KEYS])
        return refuse(r, at, LIMIT_YAML_KEYS);
    if (!take(r, SLICE("=")))
        return mistake(r, here(r), "a \"=\" is missing behind the key");
    err = read_value(r, &value);
    if (err)
        return err;
    value->key = key;
    value->key_line = at.line;
    value->key_column = at.column;
    /* Outside of arrays and the like the line has to end first. */
    if (r->depth == 0 && !take_end(r))
        return mistake(r, here(r), "something stands behind the value");
    yaml_append(map, value, r->diags);
    return 0;
}

static int read_item(struct reader *r, struct yaml *parent)
{
    struct yaml *value;
    if (parent->kind == YAML_MAP)
        return read_pair(r, parent);
    int err = read_value(r, &value);
    if (!err)
        yaml_append(parent, value, r->diags);
    return err;
}

/* Reads what stands in [] or {}. */
static int read_items(struct reader *r, struct yaml *parent)
{
    char close = parent->kind == YAML_MAP ? '}' : ']';
    struct place open = {parent->line, parent->column};
    skip(r, 1);
    for (skip_between(r); peek(r) != close; skip_between(r)) {
        if (r->rest.len == 0)
            return mistake(r, open, "a bracket that is opened and never closed");
        int err = read_item(r, parent);
        if (err)
            return err;
        skip_between(r);
        if (peek(r) != close && !take(r, SLICE(",")))
            return mistake(r, here(r), "a comma or the closing bracket is missing");
    }
    skip(r, 1);
    return 0;
}

static int read_value(struct reader *r, struct yaml **value)
{
    skip_blanks(r);
    struct place at = here(r);
    const struct quotes *q = quotes_at(r->rest);
    char first = peek(r);
    if (++r->events > r->limits->at[LIMIT_YAML_EVENTS])
        return refuse(r, at, LIMIT_YAML_EVENTS);
    enum yaml_kind kind = first == '[' ? YAML_LIST : first == '{' ? YAML_MAP : YAML_STRING;
    *value = new_value(r, kind, at);
    if (!*value)
        return -ENOMEM;
    if (kind == YAML_STRING)
        return q ? read_string(r, q, &(*value)->text) : read_bare(r, *value);
    /* The root is one of them too, and so is a table. */
    if (r->depth + 1 + (r->table != r->root) >= r->limits->at[LIMIT_YAML_DEPTH]) {
        char text[LIMIT_TEXT];
        return mistake(r, at, limit_message(r->limits, LIMIT_YAML_DEPTH, text));
    }
    r->depth++;
    int err = read_items(r, *value);
    r->depth--;
    return err;
}

/* Reads the head of a table, and has the keys that follow go there. */
static int read_head(struct reader *r)
{
    struct place at = here(r);
    struct slice key = {0};
    skip(r, 1);
    r->table = new_value(r, YAML_MAP, at);
    if (!r->table)
        return -ENOMEM;
    skip_blanks(r);
    if (peek(r) == '[')
        return mistake(r, at, "an array of tables");
    int err = read_key(r, &key);
    if (err)
        return err;
    if (!take(r, SLICE("]")) || !take_end(r))
        return mistake(r, here(r), "the head of a table is one name in brackets");
    if (r->root->count == r->limits->at[LIMIT_YAML_KEYS])
        return refuse(r, at, LIMIT_YAML_KEYS);
    r->table->key = key;
    r->table->key_line = at.line;
    r->table->key_column = at.column;
    yaml_append(r->root, r->table, r->diags);
    return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Whether a key with its value, or the head of a table, begins at the front of a text. */
static bool begins_item(struct slice text)
{
    bool is_head = slice_starts(text, SLICE("["));
    while (is_head && slice_starts(text, SLICE("[")))
        text = slice_skip(text, 1);
    const char *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
    struct slice line = slice_trim(end ? slice_head(text, (size_t)(end - text.data)) : text);
    size_t len = key_length(line);
    if (len == 0 && line.len && memchr("\"'", line.data[0], 2)) {
        const char *close = memchr(line.data + 1, line.data[0], line.len - 1);
        len = close ? (size_t)(close - line.data) + 1 : 0;
    }
    struct slice behind = slice_trim(slice_skip(line, len));
    return len && behind.len && memchr(is_head ? "]." : "=.", behind.data[0], 2);
}

bool toml_is_likely(struct slice text)
{
    struct reader r = {.rest = text};
    skip_between(&r);
    return r.rest.len == 0 || begins_item(r.rest);
}

/* Goes on behind a mistake: with the next line that begins a key or a table, which may be the one
 * where it was seen. What was opened and is never closed ends with its line. */
static void recover(struct reader *r, struct slice item)
{
    size_t len = (size_t)(r->rest.data - item.data);
    const char *end = r->rest.len ? memrchr(item.data, '\n', len) : NULL;
    r->rest = end ? slice_skip(item, (size_t)(end - item.data) + 1) : item;
    bool is_new = end && begins_item(r->rest);
    while (r->rest.len && !is_new) {
        skip_to_end(r);
        if (r->rest.len)
            skip(r, 1);
        is_new = begins_item(r->rest);
    }
}

static int read_all(struct reader *r)
{
    int err = 0;
    for (skip_between(r); r->rest.len && (!err || err == -EINVAL); skip_between(r)) {
        struct slice item = r->rest;
        r->in_head = peek(r) == '[';
        err = r->in_head ? read_head(r) : read_pair(r, r->table);
        if (err == -EINVAL)
            recover(r, item);
        r->depth = 0;
    }
    return err == -ENOMEM ? err : 0;
}

int toml_read(struct arena *arena, struct slice text, uint32_t first_line,
              const struct limits *limits, struct diags *diags, struct yaml **root)
{
    cleanup_buf struct buf repaired = {0};
    struct reader r = {.arena = arena,
                       .diags = diags,
                       .limits = limits,
                       .first_line = first_line,
                       .line = first_line,
                       .char_diags = {.diags = diags}};

    *root = NULL;
    if (diags_add_broken_utf8(diags, text, first_line)) {
        utf8_repair(&repaired, text);
        if (repaired.failed)
            return -ENOMEM;
        text = buf_slice(&repaired);
    }
    r.text = r.rest = text;
    r.seen = r.line_start = text.data;
    r.root = r.table = new_value(&r, YAML_MAP, (struct place){first_line, 1});
    if (!r.root)
        return -ENOMEM;
    int err = read_all(&r);
    if (!err)
        *root = r.root;
    return err;
}
