#include "query/canonical.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

struct canonical {
    struct arena *arena;
    bool failed; /* memory ran out */
};

static void canonicalise(struct canonical *c, struct query_node **place);

const char *query_key_name(enum query_key key)
{
    static const char *const names[] = {
        [QUERY_TITLE] = "title", [QUERY_HEADING] = "heading", [QUERY_ORIGINAL] = "original",
        [QUERY_VOICE] = "voice", [QUERY_DATE] = "date",       [QUERY_FOLDER] = "folder",
        [QUERY_START] = "start", [QUERY_HAS] = "has",         [QUERY_WORDS] = NULL,
        [QUERY_VIEW] = NULL,
    };
    return names[key];
}

/* --- spelling --------------------------------------------------------------------------------- */

bool query_is_probe(struct slice name)
{
    static const char *const probes[] = {"autorun.inf", "desktop.ini", "thumbs.db",
                                         "favicon.ico", "robots.txt",  "index.html"};
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        if (name.len == strlen(probes[i]) && strncasecmp(name.data, probes[i], name.len) == 0)
            return true;
    }
    return name.len && name.data[0] == '.';
}

/* Whether the parser would read a folded value as something else without quotes. */
static bool needs_quotes(struct slice text, bool is_word)
{
    size_t len;
    if (text.len == 0 || slice_ends(text, SLICE("*")) ||
        (is_word && (text.data[0] == '-' || query_is_probe(text))))
        return true;
    for (size_t at = 0; at < text.len; at += len) {
        int32_t code = utf8_decode(slice_skip(text, at), &len);
        if (utf8_is_space(code) || (code >= 0x201C && code <= 0x201E) || code == 0xFF02 ||
            code == '(' || code == ')' || (is_word ? code == ':' || code == 0xFF1A : code == ','))
            return true;
    }
    return false;
}

/* Escapes what would end a quotation or a name, and the escape character itself. */
static void add_escaped(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '"' || c == '%' || c == '/' || (c > 0 && c < 0x20) || c == 0x7F)
            buf_printf(out, "%%%02X", (unsigned)c);
        else
            buf_add_byte(out, c);
    }
}

static void add_value(struct buf *out, struct slice text, bool is_prefix, bool is_word)
{
    bool is_quoted = needs_quotes(text, is_word) && !(text.len == 0 && is_prefix);
    buf_add_text(out, is_quoted ? "\"" : "");
    add_escaped(out, text);
    buf_add_text(out, is_quoted ? "\"" : "");
    buf_add_text(out, is_prefix ? "*" : "");
}

static int compare_values(const void *a_, const void *b_)
{
    const struct query_value *a = a_, *b = b_;
    int order = slice_compare(a->folded, b->folded);
    return order ? order : a->is_prefix - b->is_prefix;
}

/* Each value once, in order. */
static void sort_values(struct query_node *node)
{
    uint32_t count = 0;
    qsort(node->values, node->value_count, sizeof *node->values, compare_values);
    for (uint32_t i = 0; i < node->value_count; i++) {
        if (count == 0 || compare_values(&node->values[count - 1], &node->values[i]) != 0)
            node->values[count++] = node->values[i];
    }
    node->value_count = count;
}

bool query_key_is_of_turns(enum query_key key)
{
    return key == QUERY_WORDS || key == QUERY_VOICE || key == QUERY_ORIGINAL ||
           key == QUERY_HEADING || key == QUERY_START;
}

static void spell_term(struct query_node *node, struct buf *out)
{
    const char *key = query_key_name(node->key);
    bool is_word = node->key == QUERY_WORDS;
    sort_values(node);
    node->speaks_of_turns = query_key_is_of_turns(node->key);
    if (!is_word)
        buf_add_slice(out, key ? slice_of(key) : slice_skip(node->view, strlen("by-")));
    for (uint32_t i = 0; i < node->value_count; i++) {
        buf_add_text(out, is_word ? "" : i ? "," : ":");
        add_value(out, node->values[i].folded, node->values[i].is_prefix, is_word);
        node->speaks_of_turns |= node->key == QUERY_HAS &&
                                 query_key_is_of_turns(node->values[i].has);
    }
}

static void spell_operand(const struct query_node *node, enum query_kind within, struct buf *out)
{
    bool is_apart = (node->kind == QUERY_ALL || node->kind == QUERY_ANY) && within != QUERY_WITH;
    buf_add_text(out, is_apart ? "(" : "");
    buf_add_slice(out, node->canonical);
    buf_add_text(out, is_apart ? ")" : "");
}

