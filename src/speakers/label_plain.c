#include "speakers/label_plain.h"

#include <ctype.h>
#include <strings.h>

#include "base/utf8.h"
#include "speakers/label_names.h"
#include "speakers/label_signs.h"

static const struct slice en_dash = {"\xE2\x80\x93", 3};

/* False for what no name contains: the punctuation of sentences and addresses. A full stop may end
 * an abbreviation (Dr. Who, J. P. Smith). */
static bool is_name_character(int32_t code, struct slice behind)
{
    static const struct byte_set in_no_name = {{
        ['!'] = true, ['?'] = true, [';'] = true, [','] = true, ['"'] = true,  ['<'] = true,
        ['>'] = true, ['/'] = true, ['|'] = true, ['='] = true, ['*'] = true,  ['`'] = true,
        ['{'] = true, ['}'] = true, ['@'] = true, ['%'] = true, ['\\'] = true, ['$'] = true,
        ['+'] = true, ['~'] = true, ['^'] = true,
    }};
    if (code == '.')
        return behind.len > 1 && behind.data[1] == ' ';
    if (code < 0x80)
        return code > 0 && !in_no_name.has[code];
    return code != 0x3002 && code != 0xFF0C && code != 0xFF01 && code != 0xFF1F && code != 0xFF1B &&
           code != 0x3001 && !(code >= 0x201C && code <= 0x201F) && code != 0x300C &&
           code != 0x300D && code != 0x2026 && code != 0x300A;
}

/* Whether one comma parts a name in two, as in `Lima, Ana` and `Ana Lima, Skerry`. */
static bool is_parted(struct slice name, struct slice comma)
{
    unsigned char next = (unsigned char)(comma.len > 2 ? comma.data[2] : 0);
    return comma.data > name.data && comma.len > 2 && comma.data[1] == ' ' &&
           (isupper(next) || next >= 0x80) && !memchr(comma.data + 1, ',', comma.len - 1);
}

/* Whether a name has, up to a bracket, few enough words, or characters of a script without spaces.
 */
static bool is_short(struct slice name)
{
    size_t words = 1, wide = 0, len;
    const char *bracket = memchr(name.data, '(', name.len);
    if (bracket > name.data && bracket[-1] == ' ')
        name = slice_head(name, (size_t)(bracket - name.data) - 1);
    for (; name.len; name = slice_skip(name, len)) {
        int32_t code = utf8_decode(name, &len);
        words += code == ' ';
        wide += utf8_is_wide(code);
    }
    return words <= 6 && wide <= 12;
}

/* Whether each bracket of a name is closed; a label that is cut off within one is none. */
static bool is_balanced(struct slice name)
{
    int round = 0, square = 0, wide = 0;
    for (; name.len && round >= 0 && square >= 0 && wide >= 0; name = slice_skip(name, 1)) {
        char c = name.data[0];
        round += (c == '(') - (c == ')');
        square += (c == '[') - (c == ']');
        if (c == label_wide_colon.data[0])
            wide += slice_starts(name, SLICE("（")) - slice_starts(name, SLICE("）"));
    }
    return !round && !square && !wide;
}

bool label_may_be_name(struct slice name)
{
    size_t len;
    if (name.len == 0 || name.len > LABEL_MAX_PLAIN_BYTES || !label_has_letter(name) ||
        !is_short(name))
        return false;
    if (slice_starts(name, SLICE("- ")) || slice_starts(name, SLICE("#")) || !is_balanced(name))
        return false;
    for (struct slice rest = name; rest.len; rest = slice_skip(rest, len)) {
        int32_t code = utf8_decode(rest, &len);
        if (code == ',' ? !is_parted(name, rest) : !is_name_character(code, rest))
            return false;
    }
    return true;
}

/* `Name: 00:12:34`, `Name 00:12:34:`, `Name – 00:12:34:`, alone on its line. */
static bool read_timed(struct slice line, struct label *label)
{
    struct slice name = line;
    int64_t start;
    if (!timestamp_take_last(&name, &start))
        return false;
    name = slice_trim(name);
    /* timestamp_take_last() dropped a colon behind the time, but not one before it. */
    size_t colon = label_colon_at_end(name);
    name.len -= colon;
    label->is_loose = (colon == 0 && line.data[line.len - 1] != ':') ||
                      slice_ends(name, SLICE(","));
    label->speaker = label_without_brackets(label_without_dash(name));
    label->words = (struct slice){0};
    if (!label_may_be_name(label->speaker) || label_has_colon(label->speaker))
        return false;
    label->start = start;
    return true;
}

