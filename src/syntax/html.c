#include "syntax/html.h"

#include <ctype.h>
#include <endian.h>
#include <strings.h>

enum {
    MOST_DECLARATION = 4096, /* bytes; a longer one is text, so that many are quickly read */
    MOST_NAME = 15,          /* bytes of the longest name, and of a slip of it */
    MOST_SLIPS = 1000,       /* of a text; with more it is no HTML */
};

/* Sorted. Obsolete elements are here too, since people still write them. */
static const struct html_element elements[] = {
    {"a", HTML_NONE},        {"abbr", HTML_NONE},        {"acronym", HTML_NONE},
    {"address", HTML_NONE},  {"area", HTML_NONE},        {"article", HTML_BLOCK},
    {"aside", HTML_NONE},    {"audio", HTML_NONE},       {"b", HTML_BOLD},
    {"base", HTML_NONE},     {"bdi", HTML_NONE},         {"bdo", HTML_NONE},
    {"big", HTML_NONE},      {"blockquote", HTML_BLOCK}, {"body", HTML_NONE},
    {"br", HTML_BREAK},      {"button", HTML_NONE},      {"canvas", HTML_NONE},
    {"caption", HTML_NONE},  {"center", HTML_NONE},      {"cite", HTML_NONE},
    {"code", HTML_NONE},     {"col", HTML_NONE},         {"colgroup", HTML_NONE},
    {"data", HTML_NONE},     {"datalist", HTML_NONE},    {"dd", HTML_BLOCK},
    {"del", HTML_NONE},      {"details", HTML_DETAILS},  {"dfn", HTML_NONE},
    {"dialog", HTML_NONE},   {"div", HTML_BLOCK},        {"dl", HTML_BLOCK},
    {"dt", HTML_BLOCK},      {"em", HTML_NONE},          {"embed", HTML_NONE},
    {"fieldset", HTML_NONE}, {"figcaption", HTML_NONE},  {"figure", HTML_NONE},
    {"font", HTML_NONE},     {"footer", HTML_NONE},      {"form", HTML_NONE},
    {"h1", HTML_BLOCK},      {"h2", HTML_BLOCK},         {"h3", HTML_BLOCK},
    {"h4", HTML_BLOCK},      {"h5", HTML_BLOCK},         {"h6", HTML_BLOCK},
    {"head", HTML_NONE},     {"header", HTML_NONE},      {"hgroup", HTML_NONE},
    {"hr", HTML_BLOCK},      {"html", HTML_NONE},        {"i", HTML_NONE},
    {"iframe", HTML_NONE},   {"img", HTML_NONE},         {"input", HTML_NONE},
    {"ins", HTML_NONE},      {"kbd", HTML_NONE},         {"label", HTML_NONE},
    {"legend", HTML_NONE},   {"li", HTML_BLOCK},         {"link", HTML_NONE},
    {"main", HTML_NONE},     {"map", HTML_NONE},         {"mark", HTML_NONE},
    {"menu", HTML_NONE},     {"meta", HTML_NONE},        {"meter", HTML_NONE},
    {"nav", HTML_NONE},      {"nobr", HTML_NONE},        {"noscript", HTML_NONE},
    {"object", HTML_NONE},   {"ol", HTML_BLOCK},         {"optgroup", HTML_NONE},
    {"option", HTML_NONE},   {"output", HTML_NONE},      {"p", HTML_BLOCK},
    {"picture", HTML_NONE},  {"pre", HTML_BLOCK},        {"progress", HTML_NONE},
    {"q", HTML_NONE},        {"rp", HTML_NONE},          {"rt", HTML_NONE},
    {"ruby", HTML_NONE},     {"s", HTML_NONE},           {"samp", HTML_NONE},
    {"script", HTML_HIDDEN}, {"section", HTML_BLOCK},    {"select", HTML_NONE},
    {"small", HTML_NONE},    {"source", HTML_NONE},      {"span", HTML_NONE},
    {"strike", HTML_NONE},   {"strong", HTML_BOLD},      {"style", HTML_HIDDEN},
    {"sub", HTML_NONE},      {"summary", HTML_SUMMARY},  {"sup", HTML_NONE},
    {"svg", HTML_HIDDEN},    {"table", HTML_BLOCK},      {"tbody", HTML_NONE},
    {"td", HTML_CELL},       {"template", HTML_NONE},    {"textarea", HTML_NONE},
    {"tfoot", HTML_NONE},    {"th", HTML_CELL},          {"thead", HTML_NONE},
    {"time", HTML_NONE},     {"title", HTML_NONE},       {"tr", HTML_BLOCK},
    {"track", HTML_NONE},    {"tt", HTML_NONE},          {"u", HTML_NONE},
    {"ul", HTML_BLOCK},      {"var", HTML_NONE},         {"video", HTML_NONE},
    {"wbr", HTML_NONE}};

