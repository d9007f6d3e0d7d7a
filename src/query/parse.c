#include "query/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "corpus/episode.h"
#include "query/canonical.h"
#include "values/key.h"

struct parser {
    struct arena *arena;
    struct slice text;
    size_t at;
    const struct query_keys *keys;
    struct query_mistake *mistake;
    uint32_t terms, depth;
    int err; /* the first one */
};

/* The text of a word or a value. */
struct token {
    struct slice raw; /* without quotes and without the star */
    size_t at;        /* where it begins */
    bool is_quoted, is_prefix;
};

static struct query_node *parse_any(struct parser *p);

/* --- mistakes --------------------------------------------------------------------------------- */

/* Returns NULL, so that a function that returns a node can return the call. */
__attribute__((format(printf, 3, 4))) static void *mistake(struct parser *p, size_t at,
                                                           const char *format, ...)
{
    char text[512];
    va_list args;
    if (p->err)
        return NULL;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    p->mistake->column = utf8_count(slice_head(p->text, at)) + 1;
    p->mistake->problem = arena_copy(p->arena, utf8_cut(slice_of(text), sizeof text - 2));
    p->err = p->mistake->problem.data ? -EINVAL : -ENOMEM;
    return NULL;
}

static struct query_node *new_node(struct parser *p, enum query_kind kind)
{
    struct query_node *node = p->err ? NULL : ARENA_NEW(p->arena, struct query_node, 1);
    if (!node && !p->err)
        p->err = -ENOMEM;
    if (node)
        node->kind = kind;
    return node;
}

static struct query_node *wrap(struct parser *p, enum query_kind kind, struct query_node *operand)
{
    struct query_node *node = operand ? new_node(p, kind) : NULL;
    if (node)
        node->first = operand;
    return node;
}

/* --- characters ------------------------------------------------------------------------------- */

static int32_t peek(const struct parser *p, size_t at, size_t *len)
{
    if (at >= p->text.len) {
        *len = 0;
        return 0;
    }
    return utf8_decode(slice_skip(p->text, at), len);
}

static bool is_space_at(const struct parser *p, size_t at)
{
    size_t len;
    return at < p->text.len && utf8_is_space(peek(p, at, &len));
}

static void skip_space(struct parser *p)
{
    size_t len;
    while (p->at < p->text.len && utf8_is_space(peek(p, p->at, &len)))
        p->at += len;
}

/* The characters that close a quotation which `open` begins; NULL: it begins none. */
static const int32_t *closing(int32_t open)
{
    static const int32_t pairs[][3] = {
        {'"', '"', '"'},
        {0x201C, 0x201D, 0x201D}, /* “…” */
        {0x201E, 0x201C, 0x201D}, /* „…“, „…” */
        {0xFF02, 0xFF02, 0xFF02}, /* ＂…＂ */
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (pairs[i][0] == open)
            return pairs[i] + 1;
    }
    return NULL;
}

/* A quotation mark of any side ends what is bare. */
static bool is_quote(int32_t code)
{
    return closing(code) || code == 0x201D;
}

static bool ends_token(const struct parser *p, size_t at)
{
    return at >= p->text.len || p->text.data[at] == ')' || is_space_at(p, at);
}

/* --- tokens ----------------------------------------------------------------------------------- */

static bool take_quoted(struct parser *p, struct token *token)
{
    size_t len, begin = p->at;
    const int32_t *ends = closing(peek(p, p->at, &len));
    token->at = begin;
    token->is_quoted = true;
    for (size_t at = p->at += len; at < p->text.len; at += len) {
        int32_t code = peek(p, at, &len);
        if (code != ends[0] && code != ends[1])
            continue;
        token->raw = slice_range(p->text, p->at, at - p->at);
        p->at = at + len;
        token->is_prefix = p->at < p->text.len && p->text.data[p->at] == '*';
        p->at += token->is_prefix;
        return true;
    }
    mistake(p, begin, "this quotation is never closed");
    return false;
}