/* The first colon in the line, where it can end a label; line.len if there is none. */
static size_t find_colon(struct slice line)
{
    struct slice head = slice_head(line, LABEL_MAX_PLAIN_BYTES + 6);
    const char *narrow = head.len ? memchr(head.data, ':', head.len) : NULL, *wide;
    struct slice rest = narrow ? slice_head(head, (size_t)(narrow - head.data)) : head;
    while (rest.len && (wide = memchr(rest.data, label_wide_colon.data[0], rest.len))) {
        size_t at = (size_t)(wide - line.data);
        if (label_colon_at_front(slice_skip(line, at)))
            return at;
        rest = slice_skip(rest, (size_t)(wide - rest.data) + 1);
    }
    if (!narrow)
        return line.len;
    size_t at = (size_t)(narrow - line.data);
    struct slice behind = slice_skip(line, at + 1);
    return behind.len == 0 || byte_is_space(behind.data[0]) || (unsigned char)behind.data[0] >= 0x80
               ? at
               : line.len;
}

/* Whether a line begins with the letter of a question or an answer, in English or Spanish, and no
 * longer word. */
static bool begins_with_letter(struct slice line)
{
    return line.len >= 5 && memchr("QAPR", line.data[0], 4) && memchr("./ ", line.data[1], 3);
}

/* `Q - words`, `A – words`, `P/1 – words`, `Q. words`: one letter and a sign, of a line that
 * begins_with_letter(). */
static bool read_dashed(struct slice line, struct label *label)
{
    size_t len = line.data[1] == '/' && isdigit((unsigned char)line.data[2]) ? 3 : 1;
    label->speaker = slice_head(line, len);
    label->is_dotted = line.data[1] == '.' && line.data[2] == ' ';
    if (label->is_dotted) {
        label->words = slice_trim(slice_skip(line, 2));
        return true;
    }
    if (line.data[len] != ' ')
        return false;
    struct slice rest = slice_skip(line, len + 1);
    size_t dash = slice_starts(rest, SLICE("-")) ? 1
                  : slice_starts(rest, en_dash)  ? en_dash.len
                                                 : 0;
    rest = slice_skip(rest, dash);
    if (dash == 0 || rest.len == 0 || rest.data[0] != ' ')
        return false;
    label->words = slice_trim(rest);
    return true;
}

/* Takes the addressee from the front of a line of a chat. True if that is everyone, or one who is
 * said to be alone. */
static bool take_addressee(struct slice *text)
{
    static const struct slice all[] = {{"everyone", 8},
                                       {"all panelists and attendees", 27},
                                       {"all panelists", 13},
                                       {"hosts and panelists", 19}};
    static const struct slice marks[] = {SLICE("(Direct Message)"), SLICE("(Privately)")};
    size_t len = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all && !len; i++) {
        if (text->len >= all[i].len && strncasecmp(text->data, all[i].data, all[i].len) == 0)
            len = all[i].len;
    }
    struct slice near = slice_head(*text, LABEL_MAX_BYTES);
    for (size_t i = 0; i < sizeof marks / sizeof *marks && !len && near.len; i++) {
        const char *at = memmem(near.data, near.len, marks[i].data, marks[i].len);
        len = at ? (size_t)(at - near.data) + marks[i].len : 0;
    }
    *text = label_skip_space(slice_skip(*text, len));
    return len > 0;
}

/* `From Ana Lima to Everyone: words`, as the chat beside a call has it; a time of day may stand in
 * place of the words, and then of the colon. */
