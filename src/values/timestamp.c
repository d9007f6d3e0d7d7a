#include "values/timestamp.h"

static int64_t number_of(struct slice digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.len; i++)
        number = number * 10 + (digits.data[i] - '0');
    return number;
}

/* The last part of the time code of a film, `01:02:03:24` or `01:02:03;24`: how many pictures make
 * a second it does not say. */
static void skip_frames(struct slice *rest, int parts)
{
    bool has_sign = rest->len > 2 && (rest->data[0] == ':' || rest->data[0] == ';');
    bool has_frames = parts == 2 && has_sign && slice_digits(slice_skip(*rest, 1)) == 2;
    if (has_frames && number_of((struct slice){rest->data + 1, 2}) < 60)
        *rest = slice_skip(*rest, 3);
}

bool timestamp_take(struct slice *text, int64_t *time)
{
    struct slice rest = *text;
    size_t digits = slice_digits(rest);
    int64_t seconds = 0;
    int parts = 0;

    if (digits < 1 || digits > 3)
        return false;
    for (;; parts++) {
        int64_t number = number_of(slice_head(rest, digits));
        if (parts && number > 59)
            return false;
        seconds = seconds * 60 + number;
        rest = slice_skip(rest, digits);
        if (parts == 2 || rest.len < 3 || rest.data[0] != ':')
            break;
        digits = slice_digits(slice_skip(rest, 1));
        if (digits != 2)
            break;
        rest = slice_skip(rest, 1);
    }
    if (parts == 0)
        return false;
    int64_t milliseconds = 0;
    bool has_point = rest.len > 1 && (rest.data[0] == '.' || rest.data[0] == ',');
    digits = has_point ? slice_digits(slice_skip(rest, 1)) : 0;
    if (digits >= 1 && digits <= 3) {
        milliseconds = number_of((struct slice){rest.data + 1, digits});
        for (size_t i = digits; i < 3; i++)
            milliseconds *= 10;
        rest = slice_skip(rest, digits + 1);
    }
    skip_frames(&rest, parts);
    *time = seconds * 1000 + milliseconds;
    *text = rest;
    return true;
}

bool timestamp_take_bracketed(struct slice *text, int64_t *time)
{
    struct slice rest = *text;
    if (rest.len < 2 || (rest.data[0] != '[' && rest.data[0] != '('))
        return false;
    char close = rest.data[0] == '[' ? ']' : ')';
    rest = slice_skip(rest, 1);
    if (!timestamp_take(&rest, time) || rest.len == 0 || rest.data[0] != close)
        return false;
    rest = slice_skip(rest, 1);
    while (rest.len && byte_is_space(rest.data[0]))
        rest = slice_skip(rest, 1);
    *text = rest;
    return true;
}

bool timestamp_take_last(struct slice *text, int64_t *time)
{
    struct slice whole = slice_trim(*text);
    if (slice_ends(whole, SLICE(":")))
        whole.len--;
    if (whole.len == 0)
        return false;
    char last = whole.data[whole.len - 1];
    if (!byte_is_space(last) && !(last >= '0' && last <= '9') && last != ']' && last != ')')
        return false; /* as on most lines */
    /* A time is at most "[000:00:00.000]" long; the longest that ends here is the one. */
    size_t most = whole.len < 16 ? whole.len : 16;
    for (size_t len = most; len >= 4; len--) {
        struct slice tail = slice_skip(whole, whole.len - len);
        bool begins = len == whole.len || byte_is_space(tail.data[-1]) || tail.data[-1] == ':';
        if (begins && (timestamp_take_bracketed(&tail, time) || timestamp_take(&tail, time)) &&
            tail.len == 0) {
            *text = slice_trim(slice_head(whole, whole.len - len));
            return true;
        }
    }
    return false;
}