/* Up to white space, ")" or a quote; in a value up to a comma too. */
static void take_bare(struct parser *p, bool is_value, struct token *token)
{
    size_t len, begin = p->at;
    for (; p->at < p->text.len; p->at += len) {
        int32_t code = peek(p, p->at, &len);
        if (utf8_is_space(code) || code == ')' || code == '(' || is_quote(code) ||
            (is_value && code == ','))
            break;
    }
    token->at = begin;
    token->is_quoted = false;
    token->raw = slice_range(p->text, begin, p->at - begin);
    token->is_prefix = slice_ends(token->raw, SLICE("*"));
    token->raw.len -= token->is_prefix;
}

static int hex(char digit)
{
    return isdigit((unsigned char)digit)    ? digit - '0'
           : isxdigit((unsigned char)digit) ? tolower((unsigned char)digit) - 'a' + 10
                                            : -1;
}

static char byte_of(char high, char low)
{
    unsigned byte = (unsigned)hex(high) << 4 | (unsigned)hex(low);
    return (char)(unsigned char)byte;
}

/* The bytes that a token stands for: %XX is one. */
static void add_decoded(struct buf *out, struct slice raw)
{
    for (size_t i = 0; i < raw.len; i++) {
        bool is_code = raw.data[i] == '%' && i + 2 < raw.len && hex(raw.data[i + 1]) >= 0 &&
                       hex(raw.data[i + 2]) >= 0;
        char byte = raw.data[i];
        if (is_code)
            byte = byte_of(raw.data[i + 1], raw.data[i + 2]);
        buf_add_byte(out, byte);
        i += is_code ? 2 : 0;
    }
}

/* Decodes a token. */
static bool decode_token(struct parser *p, const struct token *token, struct buf *decoded)
{
    add_decoded(decoded, token->raw);
    struct slice text = buf_slice(decoded);
    if (decoded->failed)
        p->err = -ENOMEM;
    else if (text.len && (!utf8_is_valid(text) || memchr(text.data, '\0', text.len)))
        mistake(p, token->at, "these bytes are no text: %% and two hexadecimal digits are a byte");
    return !p->err;
}

static bool fold_token(struct parser *p, const struct token *token, struct slice *folded)
{
    cleanup_buf struct buf decoded = {0}, out = {0};
    if (!decode_token(p, token, &decoded))
        return false;
    *folded = SLICE("");
    if (utf8_fold(&out, buf_slice(&decoded)))
        *folded = arena_copy_buf(p->arena, &out);
    if (out.failed || !folded->data)
        p->err = -ENOMEM;
    else if (folded->len == 0 && !token->is_prefix)
        mistake(p, token->at, "there is nothing to look for here");
    return !p->err;
}

/* --- dates ------------------------------------------------------------------------------------ */

/* 2024, 2024-05 or 2024-05-03: its first and its last day. */
static bool read_days(struct slice text, uint32_t *from, uint32_t *to)
{
    struct date date = {0};
    bool is_year = text.len == 4;
    for (size_t i = 0; i < text.len; i++) {
        if (i == 4 || i == 7 ? text.data[i] != '-' : !isdigit((unsigned char)text.data[i]))
            return false;
    }
    for (size_t i = 0; is_year && i < 4; i++)
        date.year = (uint16_t)(date.year * 10 + text.data[i] - '0');
    if (is_year ? date.year == 0 : (text.len != 7 && text.len != 10) || !date_read(text, &date))
        return false;
    unsigned first = date.month ? date.month : 1, last = date.month ? date.month : 12;
    *from = date_code(date.year, first, date.day ? date.day : 1);
    *to = date_code(date.year, last, date.day ? date.day : date_last_day(date.year, last));
    return true;
}

static bool read_dates(struct slice text, struct query_value *value)
{
    const char *dots = text.len > 2 ? memmem(text.data, text.len, "..", 2) : NULL;
    uint32_t other;
    if (!dots)
        return read_days(text, &value->from, &value->to);
    struct slice begin = slice_head(text, (size_t)(dots - text.data));
    struct slice end = slice_skip(text, begin.len + 2);
    value->from = 0;
    value->to = UINT32_MAX;
    return (begin.len == 0 || read_days(begin, &value->from, &other)) &&
           (end.len == 0 || read_days(end, &other, &value->to)) && value->from <= value->to;
}