static bool read_chat(struct slice line, struct label *label)
{
    if (!slice_starts(line, SLICE("From ")))
        return false;
    struct slice near = slice_head(line, LABEL_MAX_BYTES);
    const char *to = memmem(near.data, near.len, " to ", 4);
    struct slice rest = to ? label_skip_space(slice_skip(line, (size_t)(to - line.data) + 4))
                           : line;
    if (!to || !take_addressee(&rest))
        return false;
    size_t colon = label_colon_at_front(rest);
    label->speaker = slice_trim((struct slice){line.data + 5, (size_t)(to - line.data) - 5});
    label->words = label_skip_space(slice_skip(rest, colon));
    return label->speaker.len && label->speaker.len <= LABEL_MAX_PLAIN_BYTES &&
           label_has_letter(label->speaker) && !label_has_colon(label->speaker) &&
           (colon || !rest.len || isdigit((unsigned char)rest.data[0]));
}

/* A name of up to four words and nothing else, as a screenplay has it: `ANA LIMA`. */
static bool is_in_capitals(struct slice line)
{
    enum { MOST_WORDS = 4, LEAST_LETTERS = 2, MOST_LINE = 40 };
    size_t letters = 0, words = 1;
    if (line.len > MOST_LINE || line.len < LEAST_LETTERS || !isupper((unsigned char)line.data[0]))
        return false; /* the common case */
    for (size_t i = 0; i < line.len; i++) {
        char c = line.data[i];
        letters += isupper((unsigned char)c) != 0;
        words += c == ' ';
        if (!isupper((unsigned char)c) && !memchr(" .-'", c, 4))
            return false;
    }
    return letters >= LEAST_LETTERS && words <= MOST_WORDS;
}

/* The bytes of a title and the space behind it; 0 if a line does not begin with one. */
static size_t title_at_front(struct slice line)
{
    static const char *const titles[] = {
        "Mr.",         "Mrs.",           "Ms.",       "Miss",       "Dr.",
        "Hon.",        "Senator",        "Chairman",  "Chairwoman", "Chair",
        "Chairperson", "Representative", "General",   "Admiral",    "Ambassador",
        "Secretary",   "Commissioner",   "Director",  "Judge",      "Justice",
        "Governor",    "Mayor",          "President", "Professor",  "Colonel",
        "Captain",     "Sheriff",        "The",       NULL};
    static const struct byte_set begins_title = {{['M'] = true,
                                                  ['D'] = true,
                                                  ['H'] = true,
                                                  ['S'] = true,
                                                  ['C'] = true,
                                                  ['R'] = true,
                                                  ['G'] = true,
                                                  ['A'] = true,
                                                  ['J'] = true,
                                                  ['P'] = true,
                                                  ['T'] = true}};
    enum { MOST_TITLE = 15 };
    struct slice near = slice_head(line, MOST_TITLE), title;
    if (!near.len || !begins_title.has[(unsigned char)near.data[0]])
        return 0; /* the common case */
    const char *space = memchr(near.data, ' ', near.len);
    if (!space || space + 1 == near.data + near.len || !isupper((unsigned char)space[1]))
        return 0;
    title = slice_head(near, (size_t)(space - near.data));
    return slice_is_one_of(title, titles) ? title.len + 1 : 0;
}

/* `Mr. PAIK. Words`, `Ms. Wren of Ohio. Words`, `The CHAIRMAN. Words`, as the printed record of a
 * hearing has it. */
static bool read_titled(struct slice line, struct label *label)
{
    size_t title = title_at_front(line);
    struct slice rest = slice_skip(line, title), near = slice_head(rest, LABEL_MAX_PLAIN_BYTES);
    const char *stop = title ? memmem(near.data, near.len, ". ", 2) : NULL;
    if (!stop || stop == near.data)
        return false;
    struct slice name = {near.data, (size_t)(stop - near.data)};
    const char *of = memmem(name.data, name.len, " of ", 4);
    struct slice bare = of ? slice_head(name, (size_t)(of - name.data)) : name;
    label->speaker = slice_head(line, title + name.len);
    label->words = slice_trim(slice_skip(line, title + name.len + 1));
    label->is_dotted = true;
    bool is_office = slice_starts(line, SLICE("The "));
    return label->words.len && isupper((unsigned char)bare.data[0]) &&
           !islower((unsigned char)label->words.data[0]) && label_is_name(bare) &&
           label_may_be_name(label->speaker) && !label_has_colon(name) &&
           (!is_office || is_in_capitals(bare));
}

