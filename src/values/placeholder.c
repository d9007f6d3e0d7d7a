#include "values/placeholder.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/utf8.h"
#include "values/code.h"

/* U+FDD0, and the numbers of the second part: a code itself up to U+00A0, and these. */
static const struct slice lead = {"\xEF\xB7\x90", 3};
enum { LEAD = 0xFDD0, FIRST_SECOND = 0xE000, FIRST_RARE = 0xA0 };
static const uint32_t rare[] = {0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF, LEAD};
enum { RARE = sizeof rare / sizeof *rare };

static bool needs_placeholder(uint32_t code)
{
    return code_is_disallowed(code) || code_is_line_separator(code) || code == LEAD;
}

/* --- finding ------------------------------------------------------------------------------- */

static const struct byte_set *suspicious(void)
{
    /* C1 and NEL begin with C2, U+2028 with E2, the last of the plane and U+FDD0 with EF. */
    static const struct byte_set set = {
        {[0x00] = 1, [0x01] = 1, [0x02] = 1, [0x03] = 1, [0x04] = 1, [0x05] = 1, [0x06] = 1,
         [0x07] = 1, [0x08] = 1, [0x0B] = 1, [0x0C] = 1, [0x0E] = 1, [0x0F] = 1, [0x10] = 1,
         [0x11] = 1, [0x12] = 1, [0x13] = 1, [0x14] = 1, [0x15] = 1, [0x16] = 1, [0x17] = 1,
         [0x18] = 1, [0x19] = 1, [0x1A] = 1, [0x1B] = 1, [0x1C] = 1, [0x1D] = 1, [0x1E] = 1,
         [0x1F] = 1, [0x7F] = 1, [0xC2] = 1, [0xE2] = 1, [0xEF] = 1, ['\\'] = 1}};
    return &set;
}

/* The bytes of the escape at the front of `text`, its backslash included, as libyaml reads it in
 * double quotes; 0 where it is none. */
static size_t escape_length(struct slice text)
{
    uint32_t code;
    struct slice rest = slice_skip(text, 1);
    /* Before a line end it joins lines. */
    if (rest.len == 0 || memchr("\r\n", rest.data[0], 2))
        return 1;
    if (memchr("0abt\tnvfre \"/\\N_LP", rest.data[0], 18))
        return 2;
    size_t len = escape_read_number(rest, &code);
    bool is_good = len && code <= CODE_MOST && !code_is_high(code) && !code_is_low(code);
    return is_good ? len + 1 : 0;
}

/* What stands at the front of a text: its bytes, and in *code what needs a placeholder, or 0 and
 * *is_needed is false. */
static size_t look(struct slice text, uint32_t *code, bool *is_needed)
{
    size_t len;
    if (text.data[0] == '\\') {
        len = escape_length(text);
        *code = '\\';
        *is_needed = len == 0;
        return len ? len : 1;
    }
    int32_t found = utf8_decode(text, &len);
    *is_needed = found < 0 || needs_placeholder((uint32_t)found);
    *code = found < 0 ? CODE_REPLACEMENT : (uint32_t)found;
    return len;
}

bool placeholders_needed(struct slice text)
{
    uint32_t code;
    bool is_needed = false;
    for (;;) {
        text = slice_skip(text, slice_before(text, suspicious()));
        if (text.len == 0)
            return false;
        size_t len = look(text, &code, &is_needed);
        if (is_needed)
            return true;
        text = slice_skip(text, len);
    }
}

/* --- inserting -------------------------------------------------------------------------------- */

struct inserter {
    struct placeholders *placeholders;
    struct char_diags *char_diags;
    struct buf *out;
    size_t index;          /* characters in `out` */
    uint32_t line;         /* of the place in the file */
    const char *line_data; /* where it begins */
    char last;             /* of its characters, blanks not counted; '\n' where there is none */
    bool is_behind_blank;
};

static uint32_t second_of(uint32_t code)
{
    uint32_t i = 0;
    if (code < FIRST_RARE)
        return FIRST_SECOND + code;
    while (i < RARE && rare[i] != code)
        i++;
    return FIRST_SECOND + FIRST_RARE + i;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

enum { MOST_BESIDE = 8 /* characters in a row that are skipped */ };

/* The first character that needs no placeholder; '\n' at the end. */
static char next_character(struct slice rest)
{
    uint32_t code;
    bool is_needed = true;
    for (int i = 0; rest.len && is_needed && i < MOST_BESIDE; i++) {
        size_t len = look(rest, &code, &is_needed);
        if (is_needed)
            rest = slice_skip(rest, len);
    }
    return (char)(rest.len ? rest.data[0] : '\n');
}

/*
 * Whether a character stands where no value is, so that a placeholder would begin one: at the head
 * of a line, behind a closing quote or bracket that ends it, or before an opening one.
 */
static bool is_beside(const struct inserter *p, struct slice rest)
{
    char after = next_character(rest);
    if (p->last == '\n')
        return true;
    if (memchr("\"']}", p->last, 4) && (is_break(after) || memchr(" \t,:]}", after, 6)))
        return true;
    return (p->is_behind_blank || memchr("[{,", p->last, 3)) && memchr("\"'[{", after, 4);
}

/* Copies what is as it should be. */
static void put_plain(struct inserter *p, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        p->index += ((unsigned char)c & 0xC0) != 0x80;
        p->is_behind_blank = is_blank(c);
        if (!p->is_behind_blank)
            p->last = c;
        if (c == '\n') {
            p->line++;
            p->line_data = text.data + i + 1;
        }
    }
    buf_add_slice(p->out, text);
}

