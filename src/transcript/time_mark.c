#include "transcript/time_mark.h"

static bool is_quote(struct slice text)
{
    return slice_starts(text, SLICE("\"")) || slice_starts(text, SLICE("'")) ||
           slice_starts(text, SLICE("“")) || slice_starts(text, SLICE("”")) ||
           slice_starts(text, SLICE("「")) || slice_starts(text, SLICE("」"));
}

static bool ends_in_quote(struct slice text)
{
    return (text.len && is_quote(slice_skip(text, text.len - 1))) ||
           (text.len > 2 && is_quote(slice_skip(text, text.len - 3)));
}

static bool starts_with_colon(struct slice text)
{
    return slice_starts(text, SLICE(":")) || slice_starts(text, SLICE("："));
}

/* Takes the second time of `[05:16] to [06:36]`, what stands between them included. */
static bool take_end(struct slice *text)
{
    static const char *const signs[] = {"to ", "- ", "– ", "— "};
    int64_t time;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!slice_starts(*text, slice_of(signs[i])))
            continue;
        struct slice rest = slice_skip(*text, strlen(signs[i]));
        if (timestamp_take_bracketed(&rest, &time)) {
            *text = rest;
            return true;
        }
    }
    return false;
}

static bool is_mark(struct slice written, struct slice before, struct slice behind, int64_t time,
                    int64_t reached)
{
    const char *colon = memchr(written.data, ':', written.len);
    bool has_hours = memchr(colon + 1, ':', written.len - (size_t)(colon + 1 - written.data));
    struct slice left = slice_trim(before);
    bool is_near = !byte_is_space(written.data[written.len - 1]);
    if (written.data[0] == '(' && !has_hours && (reached == NO_TIME || time < reached))
        return false;
    if ((written.data[0] == '(' && starts_with_colon(behind)) || slice_ends(before, SLICE("#")) ||
        (is_near && ends_in_quote(before) && is_quote(behind)))
        return false;
    return behind.len || !(slice_ends(left, SLICE(":")) || slice_ends(left, SLICE("：")));
}

bool time_mark_take(struct slice *words, int64_t reached, struct slice *before, int64_t *time)
{
    struct byte_finder round = {.text = *words, .byte = '('},
                       square = {.text = *words, .byte = '['};
    for (size_t at = 0; at < words->len; at++) {
        size_t next = byte_find(&round, at), other = byte_find(&square, at);
        at = next < other ? next : other;
        struct slice rest = slice_skip(*words, at), written = rest;
        if (rest.len < 2 || rest.data[1] < '0' || rest.data[1] > '9' ||
            !timestamp_take_bracketed(&rest, time))
            continue;
        struct slice behind = rest;
        written.len -= rest.len;
        if (take_end(&rest)) {
            at = (size_t)(rest.data - words->data) - 1;
            continue;
        }
        struct slice left = slice_head(*words, at);
        if (!is_mark(written, left, behind, *time, reached))
            continue;
        *before = slice_trim(left);
        *words = rest;
        return true;
    }
    return false;
}
