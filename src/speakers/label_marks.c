/*
 * Labels without a speaker, by the text behind them.
 */
#include <string.h>

#include "speakers/label.h"
#include "speakers/label_names.h"

/* "[12:07]", "(1:02:03.5)", "[12:07] to [13:00]", or nothing. */
static bool is_only_time(struct slice words)
{
    for (size_t i = 0; i < words.len; i++) {
        if (!words.data[i] || !strchr("0123456789:.[]()\\- to", words.data[i]))
            return false;
    }
    return words.len == 0 || memchr(words.data, ':', words.len);
}

/* "[05:16] to [06:36]": a sound that was played. */
static bool is_range(struct slice words)
{
    int64_t time;
    if (!timestamp_take_bracketed(&words, &time))
        return false;
    if (slice_starts(words, SLICE("to ")))
        words = slice_skip(words, 3);
    else if (slice_starts(words, SLICE("- ")))
        words = slice_skip(words, 2);
    else
        return false;
    return timestamp_take_bracketed(&words, &time) && words.len == 0;
}

bool label_is_mark(const struct label *label)
{
    static const char *const marks[] = {"Break",  "Ad break", "Commercial break",
                                        "Jingle", "Song",     "Music",
                                        "Sample", "Intro",    "Outro",
                                        "Ad",     NULL};
    return label->form != LABEL_NONE && label->form != LABEL_CHEVRON && !label->is_item &&
           !label->is_row && slice_is_one_of(label->speaker, marks) && is_only_time(label->words);
}

bool label_is_played(const struct label *label)
{
    return label->form == LABEL_BOLD && is_range(label->written);
}

/* Whether a verb of saying or the like ends a longer name. */
static bool ends_in_saying(struct slice name)
{
    static const struct slice verbs[] = {
        {"说", 3},     {"道", 3},     {"想", 3},     {"问我", 6},     {"问他", 6},
        {"告诉我", 9}, {"告诉他", 9}, {"喊着", 6},   {"觉得", 6},     {"思考", 6},
        {"表示", 6},   {"认为", 6},   {"指出", 6},   {" said", 5},    {" says", 5},
        {" asked", 6}, {" asks", 5},  {" wrote", 6}, {" goes on", 8}, {" is", 3},
        {" are", 4},   {" was", 4},   {" were", 5},  {" that", 5},    {" following", 10}};
    for (size_t i = 0; name.len && i < sizeof verbs / sizeof *verbs; i++) {
        struct slice verb = verbs[i];
        if (name.data[name.len - 1] == verb.data[verb.len - 1] && name.len > verb.len &&
            slice_ends(name, verb))
            return true;
    }
    return false;
}

bool label_is_refused(const struct label *label)
{
    struct slice name = label->speaker, words = label->words;
    if (ends_in_saying(name) || slice_starts(name, SLICE("BY ")))
        return true; /* BY MR. LIMA: of a court */
    bool is_address = slice_starts(words, SLICE("//")) && words.len > 2 && words.data[2] != ' ';
    if (slice_starts(words, SLICE("http")) || is_address || slice_starts(words, SLICE("www.")))
        return true;
    bool ends_in_digit = name.len && name.data[name.len - 1] >= '0' &&
                         name.data[name.len - 1] <= '9';
    return ends_in_digit && words.len > 1 && words.data[0] >= '0' && words.data[0] <= '9' &&
           words.data[1] >= '0' && words.data[1] <= '9' && !label_is_anonymous(name);
}

bool label_is_loose(const struct label *label)
{
    return label->form == LABEL_PLAIN && (label->is_loose || label->has_no_colon);
}