static bool read_plain(struct slice line, struct label *label)
{
    if (read_titled(line, label))
        return true;
    label->is_dotted = false;
    size_t at = find_colon(line);
    /* The colon of `Q. One thing: where?` is one of the sentence, that of `A. Lima: words` is not.
     */
    if (begins_with_letter(line) && (at == line.len || !label_is_name(slice_head(line, at))) &&
        read_dashed(line, label))
        return true;
    if (at == line.len)
        return false;
    struct slice rest = slice_skip(line, at);
    label->speaker = label_without_brackets(slice_head(line, at));
    label->words = slice_trim(slice_skip(rest, label_colon_at_front(rest)));
    return label_may_be_name(label->speaker);
}

/* Whether a time behind a name in the same line makes it a label, and is no time of day within
 * speech: `Ana: It rained at 9:30 - we left`. */
static bool may_have_time(struct slice name)
{
    const char *bracket = memmem(name.data, name.len, " (", 2);
    struct slice bare = bracket ? slice_head(name, (size_t)(bracket - name.data)) : name;
    return !label_has_colon(name) && (label_is_name(bare) || !memchr(name.data, ' ', name.len));
}

/* Whether there may be a time: a colon stands behind a digit. */
static bool has_minutes(struct slice text)
{
    struct slice part;
    while (slice_take(&text, ':', &part) && text.data) {
        if (part.len && isdigit((unsigned char)part.data[part.len - 1]))
            return true;
    }
    return false;
}

/* `Name (0:23): words`, `Name [0:23] - words`, `Name | 0:23 | words`, `Name [0:23] words`. */
static bool read_named_time(struct slice line, struct label *label)
{
    struct slice near = slice_head(line, LABEL_MAX_PLAIN_BYTES);
    if (!has_minutes(near))
        return false;
    for (size_t at = 1; at < near.len; at++) {
        char c = line.data[at];
        if (!byte_is_space(line.data[at - 1]) || !memchr("0123456789[(", c, 12))
            continue;
        struct slice rest = slice_skip(line, at);
        if (!label_take_time(&rest, &label->start))
            continue;
        label->is_loose = true;
        label->has_comma = slice_ends(slice_head(line, at), SLICE(", "));
        label->speaker = label_without_brackets(label_without_dash(slice_head(line, at)));
        bool has_sign = label_take_sign(&rest) || c == '[' || c == '(';
        if (has_sign && rest.len && label_may_be_name(label->speaker) &&
            may_have_time(label->speaker)) {
            label->words = rest;
            return true;
        }
        label->start = NO_TIME;
        break;
    }
    return false;
}

enum { ROW = 3, SENTENCE = 5 }; /* words that data does not have */

/* So many words or more: those of a script without spaces count as many. */
static bool has_words(struct slice words, size_t least)
{
    size_t spaces = 0, len;
    for (; words.len; words = slice_skip(words, len)) {
        int32_t code = utf8_decode(words, &len);
        spaces += code == ' ' || utf8_is_wide(code);
    }
    return spaces + 1 >= least;
}

/* | Name | 0:23 | words |, a row of a table. */
static bool read_row(struct slice line, struct label *label)
{
    struct slice rest = slice_skip(line, 1), name, time;
    if (slice_ends(rest, SLICE("|")))
        rest.len--;
    if (!slice_take(&rest, '|', &name) || !slice_take(&rest, '|', &time))
        return false;
    name = slice_trim(name);
    label->is_loose = label->is_row = true;
    if (!rest.data) { /* | Name | words | */
        label->speaker = name;
        label->words = slice_trim(time);
        label->has_no_colon = true;
        label->is_short = !has_words(label->words, ROW);
        return label_may_be_name(name) && label->words.len;
    }
    time = slice_trim(time);
    if (name.len && name.data[0] >= '0' && name.data[0] <= '9') {
        struct slice first = name; /* | 0:23 | Name | words | */
        name = time;
        time = first;
    }
    label->speaker = name;
    label->words = slice_trim(rest);
    label->is_short = !has_words(label->words, ROW);
    return label_take_time(&time, &label->start) && time.len == 0 &&
           label_may_be_name(label->speaker) && label->words.len;
}

/* Takes a name and the sign behind it from the front of a line; false, with *rest unchanged, if
 * none of the signs stands near. */
