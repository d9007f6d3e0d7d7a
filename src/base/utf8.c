#include "base/utf8.h"

#include <endian.h>
#include <stdlib.h>
#include <utf8proc.h>

enum { FIRST_WIDE = 0x1100 /* no character before it is */ };

/* utf8_decode() of what is not ASCII; not by utf8proc, since each character of a body passes here.
 */
static inline int32_t decode_wide(struct slice text, size_t *len)
{
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char lead = (unsigned char)text.data[0];
    size_t bytes = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    int32_t code = lead & 0x7F >> bytes;

    *len = 1;
    if (bytes == 0 || bytes > text.len)
        return -1;
    for (size_t i = 1; i < bytes; i++) {
        if (((unsigned char)text.data[i] & 0xC0) != 0x80)
            return -1;
        code = code << 6 | (text.data[i] & 0x3F);
    }
    if (code < least[bytes] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return -1;
    *len = bytes;
    return code;
}

int32_t utf8_decode_wide(struct slice text, size_t *len)
{
    return decode_wide(text, len);
}

size_t utf8_ascii_prefix(struct slice text)
{
    uint64_t eight;
    size_t at = 0;
    for (; at + sizeof eight <= text.len; at += sizeof eight) {
        memcpy(&eight, text.data + at, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    return at;
}

/* Whether a character of three bytes begins here, of those whose lead says that it is one: all but
 * E0, behind which it may be too short, and ED, where the surrogates are. */
static inline bool is_common_triple(const char *at)
{
    unsigned char lead = (unsigned char)at[0];
    return (lead & 0xF0) == 0xE0 && lead != 0xE0 && lead != 0xED && (at[1] & 0xC0) == 0x80 &&
           (at[2] & 0xC0) == 0x80;
}

size_t utf8_valid_prefix(struct slice text)
{
    size_t at = 0, len;

    while (at < text.len) {
        at += utf8_ascii_prefix(slice_skip(text, at));
        while (at + 3 <= text.len && is_common_triple(text.data + at))
            at += 3;
        /* Characters beyond ASCII seldom stand alone. */
        for (size_t end = at + sizeof(uint64_t); at < text.len && at < end; at += len) {
            len = 1;
            if ((unsigned char)text.data[at] >= 0x80 && decode_wide(slice_skip(text, at), &len) < 0)
                return at;
        }
    }
    return at;
}

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

uint32_t utf8_count(struct slice text)
{
    enum { BLOCK = 64 /* bytes, which the compiler has counted at once */ };
    uint32_t count = 0;
    size_t at = 0;
    for (; at + BLOCK <= text.len; at += BLOCK) {
        unsigned char of_block = 0;
        for (int i = 0; i < BLOCK; i++)
            of_block += begins_character(text.data[at + (size_t)i]);
        count += of_block;
    }
    for (; at < text.len; at++)
        count += begins_character(text.data[at]);
    return count;
}

bool utf8_is_valid(struct slice text)
{
    return utf8_valid_prefix(text) == text.len;
}

void utf8_repair(struct buf *out, struct slice text)
{
    for (;;) {
        size_t good = utf8_valid_prefix(text);
        buf_add(out, text.data, good);
        if (good == text.len)
            return;
        buf_add_text(out, "\xEF\xBF\xBD");
        text = slice_skip(text, good + 1);
    }
}

bool utf8_is_space(int32_t code)
{
    return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85 || code == 0xA0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

/* Unicode's property Default_Ignorable_Code_Point. */
static bool is_invisible(int32_t code)
{
    return code >= 0x80 && utf8proc_get_property(code)->ignorable;
}

static bool is_tag(int32_t code)
{
    return code >= 0xE0020 && code <= 0xE007F;
}

/* A character that modifies the one before it: a variation selector, or a tag of a flag. */
static bool is_selector(int32_t code)
{
    return (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xE0100 && code <= 0xE01EF) ||
           (code >= 0x180B && code <= 0x180D) || code == 0x180F || is_tag(code);
}

/* --- trimming --------------------------------------------------------------------------------- */

static bool is_blank(int32_t code)
{
    return utf8_is_space(code) || is_invisible(code);
}

/* The last character; 0 where the text is empty. */
static int32_t last_character(struct slice text, size_t *len)
{
    size_t used = 0;
    *len = text.len != 0;
    while (*len < text.len && *len < 4 &&
           ((unsigned char)text.data[text.len - *len] & 0xC0) == 0x80)
        (*len)++;
    int32_t code = *len ? utf8_decode(slice_skip(text, text.len - *len), &used) : 0;
    return used == *len ? code : -1;
}

struct slice utf8_trim(struct slice text)
{
    size_t len;
    text = slice_trim(text);
    while (text.len && is_blank(utf8_decode(text, &len)))
        text = slice_skip(text, len);
    for (int32_t last = last_character(text, &len); is_blank(last) && !is_selector(last);
         last = last_character(text, &len))
        text.len -= len;
    return text;
}

/* --- folding ---------------------------------------------------------------------------------- */

/* Maps a quote or hyphen to the ASCII character that people type instead, and any other character
 * to itself. NFKC maps the full-width ones. */
static int32_t look_alike(int32_t code)
{
    switch (code) {
    case 0x2018: /* ‘ */
    case 0x2019: /* ’ */
    case 0x201A: /* ‚ */
    case 0x201B: /* ‛ */
    case 0x02B9: /* ʹ */
    case 0x02BB: /* ʻ, the ʻokina */
    case 0x02BC: /* ʼ */
    case 0x02BD: /* ʽ */
    case 0x00B4: /* ´ */
    case 0x2032: /* ′ */
    case 0x05F3: /* ׳, geresh */
        return '\'';
    case 0x201C: /* “ */
    case 0x201D: /* ” */
    case 0x201E: /* „ */
    case 0x201F: /* ‟ */
    case 0x2033: /* ″ */
    case 0x05F4: /* ״, gershayim */
        return '"';
    case 0x2010: /* hyphen */
    case 0x2011: /* non-breaking hyphen */
        return '-';
    default:
        return code;
    }
}

static char lower_ascii(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

/* Copies eight bytes of ASCII in small letters. False, and what it copied is void: there is a
 * control character among them, or a space behind another one or behind `before`. */
static bool fold_eight(char *to, const char *from, char before)
{
    const uint64_t each = UINT64_C(0x0101010101010101), high = each * 0x80;
    uint64_t bytes;
    memcpy(&bytes, from, sizeof bytes);
    bytes = le64toh(bytes);
    /* The highest bit of each byte says of what kind it is. No byte carries into the next. */
    uint64_t spaces = ~((bytes ^ each * ' ') + each * 0x7F) & high;
    uint64_t controls = ~((bytes | high) - each * ' ') & high;
    uint64_t capitals = (bytes + each * (0x80 - 'A')) & ~(bytes + each * (0x7F - 'Z')) & high;
    bytes = htole64(bytes | capitals >> 2);
    memcpy(to, &bytes, sizeof bytes);
    return !controls && !(spaces & (spaces << 8 | (before == ' ' ? 0x80 : 0)));
}

static size_t ascii_length(struct slice text)
{
    size_t at = utf8_ascii_prefix(text);
    while (at < text.len && (unsigned char)text.data[at] < 0x80)
        at++;
    return at;
}

/* Appends ASCII in small letters, and a run of white space as one space, but for one that follows
 * `start`, or a space. */
static void fold_ascii(struct buf *out, size_t start, struct slice text)
{
    if (!buf_reserve(out, text.len))
        return;
    char *to = out->data + out->len, before = ' ';
    if (out->len > start)
        before = to[-1];
    for (size_t at = 0; at < text.len;) {
        if (text.len - at >= 8 && fold_eight(to, text.data + at, before)) {
            at += 8;
            to += 8;
            before = to[-1];
            continue;
        }
        char c = lower_ascii(text.data[at++]);
        if (byte_is_space(c))
            c = ' ';
        *to = c;
        to += (c != ' ') | (before != ' ');
        before = c;
    }
    *to = '\0';
    out->len = (size_t)(to - out->data);
}

static bool begins_with_ascii(struct slice text)
{
    return text.len && (unsigned char)text.data[0] < 0x80;
}

/* The bytes of a visible character beyond ASCII that NFKC and case folding leave as it is: most of
 * what Chinese is written in, U+4E00 to U+9FBF, and its marks, U+3001 to U+3011; the small letters
 * of Latin-1 with their accents; dashes. No character composes with one before it that is of these,
 * or of ASCII. What follows may. 0: another. */
static inline size_t plain_length(struct slice text)
{
    if (text.len < 3)
        return 0;
    unsigned char c = (unsigned char)text.data[0], next = (unsigned char)text.data[1],
                  last = (unsigned char)text.data[2];
    bool is_han = c >= 0xE4 && c <= 0xE9 && (c > 0xE4 || next >= 0xB8) &&
                  (c < 0xE9 || next <= 0xBE);
    bool is_mark = next == 0x80 && ((c == 0xE3 && last >= 0x81 && last <= 0x91) ||
                                    (c == 0xE2 && last >= 0x92 && last <= 0x95));
    return is_han || is_mark ? 3 : c == 0xC3 && next >= 0xA0 ? 2 : 0;
}

static size_t plain_run(struct slice text)
{
    size_t at = 0, len;
    while ((len = plain_length(slice_skip(text, at))) > 0)
        at += len;
    return at;
}

/* Appends the first character, which is beyond ASCII, where it is visible: look-alikes and full
 * width as ASCII, and white space as fold_ascii() does. Returns its bytes. The tags of a flag stay:
 * they distinguish it from other flags. */
static size_t add_odd(struct buf *out, size_t start, struct slice text, bool *is_flag)
{
    enum { FLAG = 0x1F3F4, FULL_WIDTH = 0xFF00 - ' ' /* less than that of ASCII */ };
    size_t len;
    int32_t code = utf8_decode(text, &len), alike = look_alike(code);
    *is_flag = code == FLAG || (*is_flag && is_tag(code));
    if (code > FULL_WIDTH + ' ' && code < FULL_WIDTH + 0x7F)
        buf_add_byte(out, lower_ascii((char)(code - FULL_WIDTH)));
    else if (utf8_is_space(code))
        fold_ascii(out, start, SLICE(" "));
    else if (alike != code)
        buf_add_byte(out, (char)alike);
    else if (*is_flag || !is_invisible(code))
        buf_add(out, text.data, len);
    return len;
}

/* Appends the visible characters, ASCII in small letters, and a run of white space as one space,
 * but none at the ends. */
static void add_visible(struct buf *out, struct slice text)
{
    const size_t start = out->len;
    bool is_flag = false;
    size_t len;
    buf_reserve(out, text.len);
    for (; text.len; text = slice_skip(text, len)) {
        if (begins_with_ascii(text)) {
            len = ascii_length(text);
            fold_ascii(out, start, slice_head(text, len));
            is_flag = false;
        } else if ((len = plain_run(text)) > 0) {
            buf_add(out, text.data, len);
            is_flag = false;
        } else {
            len = add_odd(out, start, text, &is_flag);
        }
    }
    if (out->len > start && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
}

/* Whether NFKC made something of a character that add_visible() would change: a space of a mark
 * that stands alone (U+2017), an apostrophe of one with a letter (U+0149), primes of several
 * (U+2034). */
static bool has_new_alikes(struct slice folded)
{
    size_t len = 1;
    for (size_t at = 0; at < folded.len; at += len) {
        unsigned char c = (unsigned char)folded.data[at];
        len = 1;
        if (c == ' ' && (at == 0 || at + 1 == folded.len || folded.data[at + 1] == ' '))
            return true;
        if (c != 0xCA && c != 0xE2)
            continue;
        int32_t code = utf8_decode(slice_skip(folded, at), &len);
        if (look_alike(code) != code)
            return true;
    }
    return false;
}

/* The bytes of plain characters and ASCII; the last one is not among them if another kind follows.
 */
static size_t plain_prefix(struct slice text)
{
    size_t at = 0, last = 0;
    while (at < text.len) {
        struct slice rest = slice_skip(text, at);
        size_t ascii = begins_with_ascii(rest) ? ascii_length(rest) : 0,
               len = ascii ? ascii : plain_length(rest);
        if (!len)
            return last;
        last = at + (ascii ? ascii - 1 : 0);
        at += len;
    }
    return at;
}

/* The bytes before the next plain character or ASCII, but for the first one, which may be one. */
static size_t odd_length(struct slice text)
{
    size_t len;
    utf8_decode(text, &len);
    while (len < text.len && !begins_with_ascii(slice_skip(text, len)) &&
           !plain_length(slice_skip(text, len))) {
        size_t more;
        utf8_decode(slice_skip(text, len), &more);
        len += more;
    }
    return len;
}

/* Appends NFKC of text, which is UTF-8, with case folded, by the library. */
static void fold_odd(struct buf *out, struct slice text)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t len = utf8proc_map(
        (const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.len, &folded,
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
    if (len < 0)
        out->failed = true; /* it was UTF-8, so memory ran out */
    else
        buf_add(out, folded, (size_t)len);
    free(folded);
}

/* Folds visible characters, which are the last in `out`. The library is slow, so it gets what needs
 * it. */
static void fold_visible(struct buf *out, size_t start)
{
    cleanup_buf struct buf visible = {0};
    buf_add_slice(&visible, slice_skip(buf_slice(out), start));
    out->failed |= visible.failed;
    out->len = start;
    struct slice text = buf_slice(&visible);
    while (text.len && !out->failed) {
        size_t plain = plain_prefix(text);
        buf_add_slice(out, slice_head(text, plain));
        text = slice_skip(text, plain);
        size_t odd = text.len ? odd_length(text) : 0;
        if (odd)
            fold_odd(out, slice_head(text, odd));
        text = slice_skip(text, odd);
    }
    struct slice folded = slice_skip(buf_slice(out), start);
    if (!out->failed && has_new_alikes(folded)) {
        visible.len = 0;
        add_visible(&visible, folded);
        out->len = start;
        buf_add_slice(out, buf_slice(&visible));
        out->failed |= visible.failed;
    }
}

bool utf8_fold(struct buf *out, struct slice text)
{
    const size_t start = out->len;
    if (!utf8_is_valid(text))
        return false;
    add_visible(out, text);
    struct slice visible = slice_skip(buf_slice(out), start);
    if (!out->failed && plain_prefix(visible) < visible.len)
        fold_visible(out, start);
    return !out->failed && out->len > start;
}

/* Bytes of characters that are neither white space nor invisible, and look like none of ASCII:
 * those of most words. The second and later bytes of a character belong to such a one too. */
static const bool is_plain[256] = {
    [0x21 ... 0x7E] = true, [0x80 ... 0xBF] = true, [0xC3 ... 0xC9] = true,
    [0xCE ... 0xD6] = true, [0xE4 ... 0xED] = true,
};

/* The number of bytes, of eight, before the first that is not 0x21 to 0x7E. A carry changes no bits
 * below the first byte that is beyond ASCII, which counts itself. */
static size_t visible_ascii_prefix(uint64_t eight)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t bytes = le64toh(eight), others = bytes | ~(bytes + each * 0x5F) | (bytes + each);
    others &= each * 0x80;
    return others ? (size_t)__builtin_ctzll(others) / 8 : sizeof eight;
}

/* Copies the first character to `*to` if it is to stay, and plain ones beyond ASCII that follow,
 * and returns the number of bytes read. */
static inline size_t squeeze_some(char **to, struct slice text)
{
    size_t len = 0;
    if (text.data[0] == ' ')
        return 1;
    while (len < text.len && is_plain[(unsigned char)text.data[len]] &&
           (len == 0 || (unsigned char)text.data[len] >= 0x80))
        *(*to)++ = text.data[len++];
    if (len)
        return len;
    int32_t code = utf8_decode(text, &len), alike = look_alike(code);
    if (is_blank(code))
        return len;
    memcpy(*to, text.data, len);
    if (alike != code)
        **to = (char)alike;
    *to += alike != code ? 1 : len;
    return len;
}

/* Copies words of ASCII without the spaces behind them, up to another character or to the last
 * eight bytes; returns the bytes read. */
static inline size_t squeeze_ascii(char **to, struct slice text)
{
    size_t at = 0;
    uint64_t eight;
    while (text.len - at >= sizeof eight) {
        memcpy(&eight, text.data + at, sizeof eight);
        memcpy(*to, &eight, sizeof eight);
        size_t visible = visible_ascii_prefix(eight);
        *to += visible;
        at += visible;
        if (visible < sizeof eight && text.data[at++] != ' ')
            return at - 1;
    }
    return at;
}

void utf8_squeeze(struct buf *out, struct slice text)
{
    if (!buf_reserve(out, text.len))
        return;
    char *to = out->data + out->len;
    while (text.len) {
        text = slice_skip(text, squeeze_ascii(&to, text));
        if (text.len)
            text = slice_skip(text, squeeze_some(&to, text));
    }
    *to = '\0';
    out->len = (size_t)(to - out->data);
}

/* --- cutting and showing ---------------------------------------------------------------------- */

struct slice utf8_cut(struct slice text, size_t max)
{
    if (text.len <= max)
        return text;

    size_t cut = 0, at = 0, len;
    utf8proc_int32_t state = 0, last = -1;
    while (at <= max) {
        int32_t code = utf8_decode(slice_skip(text, at), &len);
        if (last < 0 || code < 0 || utf8proc_grapheme_break_stateful(last, code, &state))
            cut = at;
        last = code;
        at += len;
    }
    return slice_head(text, cut);
}

bool utf8_is_control(int32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void utf8_add_visible(struct buf *out, struct slice text)
{
    size_t len;
    for (; text.len; text = slice_skip(text, len)) {
        int32_t code = utf8_decode(text, &len);
        bool is_visible = code >= 0 && !utf8_is_control(code);
        if (is_visible)
            buf_add(out, text.data, len);
        for (size_t i = 0; i < len && !is_visible; i++)
            buf_printf(out, "\\x%02x", (unsigned)(unsigned char)text.data[i]);
    }
}

bool utf8_begins_with_mark(struct slice text)
{
    static const char marks[] = ",;:!?)]}%”，、。！？";
    size_t len, dots = 0;
    while (dots < text.len && text.data[dots] == '.')
        dots++;
    if (slice_starts(slice_skip(text, dots), SLICE("…")))
        dots += strlen("…");
    struct slice rest = slice_skip(text, dots);
    if (!rest.len)
        return dots > 0;
    utf8proc_category_t kind = utf8proc_category(utf8_decode(rest, &len));
    if (dots)
        return kind < UTF8PROC_CATEGORY_LU || kind > UTF8PROC_CATEGORY_LO;
    return memmem(marks, sizeof marks - 1, rest.data, len);
}

bool utf8_is_wide(int32_t code)
{
    return code >= FIRST_WIDE && utf8proc_charwidth(code) == 2;
}
