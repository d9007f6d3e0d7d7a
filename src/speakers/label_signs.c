#include "speakers/label_signs.h"

#include <ctype.h>
#include <strings.h>

#include "base/utf8.h"
#include "speakers/label_names.h"
#include "values/timestamp.h"

const struct slice label_wide_colon = {"\xEF\xBC\x9A", 3};
/* The signs that may replace a colon between a name, a time and words. */
static const struct slice dashes[] = {{"-", 1}, {"–", 3}, {"—", 3}, {"|", 1},
                                      {"·", 2}, {"•", 3}, {"/", 1}};
enum { DASHES = sizeof dashes / sizeof *dashes };

size_t label_colon_at_front(struct slice text)
{
    if (text.len && text.data[0] == ':')
        return 1;
    return slice_starts(text, label_wide_colon) ? label_wide_colon.len : 0;
}

size_t label_colon_at_end(struct slice text)
{
    if (text.len && text.data[text.len - 1] == ':')
        return 1;
    return slice_ends(text, label_wide_colon) ? label_wide_colon.len : 0;
}

bool label_has_colon(struct slice text)
{
    return memchr(text.data, ':', text.len) ||
           memmem(text.data, text.len, label_wide_colon.data, label_wide_colon.len);
}

/* The bytes of a space at the front, or at the end; of U+00A0 and U+202F, which break no line. */
static inline size_t space_at_front(struct slice text)
{
    unsigned char first = (unsigned char)(text.len ? text.data[0] : 0);
    return byte_is_space((char)first)                                   ? 1
           : first == 0xC2 && slice_starts(text, SLICE("\xC2\xA0"))     ? 2
           : first == 0xE2 && slice_starts(text, SLICE("\xE2\x80\xAF")) ? 3
                                                                        : 0;
}

static inline size_t space_at_end(struct slice text)
{
    unsigned char last = (unsigned char)(text.len ? text.data[text.len - 1] : 0);
    return byte_is_space((char)last)                                 ? 1
           : last == 0xA0 && slice_ends(text, SLICE("\xC2\xA0"))     ? 2
           : last == 0xAF && slice_ends(text, SLICE("\xE2\x80\xAF")) ? 3
                                                                     : 0;
}

struct slice label_skip_space(struct slice text)
{
    size_t len;
    while ((len = space_at_front(text)))
        text = slice_skip(text, len);
    return text;
}

struct slice label_trim_space(struct slice text)
{
    size_t len;
    while ((len = space_at_end(text)))
        text.len -= len;
    return label_skip_space(text);
}

/* What is shown of `[[Name]]` and `[[page|Name]]`, links of a vault. */
static struct slice without_link(struct slice name)
{
    if (name.len < 5 || !slice_starts(name, SLICE("[[")) || !slice_ends(name, SLICE("]]")))
        return name;
    name = slice_trim((struct slice){name.data + 2, name.len - 4});
    const char *bar = memrchr(name.data, '|', name.len);
    return bar ? slice_trim(slice_skip(name, (size_t)(bar - name.data) + 1)) : name;
}

/* A name without the pictures before it: `🎙️ Ana`. */
static struct slice without_pictures(struct slice name)
{
    size_t len;
    while (name.len && (unsigned char)name.data[0] >= 0xE2) {
        int32_t code = utf8_decode(name, &len);
        bool is_picture = (code >= 0x2190 && code <= 0x2BFF) || code == 0x200D || code == 0xFE0F ||
                          (code >= 0x1F000 && code <= 0x1FAFF);
        if (!is_picture)
            break;
        name = label_skip_space(slice_skip(name, len));
    }
    return name;
}