static bool take_signed_name(struct slice *rest, const struct slice *signs, size_t count,
                             struct slice *name)
{
    for (size_t at = 1; at < rest->len && at <= LABEL_MAX_PLAIN_BYTES; at++) {
        char c = rest->data[at];
        if (c != ' ' && c != '\t' && c != '\xE3')
            continue;
        for (size_t i = 0; i < count; i++) {
            struct slice behind = slice_skip(*rest, at);
            if (signs[i].data[0] != c || !slice_starts(behind, signs[i]))
                continue;
            *name = slice_trim(slice_head(*rest, at));
            *rest = slice_trim(slice_skip(behind, signs[i].len));
            return true;
        }
    }
    return false;
}

/* Name | words, behind a time and a bar, or with tabs: a table without its frame. */
static bool read_column(struct slice line, struct label *label)
{
    static const struct slice signs[] = {SLICE(" | "), SLICE("\t")};
    label->words = line;
    if (!take_signed_name(&label->words, signs, sizeof signs / sizeof *signs, &label->speaker))
        return false;
    label->has_no_colon = true;
    return label_is_lone_name(label->speaker) && label->words.len;
}

/* `[!quote]- Name`, the head of a callout; the words stand below it. */
static bool take_callout(struct slice *line)
{
    const char *close = memchr(line->data, ']', line->len);
    if (!slice_starts(*line, SLICE("[!")) || !close)
        return false;
    *line = slice_skip(*line, (size_t)(close + 1 - line->data));
    if (line->len && (line->data[0] == '-' || line->data[0] == '+'))
        *line = slice_skip(*line, 1);
    return true;
}

/* Whether a word in brackets is of a log, or of a list of what to do. */
static bool is_level(struct slice name)
{
    static const char *const words[] = {"INFO",  "WARN", "WARNING", "ERROR",    "DEBUG", "TRACE",
                                        "FATAL", "OK",   "FAIL",    "FAILED",   "PASS",  "PASSED",
                                        "SKIP",  "HIGH", "MEDIUM",  "LOW",      "BUG",   "FEATURE",
                                        "FIX",   "NEW",  "DONE",    "NOTICE",   "START", "STOP",
                                        "GET",   "POST", "SLIDE",   "CRITICAL", NULL};
    return is_in_capitals(name) && slice_is_one_of(name, words);
}

/* Takes `【山田】`, behind which no space stands. */
static bool take_wide_bracketed_name(struct slice *line, struct slice *name)
{
    static const struct slice pairs[][2] = {{SLICE("【"), SLICE("】")},
                                            {SLICE("［"), SLICE("］")},
                                            {SLICE("〈"), SLICE("〉")},
                                            {SLICE("＜"), SLICE("＞")}};
    struct slice near = slice_head(*line, LABEL_MAX_PLAIN_BYTES);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct slice open = pairs[i][0], close = pairs[i][1];
        const char *end = slice_starts(near, open)
                              ? memmem(near.data, near.len, close.data, close.len)
                              : NULL;
        if (!end)
            continue;
        size_t len = (size_t)(end - line->data);
        *name = slice_trim(slice_skip(slice_head(*line, len), open.len));
        *line = slice_skip(*line, len + close.len);
        return true;
    }
    return false;
}

/* Takes `[Name]`, but for `[INFO]`. */
static bool take_bracketed_name(struct slice *line, struct slice *name)
{
    const char *close = memchr(line->data, ']', line->len);
    if (!slice_starts(*line, SLICE("[")) || !close)
        return false;
    *name = slice_trim((struct slice){line->data + 1, (size_t)(close - line->data) - 1});
    struct slice rest = slice_skip(*line, (size_t)(close + 1 - line->data));
    *line = label_skip_space(rest);
    (void)label_take_sign(line);
    return slice_starts(rest, SLICE(" ")) && !is_level(*name);
}

/* Takes a name that brackets or a sign behind it mark. */
static bool take_marked_name(struct slice *line, struct slice *name)
{
    static const struct slice signs[] = {SLICE(" — "), SLICE(" – "), SLICE(" - "), SLICE(" -- "),
                                         SLICE(" | "), SLICE("\t"),  SLICE("　")};
    bool may_be_wide = line->data[0] == '\xE3' || line->data[0] == '\xEF';
    if (may_be_wide && take_wide_bracketed_name(line, name))
        return true;
    return line->data[0] == '[' ? take_bracketed_name(line, name)
                                : take_signed_name(line, signs, sizeof signs / sizeof *signs, name);
}