static void spell_operands(struct query_node *node, struct buf *out)
{
    buf_add_text(out, node->kind == QUERY_NOT ? "-" : node->kind == QUERY_WITH ? "with:(" : "");
    for (const struct query_node *operand = node->first; operand; operand = operand->next) {
        if (operand != node->first)
            buf_add_text(out, node->kind == QUERY_ANY ? " OR " : " ");
        spell_operand(operand, node->kind, out);
        node->speaks_of_turns |= operand->speaks_of_turns;
    }
    node->speaks_of_turns |= node->kind == QUERY_WITH;
    buf_add_text(out, node->kind == QUERY_WITH ? ")" : "");
}

static void spell(struct canonical *c, struct query_node *node)
{
    cleanup_buf struct buf out = {0};
    node->speaks_of_turns = false;
    if (node->kind == QUERY_TERM)
        spell_term(node, &out);
    else
        spell_operands(node, &out);
    node->canonical = arena_copy_buf(c->arena, &out);
    c->failed |= !node->canonical.data;
}

/* --- operands --------------------------------------------------------------------------------- */

/* Replaces an operand of the same kind by its operands. They are canonical. */
static void flatten(struct query_node *node)
{
    for (struct query_node **place = &node->first; *place;) {
        struct query_node *operand = *place, *rest = operand->next;
        if (operand->kind != node->kind) {
            place = &operand->next;
            continue;
        }
        *place = operand->first;
        while (*place)
            place = &(*place)->next;
        *place = rest;
    }
}

static bool same_key(const struct query_node *a, const struct query_node *b)
{
    return a->kind == QUERY_TERM && b->kind == QUERY_TERM && a->key == b->key &&
           a->key != QUERY_WORDS && slice_equal(a->view, b->view);
}

/* How many values a term and those behind it of its key have. */
static uint32_t count_values(const struct query_node *term)
{
    uint32_t count = term->value_count;
    for (const struct query_node *other = term->next; other; other = other->next)
        count += same_key(term, other) ? other->value_count : 0;
    return count;
}

/* tag:a OR tag:b is tag:a,b. */
static void join_terms(struct canonical *c, struct query_node *node)
{
    for (struct query_node *term = node->first; term; term = term->next) {
        uint32_t count = count_values(term);
        if (count == term->value_count)
            continue;
        struct query_value *values = ARENA_NEW(c->arena, struct query_value, count);
        c->failed |= !values;
        if (!values)
            return;
        memcpy(values, term->values, term->value_count * sizeof *values);
        for (struct query_node **place = &term->next; *place;) {
            const struct query_node *other = *place;
            if (!same_key(term, other)) {
                place = &(*place)->next;
                continue;
            }
            memcpy(values + term->value_count, other->values, other->value_count * sizeof *values);
            term->value_count += other->value_count;
            *place = other->next;
        }
        term->values = values;
        spell(c, term);
    }
}

static int compare_nodes(const void *a, const void *b)
{
    return slice_compare((*(const struct query_node *const *)a)->canonical,
                         (*(const struct query_node *const *)b)->canonical);
}

/* Each operand once, in the order of their bytes. */
static void sort_operands(struct canonical *c, struct query_node *node)
{
    size_t count = 0;
    for (const struct query_node *operand = node->first; operand; operand = operand->next)
        count++;
    struct query_node **all = ARENA_NEW(c->arena, struct query_node *, count);
    c->failed |= !all;
    if (!all)
        return;
    count = 0;
    for (struct query_node *operand = node->first; operand; operand = operand->next)
        all[count++] = operand;
    qsort(all, count, sizeof(struct query_node *), compare_nodes);
    struct query_node **place = &node->first;
    for (size_t i = 0; i < count; i++) {
        if (i && slice_equal(all[i]->canonical, all[i - 1]->canonical))
            continue;
        *place = all[i];
        place = &all[i]->next;
    }
    *place = NULL;
}

static void canonicalise(struct canonical *c, struct query_node **place)
{
    struct query_node *node = *place;
    for (struct query_node **operand = &node->first; *operand && !c->failed;
         operand = &(*operand)->next) {
        struct query_node *next = (*operand)->next;
        canonicalise(c, operand);
        (*operand)->next = next;
    }
    if (c->failed)
        return;
    const struct query_node *first = node->first;
    if (node->kind == QUERY_NOT && first && first->kind == QUERY_NOT) {
        *place = first->first;
        return;
    }
    if (node->kind == QUERY_ALL || node->kind == QUERY_ANY) {
        flatten(node);
        if (node->kind == QUERY_ANY)
            join_terms(c, node);
        sort_operands(c, node);
        if (!c->failed && node->first && !node->first->next) {
            *place = node->first;
            return;
        }
    }
    if (!c->failed)
        spell(c, node);
}

int query_canonicalise(struct arena *arena, struct query_node **root)
{
    struct canonical c = {.arena = arena};
    canonicalise(&c, root);
    return c.failed ? -ENOMEM : 0;
}