struct slice label_without_brackets(struct slice name)
{
    name = without_link(label_trim_space(name));
    struct slice bare = without_pictures(name);
    if (bare.len < name.len && label_is_name(bare))
        name = bare;
    if (slice_starts(name, SLICE(". ")))
        name = label_skip_space(slice_skip(name, 2)); /* of the sentence before */
    if (name.len > 2 && name.data[0] == '[' && name.data[name.len - 1] == ']')
        name = label_trim_space((struct slice){name.data + 1, name.len - 2});
    if (name.len > 6 && name.data[0] == '\xE3' && slice_starts(name, SLICE("【")) &&
        slice_ends(name, SLICE("】")))
        name = label_trim_space((struct slice){name.data + 3, name.len - 6});
    return name;
}

bool label_has_letter(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
            return true;
    }
    return false;
}

/* --- signs and times -------------------------------------------------------------------------- */

bool label_take_sign(struct slice *text)
{
    size_t len = label_colon_at_front(*text);
    bool is_word = text->len && isalnum((unsigned char)text->data[0]);
    for (size_t i = 0; i < DASHES && !len && !is_word; i++) {
        size_t end = dashes[i].len;
        if (slice_starts(*text, dashes[i]) && (text->len == end || byte_is_space(text->data[end])))
            len = end;
    }
    *text = label_skip_space(slice_skip(*text, len));
    return len > 0;
}

struct slice label_without_colon(struct slice name)
{
    return slice_head(name, name.len - label_colon_at_end(name));
}

struct slice label_without_dash(struct slice name)
{
    name = label_trim_space(name);
    if (name.len && isalnum((unsigned char)name.data[name.len - 1]))
        return name; /* the common case */
    for (size_t i = 0; i < DASHES; i++) {
        if (slice_ends(name, dashes[i]))
            return label_trim_space(slice_head(name, name.len - dashes[i].len));
    }
    return slice_ends(name, SLICE(",")) ? slice_head(name, name.len - 1) : name;
}

/* Takes a range, `[00:01 - 00:04]` or `00:00:01 --> 00:00:04`. The first time counts. */
static bool take_range(struct slice *text, int64_t *time)
{
    static const char *const signs[] = {"-->", "-", "–", "—"};
    struct slice rest = *text;
    int64_t begin, end;
    char close = '\0';
    if (slice_starts(rest, SLICE("[")))
        close = ']';
    else if (slice_starts(rest, SLICE("(")))
        close = ')';
    rest = slice_skip(rest, close != '\0');
    if (!timestamp_take(&rest, &begin))
        return false;
    rest = label_skip_space(rest);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!slice_starts(rest, slice_of(signs[i])))
            continue;
        rest = label_skip_space(slice_skip(rest, strlen(signs[i])));
        if (!timestamp_take(&rest, &end) || (close && (!rest.len || rest.data[0] != close)))
            return false;
        rest = slice_skip(rest, close != '\0');
        if (!close && rest.len && !byte_is_space(rest.data[0]) && !label_colon_at_front(rest))
            return false;
        *time = begin;
        *text = label_skip_space(rest);
        return true;
    }
    return false;
}

bool label_take_time(struct slice *text, int64_t *time)
{
    struct slice rest = *text;
    int64_t taken;
    if (!rest.len ||
        !(isdigit((unsigned char)rest.data[0]) || rest.data[0] == '[' || rest.data[0] == '('))
        return false; /* the common case */
    if (take_range(text, time))
        return true;
    bool in_brackets = timestamp_take_bracketed(&rest, &taken);
    if (!in_brackets && !timestamp_take(&rest, &taken))
        return false;
    bool goes_on = rest.len > 1 && rest.data[0] == ':' && rest.data[1] >= '0' &&
                   rest.data[1] <= '9';
    if (!in_brackets && rest.len &&
        (goes_on || (!byte_is_space(rest.data[0]) && !label_colon_at_front(rest))))
        return false;
    rest = label_skip_space(rest);
    bool is_of_day = rest.len > 1 && strncasecmp(rest.data + 1, "m", 1) == 0 &&
                     memchr("aApP", rest.data[0], 4) &&
                     (rest.len == 2 || !isalpha((unsigned char)rest.data[2]));
    if (is_of_day)
        return false; /* 12:30 PM */
    *text = rest;
    *time = taken;
    return true;
}