bool label_read_signed(struct slice line, struct label *label)
{
    struct slice name = {0}, rest = line;
    int64_t start = NO_TIME;
    if (!line.len || islower((unsigned char)line.data[0]))
        return false; /* the common case */
    if (!isalpha((unsigned char)line.data[0]))
        (void)label_take_time(&rest, &start);
    if (!rest.len)
        return false;
    bool is_callout = take_callout(&rest);
    if (is_callout) {
        name = slice_trim(rest);
        rest = (struct slice){0};
    } else if (!take_marked_name(&rest, &name)) {
        return false;
    }
    if (slice_starts(name, SLICE("(")) && slice_ends(name, SLICE(")")))
        name = slice_trim((struct slice){name.data + 1, name.len - 2});
    if (name.len && name.data[0] == '\xE2') /* a picture */
        name = label_without_brackets(name);
    *label = (struct label){.form = LABEL_PLAIN,
                            .speaker = name,
                            .words = slice_trim(rest),
                            .start = start,
                            .has_no_colon = true};
    label->written = label->words;
    label->is_short = !is_callout && !has_words(label->words, SENTENCE);
    return (is_callout || label->words.len) && label_is_lone_name(name) && label_is_name(name) &&
           !label_is_note(name);
}

/* <Name> words, as in the log of a chat. */
static bool read_nick(struct slice line, struct label *label)
{
    const char *close = memchr(line.data, '>', line.len);
    if (!close || close + 1 == line.data + line.len || !byte_is_space(close[1]))
        return false;
    size_t end = (size_t)(close - line.data);
    label->speaker = slice_trim((struct slice){line.data + 1, end - 1});
    label->words = slice_trim(slice_skip(line, end + 1));
    label->has_no_colon = true;
    return label_may_be_name(label->speaker);
}

/* `[SPEAKER_00] words`, and no colon. */
static bool read_machine(struct slice line, struct label *label)
{
    const char *close = memchr(line.data, ']', line.len);
    size_t end = close ? (size_t)(close - line.data) : 0;
    if (end < 2 || end + 2 >= line.len || line.data[end + 1] != ' ')
        return false;
    label->speaker = slice_trim((struct slice){line.data + 1, end - 1});
    label->words = slice_trim(slice_skip(line, end + 1));
    label->has_no_colon = true;
    (void)label_take_time(&label->words, &label->start);
    return label->speaker.len > 1 && isalpha((unsigned char)label->speaker.data[0]) &&
           label_is_machine(label->speaker) && label->words.len;
}

/* --- all of these ---------------------------------------------------------------------------- */

enum label_form label_read_unmarked(struct slice line, struct label *label)
{
    if (line.len && line.data[0] == '|')
        return read_row(line, label) ? LABEL_PLAIN : LABEL_NONE;
    if (line.len && line.data[0] == '<')
        return read_nick(line, label) ? LABEL_PLAIN : LABEL_NONE;
    label->is_of_chat = read_chat(line, label);
    if (label->is_of_chat)
        return LABEL_PLAIN;
    if (!label->is_behind_time && read_timed(line, label))
        return LABEL_TIMED;
    if (!label->is_behind_time && read_named_time(line, label))
        return LABEL_PLAIN;
    if (line.len && line.data[0] == '[' && read_machine(line, label))
        return LABEL_PLAIN;
    label->is_loose = label->is_behind_time;
    if (label->is_behind_time && read_column(line, label))
        return LABEL_PLAIN;
    if (read_plain(line, label))
        return LABEL_PLAIN;
    label->speaker = line;
    label->words = (struct slice){0};
    if (label->is_behind_time && label_is_lone_name(line))
        return LABEL_ALONE; /* [0:23] Ana Lima */
    return !label->is_item && is_in_capitals(line) ? LABEL_CAPITALS : LABEL_NONE;
}

bool label_is_lone_name(struct slice line)
{
    return label_may_be_name(line) && !label_has_colon(line) && line.data[0] != '|' &&
           (label_is_name(line) || !memchr(line.data, ' ', line.len));
}