enum { ELEMENTS = sizeof elements / sizeof *elements };
_Static_assert(ELEMENTS <= 3 * 64, "html_open has a bit for each");

/* The first eight bytes of a name as a number: of two names, the greater has the greater one. */
static uint64_t key_of(const char *name)
{
    uint64_t key;
    memcpy(&key, name, sizeof key);
    return htobe64(key);
}

static const struct html_element *find_element(struct slice name)
{
    char lower[sizeof elements->name] = {0};
    if (name.len >= sizeof lower)
        return NULL;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = (char)tolower((unsigned char)name.data[i]);
    uint64_t key = key_of(lower);
    size_t low = 0, high = ELEMENTS;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (key_of(elements[middle].name) < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ELEMENTS && memcmp(elements[low].name, lower, sizeof lower) == 0 ? &elements[low]
                                                                                  : NULL;
}

/* --- tags ------------------------------------------------------------------------------------- */

/* A comment, or a declaration at the head of a page: <!DOCTYPE html>, <?xml …?>. */
static size_t declaration_length(struct slice text)
{
    static const char *const heads[] = {"<!doctype ", "<?xml ", "<?php"};

    if (slice_starts(text, SLICE("<!--"))) {
        const char *end = memmem(text.data, text.len, "-->", 3);
        return end ? (size_t)(end - text.data) + 3 : text.len;
    }
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t len = strlen(heads[i]);
        if (text.len < len || strncasecmp(text.data, heads[i], len) != 0)
            continue;
        const char *end = memchr(text.data, '>', slice_head(text, MOST_DECLARATION).len);
        return end ? (size_t)(end - text.data) + 1 : 0;
    }
    return 0;
}

/* Where a tag ends whose name ends at `at`. */
static size_t tag_end(struct slice text, size_t at)
{
    static const struct byte_set marks = {
        {['\n'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\''] = true}};
    size_t first_close = 0;
    char quote = 0;
    for (;; at++) {
        at += slice_before(slice_skip(text, at), &marks);
        if (at == text.len)
            break;
        char c = text.data[at];
        /* A quote that is not closed on its line was no quote: class="class="x"> */
        if (quote && (c == '\n' || c == '<'))
            return first_close ? first_close + 1 : at;
        if (c == '>' && !first_close)
            first_close = at;
        if (quote && c == quote)
            quote = 0;
        else if (quote)
            continue;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return at + 1;
        else if (c == '<' || (c == '\n' && at + 1 < text.len && text.data[at + 1] == '\n'))
            return at; /* never closed: it ends where the next thing begins */
    }
    return first_close ? first_close + 1 : at;
}

/* An attribute that has no value. */
static bool is_flag(struct slice word)
{
    static const char *const flags[] = {
        "allowfullscreen", "async",    "autofocus", "autoplay", "checked",     "compact",
        "controls",        "default",  "defer",     "disabled", "download",    "hidden",
        "inert",           "ismap",    "itemscope", "loop",     "multiple",    "muted",
        "nomodule",        "noshade",  "nowrap",    "open",     "playsinline", "readonly",
        "required",        "reversed", "sandbox",   "selected",
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (word.len == strlen(flags[i]) && strncasecmp(word.data, flags[i], word.len) == 0)
            return true;
    }
    return false;
}

