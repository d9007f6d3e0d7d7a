#include "values/json_scan.h"

#include "base/utf8.h"
#include "values/code.h"

static bool refuse(struct json_scan *s)
{
    s->is_cut = s->is_cut || (!s->is_broken && s->rest.len == 0);
    s->is_broken = true;
    s->rest.len = 0;
    return false;
}

static char peek(struct json_scan *s)
{
    char byte = '\0';
    while (s->rest.len && memchr(" \t\r\n", s->rest.data[0], 4))
        s->rest = slice_skip(s->rest, 1);
    if (s->rest.len)
        byte = s->rest.data[0];
    return byte;
}

static bool take(struct json_scan *s, char byte)
{
    if (peek(s) != byte || !s->rest.len)
        return false;
    s->rest = slice_skip(s->rest, 1);
    return true;
}

enum json_kind json_kind(struct json_scan *s)
{
    switch (peek(s)) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
    case 'f':
        return JSON_BOOL;
    case 'n':
        return JSON_NULL;
    case '\0':
        return JSON_NOTHING;
    default:
        return s->rest.data[0] == '-' || (s->rest.data[0] >= '0' && s->rest.data[0] <= '9')
                   ? JSON_NUMBER
                   : JSON_NOTHING;
    }
}

/* --- arrays and objects ----------------------------------------------------------------------- */

bool json_enter(struct json_scan *s, enum json_kind kind)
{
    return s->is_first = take(s, kind == JSON_OBJECT ? '{' : '[');
}

/* Takes the comma, or the bracket that closes what was entered: then it is false. */
static bool next(struct json_scan *s, char closing)
{
    bool is_first = s->is_first;
    s->is_first = false;
    if (take(s, closing))
        return false;
    return is_first || take(s, ',') || refuse(s);
}

bool json_next_key(struct json_scan *s, struct slice *key)
{
    if (!next(s, '}'))
        return false;
    return (json_take_string(s, key) && take(s, ':')) || refuse(s);
}

bool json_next_item(struct json_scan *s)
{
    return next(s, ']');
}

/* --- values ----------------------------------------------------------------------------------- */

/* Where the text ends inside of a value. */
static bool cut(struct json_scan *s)
{
    s->rest.len = 0;
    return refuse(s);
}

/* Goes on behind `at`, a place in the rest; NULL: that is beyond its end. */
static bool go_on(struct json_scan *s, const char *at)
{
    if (!at)
        return cut(s);
    s->rest = slice_skip(s->rest, (size_t)(at - s->rest.data));
    return true;
}

/* Behind the quote that closes a string, of which `at` is the first byte. */
static const char *string_end(const char *at, const char *end)
{
    const char *begin = at;
    while (at < end && (at = memchr(at, '"', (size_t)(end - at)))) {
        const char *before = at;
        while (before > begin && before[-1] == '\\')
            before--;
        bool is_escaped = (at - before) % 2;
        begin = ++at;
        if (!is_escaped)
            return at;
    }
    return NULL;
}

bool json_take_string(struct json_scan *s, struct slice *raw)
{
    if (!take(s, '"'))
        return false;
    struct slice text = s->rest;
    if (!go_on(s, string_end(text.data, text.data + text.len)))
        return false;
    *raw = slice_head(text, text.len - s->rest.len - 1);
    return true;
}

static const struct byte_set behind_word = {{[' '] = true,
                                             ['\t'] = true,
                                             ['\r'] = true,
                                             ['\n'] = true,
                                             [','] = true,
                                             [':'] = true,
                                             [']'] = true,
                                             ['}'] = true,
                                             ['['] = true,
                                             ['{'] = true,
                                             ['"'] = true}};

/* A number, true, false, null, or what is written for one. */

bool json_take_number(struct json_scan *s, struct slice *number)
{
    if (json_kind(s) != JSON_NUMBER)
        return false;
    *number = slice_head(s->rest, slice_before(s->rest, &behind_word));
    s->rest = slice_skip(s->rest, number->len);
    return true;
}

/* Behind the bracket that closes what `at` stands in, `depth` levels up. */
static const char *bracket_end(const char *at, const char *end, size_t depth)
{
    enum { QUOTE = 1, OPEN, CLOSE };
    static const unsigned char kinds[256] = {
        ['"'] = QUOTE, ['{'] = OPEN, ['['] = OPEN, ['}'] = CLOSE, [']'] = CLOSE};

    while (at && at < end) {
        switch (kinds[(unsigned char)*at++]) {
        case QUOTE:
            at = string_end(at, end);
            break;
        case OPEN:
            depth++;
            break;
        case CLOSE:
            if (--depth == 0)
                return at;
            break;
        default:
            break;
        }
    }
    return NULL;
}

bool json_leave(struct json_scan *s)
{
    s->is_first = false;
    return s->rest.len ? go_on(s, bracket_end(s->rest.data, s->rest.data + s->rest.len, 1))
                       : cut(s);
}

static bool skip_word(struct json_scan *s)
{
    size_t len = slice_before(s->rest, &behind_word);
    s->rest = slice_skip(s->rest, len);
    return len || refuse(s);
}

bool json_skip(struct json_scan *s)
{
    struct slice unused;
    if (peek(s) == '"')
        return json_take_string(s, &unused);
    if (json_enter(s, JSON_OBJECT) || json_enter(s, JSON_ARRAY))
        return json_leave(s);
    return skip_word(s);
}

bool json_is_done(struct json_scan *s)
{
    return peek(s) == '\0' && s->rest.len == 0 && !s->is_broken;
}

/* --- what a string says ----------------------------------------------------------------------- */

/* Takes uXXXX. */
static bool take_unit(struct slice *text, uint32_t *unit)
{
    *unit = 0;
    if (text->len < 5 || text->data[0] != 'u')
        return false;
    for (size_t i = 1; i < 5; i++) {
        char c = text->data[i];
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
                         : (c | 0x20) >= 'a' && (c | 0x20) <= 'f'
                             ? (uint32_t)((c | 0x20) - 'a' + 10)
                             : 16;
        if (digit == 16)
            return false;
        *unit = *unit << 4 | digit;
    }
    *text = slice_skip(*text, 5);
    return true;
}

/* Takes what stands behind a backslash. */
static uint32_t take_escape(struct slice *text)
{
    static const char names[] = "bfnrt", codes[] = "\b\f\n\r\t";
    uint32_t high, low;
    if (take_unit(text, &high)) {
        struct slice behind = *text;
        if (code_is_high(high) && slice_starts(behind, SLICE("\\")) &&
            (behind = slice_skip(behind, 1), take_unit(&behind, &low)) && code_is_low(low)) {
            *text = behind;
            return code_of_pair(high, low);
        }
        return high >= CODE_HIGH && high < CODE_BEHIND_PAIRS ? CODE_REPLACEMENT : high;
    }
    if (text->len == 0)
        return '\\';
    unsigned char c = (unsigned char)text->data[0];
    *text = slice_skip(*text, 1);
    const char *name = c && c < 0x80 ? strchr(names, c) : NULL;
    return name ? (unsigned char)codes[name - names] : c < 0x80 ? c : CODE_REPLACEMENT;
}

void json_add_string(struct buf *out, struct slice raw)
{
    struct slice part;
    while (slice_take(&raw, '\\', &part)) {
        utf8_repair(out, part);
        if (!raw.data)
            return;
        char bytes[CODE_BYTES];
        buf_add(out, bytes, code_put(bytes, take_escape(&raw)));
    }
}