/* --- terms ------------------------------------------------------------------------------------ */

static bool find_key(const struct parser *p, struct slice written, enum query_key *key,
                     struct slice *view)
{
    cleanup_buf struct buf folded = {0};
    key_fold(&folded, written);
    struct slice name = buf_slice(&folded);
    for (enum query_key i = QUERY_WORDS; i <= QUERY_HAS; i++) {
        const char *built_in = query_key_name(i);
        if (built_in && i != QUERY_START && slice_equal(name, slice_of(built_in))) {
            *key = i;
            return true;
        }
    }
    *key = QUERY_VIEW;
    return name.len && p->keys->find_view(p->keys->context, name, view);
}

/* Finds the key that a value of has: or no: names. */
static bool find_key_of_has(struct parser *p, const struct token *token, struct query_value *value)
{
    enum query_key key = QUERY_START;
    bool is_known = slice_equal(value->folded, slice_of(query_key_name(QUERY_START))) ||
                    find_key(p, value->folded, &key, &value->view);
    value->has = key;
    if (is_known && key == QUERY_VIEW)
        value->folded = slice_skip(value->view, strlen("by-"));
    if (is_known && key != QUERY_FOLDER && key != QUERY_HAS && !value->is_prefix)
        return true;
    mistake(p, token->at,
            "has: and no: ask for title, date, voice, original, heading, start or a view");
    return false;
}

static bool read_value(struct parser *p, const struct query_node *node, const struct token *token,
                       struct query_value *value)
{
    value->is_prefix = token->is_prefix;
    if (!fold_token(p, token, &value->folded))
        return false;
    if (node->key == QUERY_HAS)
        return find_key_of_has(p, token, value);
    bool is_sought = node->key == QUERY_TITLE || node->key == QUERY_HEADING ||
                     node->key == QUERY_ORIGINAL;
    if (is_sought && value->folded.len == 0)
        mistake(p, token->at, "there is nothing to look for here");
    value->is_prefix &= !is_sought;
    if (node->key != QUERY_DATE)
        return !p->err;
    if (value->is_prefix || !read_dates(value->folded, value))
        mistake(p, token->at,
                "a date is 2024, 2024-05 or 2024-05-03, and a range is 2024-05..2025-01");
    return !p->err;
}

/* Doubles the room where it is full: there is a power of two of it. */
static bool reserve_value(struct parser *p, struct query_node *node)
{
    uint32_t count = node->value_count;
    if (count & (count - 1))
        return true;
    struct query_value *values = ARENA_NEW(p->arena, struct query_value, count ? count * 2 : 1);
    if (values && count)
        memcpy(values, node->values, count * sizeof *values);
    node->values = values;
    return values;
}

static bool add_value(struct parser *p, struct query_node *node, const struct query_value *value)
{
    if (!reserve_value(p, node)) {
        p->err = -ENOMEM;
        return false;
    }
    node->values[node->value_count++] = *value;
    if (++p->terms > QUERY_MAX_TERMS)
        mistake(p, p->at, "this query has more than %d terms", QUERY_MAX_TERMS);
    return !p->err;
}

/* Behind a token only the end of the term may follow without white space, or the comma of a list.
 */
static bool check_end(struct parser *p, const struct token *token, bool is_value)
{
    if (ends_token(p, p->at) || (is_value && p->text.data[p->at] == ','))
        return true;
    if (p->text.data[p->at] == '(' && is_value)
        mistake(p, p->at, "a value cannot contain parentheses: write a list as a,b");
    else if (token->is_quoted)
        mistake(p, p->at, "a space must follow a quotation");
    else
        mistake(p, p->at, "a word with a quote or a parenthesis in it stands in quotes: \"%.*s…\"",
                (int)token->raw.len, token->raw.data);
    return false;
}