/* Whether attributes follow a name, and no words: `<b class="x">`, but not `<b and c>`. */
static bool are_attributes(struct slice text)
{
    static const struct byte_set in_word = {
        {[' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, ['/'] = true, ['>'] = true}};

    if (text.len <= 1 || memchr(text.data, '=', text.len))
        return true; /* a bracket alone */
    while (text.len) {
        struct slice word = slice_head(text, slice_before(text, &in_word));
        bool has_letter = false;
        for (size_t i = 0; i < word.len; i++)
            has_letter |= isalnum((unsigned char)word.data[i]) ||
                          (unsigned char)word.data[i] >= 0x80;
        if (has_letter && !is_flag(word))
            return false;
        text = slice_skip(text, word.len < text.len ? word.len + 1 : word.len);
    }
    return true;
}

bool html_read_tag(struct slice text, struct html_tag *tag)
{
    size_t at = 1;

    *tag = (struct html_tag){0};
    if (at < text.len && (text.data[at] == '!' || text.data[at] == '?')) {
        tag->len = declaration_length(text);
        return tag->len > 0;
    }
    tag->is_closing = at < text.len && text.data[at] == '/';
    at += tag->is_closing;
    size_t start = at;
    while (at < text.len && (isalnum((unsigned char)text.data[at]) || text.data[at] == '-'))
        at++;
    tag->name = (struct slice){text.data + start, at - start};
    /* Behind a name comes no sign that makes it another word, or an address: <https://…> */
    if (tag->name.len == 0 || !isalpha((unsigned char)tag->name.data[0]) ||
        (at < text.len && !byte_is_space(text.data[at]) && !memchr("/><\\\"'", text.data[at], 6)))
        return false;
    tag->len = at < text.len && text.data[at] == '>' ? at + 1 : tag_end(text, at);
    if (are_attributes((struct slice){text.data + at, tag->len - at}))
        tag->element = find_element(tag->name);
    return true;
}

/* --- what is open ----------------------------------------------------------------------------- */

/* The edit distance of two names (optimal string alignment); more than MOST_NAME if one is longer.
 */
static unsigned distance(struct slice a, struct slice b)
{
    unsigned rows[3][MOST_NAME + 1] = {{0}};
    if (a.len > MOST_NAME || b.len > MOST_NAME)
        return MOST_NAME + 1;
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            int x = tolower((unsigned char)a.data[i - 1]),
                y = tolower((unsigned char)b.data[j - 1]);
            unsigned least = above[j - 1] + (x != y);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            if (i > 1 && j > 1 && x == tolower((unsigned char)b.data[j - 2]) &&
                y == tolower((unsigned char)a.data[i - 2]) && two_above[j - 2] + 1 < least)
                least = two_above[j - 2] + 1;
            row[j] = least;
        }
    }
    return rows[a.len % 3][b.len];
}

/* The open element whose name was meant, of three letters or more with one of them wrong, or of six
 * with two; NULL where none was. */
static const struct html_element *find_slip(struct html_open *open, struct slice name)
{
    if (open->slips++ >= MOST_SLIPS)
        return NULL;
    for (size_t i = 0; i < ELEMENTS; i++) {
        struct slice meant = slice_of(elements[i].name);
        bool is_open = open->elements[i / 64] >> i % 64 & 1;
        if (is_open && meant.len >= 3 && distance(name, meant) <= (meant.len < 6 ? 1 : 2))
            return &elements[i];
    }
    return NULL;
}

bool html_is_markup(struct html_open *open, struct html_tag *tag)
{
    if (tag->name.len == 0)
        return true;
    if (!tag->element && tag->is_closing)
        tag->element = find_slip(open, tag->name);
    if (!tag->element)
        return false;
    size_t i = (size_t)(tag->element - elements);
    uint64_t bit = UINT64_C(1) << i % 64;
    if (tag->is_closing)
        open->elements[i / 64] &= ~bit;
    else
        open->elements[i / 64] |= bit;
    return true;
}