static int note(struct inserter *p, uint32_t code, uint32_t column)
{
    struct placeholders *s = p->placeholders;
    if (!array_reserve(&s->at, s->count, &s->cap, sizeof *s->at))
        return -ENOMEM;
    s->at[s->count++] = (struct placeholder){p->index, p->line, column, code};
    return 0;
}

static int put_one(struct inserter *p, struct slice text, size_t len, uint32_t code)
{
    uint32_t column = (uint32_t)(text.data - p->line_data) + 1;
    char bytes[2 * CODE_BYTES];
    if (code == CODE_REPLACEMENT) { /* broken UTF-8 is reported elsewhere */
        put_plain(p, SLICE("\xEF\xBF\xBD"));
        return 0;
    }
    if (code != '\\' && code != LEAD && is_beside(p, slice_skip(text, len))) {
        char_diags_add(p->char_diags, CHAR_STRAY, p->line, column, code);
        return 0;
    }
    if (note(p, code, column))
        return -ENOMEM;
    size_t used = code_put(bytes, LEAD);
    used += code_put(bytes + used, second_of(code));
    buf_add(p->out, bytes, used);
    p->index += 2;
    p->last = bytes[0];
    p->is_behind_blank = false;
    return 0;
}

int placeholders_insert(struct placeholders *placeholders, struct slice text, uint32_t first_line,
                        struct char_diags *char_diags, struct buf *out)
{
    struct inserter p = {.placeholders = placeholders,
                         .char_diags = char_diags,
                         .out = out,
                         .line = first_line,
                         .line_data = text.data,
                         .last = '\n'};
    uint32_t code;
    bool is_needed;
    int err = 0;
    while (text.len && !err && !out->failed) {
        size_t len = look(text, &code, &is_needed);
        if (is_needed)
            err = put_one(&p, text, len, code);
        else
            put_plain(&p, slice_head(text, len));
        text = slice_skip(text, len);
    }
    return out->failed ? -ENOMEM : err;
}

void placeholders_free(struct placeholders *placeholders)
{
    free(placeholders->at);
    *placeholders = (struct placeholders){0};
}

/* --- restoring ------------------------------------------------------------------------------- */

/* Takes the placeholder at the front of a value. */
static uint32_t take_placeholder(struct slice *value)
{
    size_t len;
    struct slice rest = slice_skip(*value, lead.len);
    uint32_t second = rest.len ? (uint32_t)utf8_decode(rest, &len) : 0;
    if (second < FIRST_SECOND || second >= FIRST_SECOND + FIRST_RARE + RARE) {
        *value = rest; /* not one of ours */
        return LEAD;
    }
    *value = slice_skip(rest, len);
    second -= FIRST_SECOND;
    return second < FIRST_RARE ? second : rare[second - FIRST_RARE];
}

/* What it is in the file; the last of those that are no further on, where it is none of them. */
static struct placeholder origin_of(struct placeholders *s, size_t end)
{
    struct placeholder none = {0};
    if (s->next < s->count && s->at[s->next].index < end)
        return s->at[s->next++];
    return s->next ? s->at[s->next - 1] : none;
}

static void add_code(struct buf *out, uint32_t code)
{
    char bytes[CODE_BYTES];
    buf_add(out, bytes, code_put(bytes, code));
}

/* A backslash in double quotes that begins no escape that libyaml takes. */
static void resolve_escape(struct placeholders *s, struct slice *rest, size_t end,
                           const struct placeholder *place, struct char_diags *char_diags,
                           struct buf *out)
{
    uint32_t code, low;
    size_t len = escape_read_number(*rest, &code), used;
    struct slice behind = slice_skip(*rest, len);
    if (len == 0) {
        struct slice next = *rest;
        code = slice_starts(next, lead) ? take_placeholder(&next)
               : next.len               ? (uint32_t)utf8_decode(next, &used)
                                        : '\n';
        buf_add_byte(out, '\\');
        char_diags_add(char_diags, CHAR_BAD_ESCAPE, place->line, place->column, code);
        return;
    }
    *rest = behind;
    if (code_is_high(code) && slice_starts(behind, lead) && take_placeholder(&behind) == '\\' &&
        (used = escape_read_number(behind, &low)) && code_is_low(low)) {
        origin_of(s, end);
        *rest = slice_skip(behind, used);
        code = code_of_pair(code, low);
        add_code(out, code);
        char_diags_add(char_diags, CHAR_SURROGATE_PAIR, place->line, place->column, code);
        return;
    }
    add_code(out, CODE_REPLACEMENT);
    char_diags_add(char_diags, code > CODE_MOST ? CHAR_OUT_OF_RANGE : CHAR_LONE_SURROGATE,
                   place->line, place->column, code);
}

void placeholders_restore(struct placeholders *s, struct slice value, size_t start, size_t end,
                          bool is_quoted, struct char_diags *char_diags, struct buf *out)
{
    while (s->next < s->count && s->at[s->next].index < start)
        s->next++;
    while (value.len) {
        const char *found = memmem(value.data, value.len, lead.data, lead.len);
        size_t before = found ? (size_t)(found - value.data) : value.len;
        buf_add_slice(out, slice_head(value, before));
        value = slice_skip(value, before);
        if (!found)
            return;
        uint32_t code = take_placeholder(&value);
        struct placeholder place = origin_of(s, end);
        if (code == '\\' && is_quoted) {
            resolve_escape(s, &value, end, &place, char_diags, out);
            continue;
        }
        add_code(out, code);
        if (code != '\\' && code != LEAD)
            char_diags_add(char_diags,
                           code_is_line_separator(code) ? CHAR_LINE_SEPARATOR : CHAR_CONTROL,
                           place.line, place.column, code);
    }
}