static bool take_value(struct parser *p, struct token *token)
{
    size_t len;
    if (closing(peek(p, p->at, &len))) {
        if (!take_quoted(p, token))
            return false;
    } else {
        take_bare(p, true, token);
        if (token->raw.len == 0 && !token->is_prefix && ends_token(p, p->at)) {
            mistake(p, p->at, "a value is missing here");
            return false;
        }
    }
    return check_end(p, token, true);
}

/* The values behind a colon. */
static struct query_node *parse_values(struct parser *p, enum query_key key, struct slice view,
                                       bool is_no)
{
    struct query_node *node = new_node(p, QUERY_TERM);
    bool goes_on = node != NULL;
    if (node) {
        node->key = key;
        node->view = view;
    }
    while (goes_on) {
        struct query_value value = {0};
        struct token token = {0};
        if (!take_value(p, &token) || !read_value(p, node, &token, &value) ||
            !add_value(p, node, &value))
            return NULL;
        goes_on = p->at < p->text.len && p->text.data[p->at] == ',';
        p->at += goes_on;
    }
    return is_no ? wrap(p, QUERY_NOT, node) : node;
}

static struct query_node *parse_group(struct parser *p)
{
    size_t open = p->at++;
    if (++p->depth > QUERY_MAX_DEPTH)
        return mistake(p, open, "parentheses are nested deeper than %d", QUERY_MAX_DEPTH);
    struct query_node *node = parse_any(p);
    p->depth--;
    skip_space(p);
    if (!node)
        return NULL;
    if (p->at >= p->text.len || p->text.data[p->at] != ')')
        return mistake(p, open, "this parenthesis is never closed");
    p->at++;
    return node;
}

static struct query_node *new_word(struct parser *p, const struct token *token)
{
    struct query_node *node = new_node(p, QUERY_TERM);
    struct query_value value = {0};
    if (!node || !fold_token(p, token, &value.folded) || !add_value(p, node, &value))
        return NULL;
    if (value.folded.len == 0)
        return mistake(p, token->at, "there is nothing to look for here");
    return node;
}

/* Where the key of a bare word ends, at a colon of either width; `behind` is where its value
 * begins. */
static bool find_colon(struct slice raw, size_t *end, size_t *behind)
{
    size_t len;
    for (size_t at = 0; at < raw.len; at += len) {
        int32_t code = utf8_decode(slice_skip(raw, at), &len);
        if (code != ':' && code != 0xFF1A)
            continue;
        *end = at;
        *behind = at + len;
        return true;
    }
    return false;
}

static bool is_letters(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!isalpha((unsigned char)text.data[i]) || (unsigned char)text.data[i] >= 0x80)
            return false;
    }
    return text.len > 0;
}

