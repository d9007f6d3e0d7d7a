#include "parse/label.h"

static const struct slice wide_colon = {"\xEF\xBC\x9A", 3}; /* ： */

/* The bytes of the colon at the front; 0 where there is none. */
static size_t colon_at_front(struct slice text)
{
    if (text.len && text.data[0] == ':')
        return 1;
    return slice_starts(text, wide_colon) ? wide_colon.len : 0;
}

static size_t colon_at_end(struct slice text)
{
    if (text.len && text.data[text.len - 1] == ':')
        return 1;
    return slice_ends(text, wide_colon) ? wide_colon.len : 0;
}

static struct slice without_brackets(struct slice name)
{
    if (name.len > 2 && name.data[0] == '[' && name.data[name.len - 1] == ']')
        name = (struct slice){name.data + 1, name.len - 2};
    return slice_trim(name);
}

bool label_read(struct slice line, size_t bold, struct label *label)
{
    struct slice name = slice_trim(slice_head(line, bold));
    struct slice after = slice_trim(slice_skip(line, bold));
    size_t colon = colon_at_end(name);

    if (colon) {
        name.len -= colon;
    } else {
        colon = colon_at_front(after);
        after = slice_skip(after, colon);
    }
    label->speaker = without_brackets(slice_trim(name));
    label->words = slice_trim(after);
    return colon && label->speaker.len && label->speaker.len <= LABEL_MAX_BYTES;
}

bool label_is_numbered(struct slice name)
{
    static const char *const digits[] = {"一", "二", "三", "四", "五",
                                         "六", "七", "八", "九", "十"};
    size_t number = 0;

    while (number < name.len && name.data[number] >= '0' && name.data[number] <= '9')
        number++;
    struct slice rest = slice_skip(name, number);
    for (size_t i = 0; number == 0 && i < sizeof digits / sizeof *digits; i++) {
        if (slice_starts(name, slice_of(digits[i])))
            rest = slice_skip(name, 3);
    }
    bool has_number = rest.len < name.len;
    return has_number && (slice_starts(rest, SLICE(".")) || slice_starts(rest, SLICE(")")) ||
                          slice_starts(rest, SLICE("、")) || slice_starts(rest, SLICE("．")));
}

/* "[12:07]", "(1:02:03.5)", "[12:07] to [13:00]", or nothing. */
static bool is_only_time(struct slice words)
{
    for (size_t i = 0; i < words.len; i++) {
        if (!strchr("0123456789:.[]()\\- to", words.data[i]) || !words.data[i])
            return false;
    }
    return true;
}

bool label_is_mark(const struct label *label)
{
    static const char *const marks[] = {"Break", "Jingle", "Song", "Music", "Intro", "Outro", "Ad"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (slice_equal(label->speaker, slice_of(marks[i])))
            return is_only_time(label->words);
    }
    return false;
}