/* In any case. */
static bool is_word(struct slice text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

static struct query_node *parse_bare(struct parser *p)
{
    struct token token;
    size_t end, behind;
    enum query_key key;
    struct slice view = {0};
    take_bare(p, false, &token);
    if (find_colon(token.raw, &end, &behind)) {
        struct slice written = slice_head(token.raw, end);
        p->at = token.at + behind;
        if (is_word(written, "with") && p->at < p->text.len && p->text.data[p->at] == '(')
            return wrap(p, QUERY_WITH, parse_group(p));
        if (is_word(written, "no"))
            return parse_values(p, QUERY_HAS, view, true);
        if (find_key(p, written, &key, &view))
            return parse_values(p, key, view, false);
        if (is_letters(written))
            return mistake(p, token.at, "there is no key %.*s; quote it to search for the words",
                           (int)written.len, written.data);
        p->at = token.at;
        take_bare(p, false, &token);
    }
    if (!check_end(p, &token, false))
        return NULL;
    return new_word(p, &token);
}

static struct query_node *parse_term(struct parser *p)
{
    size_t len;
    skip_space(p);
    int32_t code = peek(p, p->at, &len);
    if (p->at >= p->text.len || code == ')')
        return mistake(p, p->at, "a word or a term is missing here");
    if (code == '(')
        return parse_group(p);
    if (closing(code)) {
        struct token token;
        if (!take_quoted(p, &token) || !check_end(p, &token, false))
            return NULL;
        return new_word(p, &token);
    }
    if (code == '-')
        return mistake(p, p->at, "one - is enough; as a word it stands in quotes");
    return parse_bare(p);
}

/* --- operators -------------------------------------------------------------------------------- */

/* Whether an operator stands here; it is in capitals, and a word of its own. */
static bool is_operator(const struct parser *p, const char *word)
{
    struct slice rest = slice_skip(p->text, p->at);
    return slice_starts(rest, slice_of(word)) && ends_token(p, p->at + strlen(word));
}

static bool take_operator(struct parser *p, const char *word)
{
    skip_space(p);
    if (!is_operator(p, word))
        return false;
    p->at += strlen(word);
    return true;
}

static struct query_node *parse_not(struct parser *p)
{
    skip_space(p);
    size_t begin = p->at;
    if (take_operator(p, "NOT")) {
        skip_space(p);
        if (is_operator(p, "NOT"))
            return mistake(p, p->at, "one NOT is enough");
        return wrap(p, QUERY_NOT, parse_term(p));
    }
    if (is_operator(p, "AND") || is_operator(p, "OR"))
        return mistake(p, begin,
                       "AND and OR need a term on both sides; quote them to search for "
                       "the words");
    if (p->at >= p->text.len || p->text.data[p->at] != '-')
        return parse_term(p);
    p->at++;
    if (ends_token(p, p->at))
        return mistake(p, begin,
                       "- must directly precede the term that it negates; quote it to "
                       "search for it");
    return wrap(p, QUERY_NOT, parse_term(p));
}

/* Operands, one behind the other. */
static struct query_node *parse_all(struct parser *p)
{
    struct query_node *first = parse_not(p), *last = first;
    for (;;) {
        bool is_and = take_operator(p, "AND");
        skip_space(p);
        if (!last || (!is_and &&
                      (p->at >= p->text.len || p->text.data[p->at] == ')' || is_operator(p, "OR"))))
            break;
        last = last->next = parse_not(p);
    }
    if (p->err || !first)
        return NULL;
    return first->next ? wrap(p, QUERY_ALL, first) : first;
}

static struct query_node *parse_any(struct parser *p)
{
    struct query_node *first = parse_all(p), *last = first;
    while (last && take_operator(p, "OR"))
        last = last->next = parse_all(p);
    if (p->err || !first)
        return NULL;
    return first->next ? wrap(p, QUERY_ANY, first) : first;
}

static void number_values(struct query *query, const struct query_node *node)
{
    for (uint32_t i = 0; i < node->value_count; i++)
        node->values[i].number = query->value_count++;
    for (const struct query_node *operand = node->first; operand; operand = operand->next)
        number_values(query, operand);
}

int query_parse(struct arena *arena, struct slice text, const struct query_keys *keys,
                struct query *query, struct query_mistake *mistake_)
{
    struct parser p = {.arena = arena, .text = text, .keys = keys, .mistake = mistake_};
    *mistake_ = (struct query_mistake){0};
    *query = (struct query){0};
    if (text.len > QUERY_MAX_TEXT)
        mistake(&p, 0, "a query has at most %d bytes", QUERY_MAX_TEXT);
    else if (!utf8_is_valid(text) || (text.len && memchr(text.data, '\0', text.len)))
        mistake(&p, 0, "a query must be UTF-8");
    struct query_node *root = p.err ? NULL : parse_any(&p);
    if (!p.err && p.at < text.len)
        mistake(&p, p.at, "this parenthesis was never opened");
    if (!p.err)
        p.err = query_canonicalise(arena, &root);
    if (p.err)
        return p.err;
    query->root = root;
    query->canonical = root->canonical;
    query->speaks_of_turns = root->speaks_of_turns;
    number_values(query, root);
    return 0;
}
