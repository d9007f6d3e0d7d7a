#include "speakers/label.h"

#include <ctype.h>
#include <strings.h>

#include "base/utf8.h"
#include "speakers/label_names.h"

static const struct slice wide_colon = {"\xEF\xBC\x9A", 3}; /* ： */
static const struct slice en_dash = {"\xE2\x80\x93", 3};
/* What may stand between a name, a time and words in place of a colon. */
static const struct slice dashes[] = {{"-", 1}, {"–", 3}, {"—", 3}, {"|", 1}};
enum { DASHES = sizeof dashes / sizeof *dashes };

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

static bool contains_colon(struct slice text)
{
    return memchr(text.data, ':', text.len) ||
           memmem(text.data, text.len, wide_colon.data, wide_colon.len);
}

static struct slice without_brackets(struct slice name)
{
    name = slice_trim(name);
    if (slice_starts(name, SLICE(". ")))
        name = slice_skip(name, 2); /* of the sentence before */
    if (name.len > 2 && name.data[0] == '[' && name.data[name.len - 1] == ']')
        name = (struct slice){name.data + 1, name.len - 2};
    return slice_trim(name);
}

static bool has_letter(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
            return true;
    }
    return false;
}

/* --- signs and times -------------------------------------------------------------------------- */

static struct slice skip_space(struct slice text)
{
    while (text.len && byte_is_space(text.data[0]))
        text = slice_skip(text, 1);
    return text;
}

/* Takes a colon, or a dash or bar that has a space or the end behind it, and white space. */
static bool take_sign(struct slice *text)
{
    size_t len = colon_at_front(*text);
    for (size_t i = 0; i < DASHES && !len; i++) {
        size_t end = dashes[i].len;
        if (slice_starts(*text, dashes[i]) && (text->len == end || byte_is_space(text->data[end])))
            len = end;
    }
    *text = skip_space(slice_skip(*text, len));
    return len > 0;
}

/* A name without a dash, bar or comma at its end. */
static struct slice without_dash(struct slice name)
{
    name = slice_trim(name);
    for (size_t i = 0; i < DASHES; i++) {
        if (slice_ends(name, dashes[i]))
            return slice_trim(slice_head(name, name.len - dashes[i].len));
    }
    return slice_ends(name, SLICE(",")) ? slice_head(name, name.len - 1) : name;
}

/* Takes `[00:01 - 00:04]` or `00:00:01 --> 00:00:04`: from when to when. The first counts. */
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
    rest = skip_space(rest);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!slice_starts(rest, slice_of(signs[i])))
            continue;
        rest = skip_space(slice_skip(rest, strlen(signs[i])));
        if (!timestamp_take(&rest, &end) || (close && (!rest.len || rest.data[0] != close)))
            return false;
        rest = slice_skip(rest, close != '\0');
        if (!close && rest.len && !byte_is_space(rest.data[0]) && !colon_at_front(rest))
            return false;
        *time = begin;
        *text = skip_space(rest);
        return true;
    }
    return false;
}

/* Takes a time, in brackets or not, and white space. One that goes on is another thing: 12:30pm. */
static bool take_time(struct slice *text, int64_t *time)
{
    struct slice rest = *text;
    int64_t taken;
    if (!rest.len ||
        !(isdigit((unsigned char)rest.data[0]) || rest.data[0] == '[' || rest.data[0] == '('))
        return false; /* as at the head of most lines */
    if (take_range(text, time))
        return true;
    bool in_brackets = timestamp_take_bracketed(&rest, &taken);
    if (!in_brackets && !timestamp_take(&rest, &taken))
        return false;
    bool goes_on = rest.len > 1 && rest.data[0] == ':' && rest.data[1] >= '0' &&
                   rest.data[1] <= '9';
    if (!in_brackets && rest.len &&
        (goes_on || (!byte_is_space(rest.data[0]) && !colon_at_front(rest))))
        return false;
    rest = skip_space(rest);
    bool is_of_day = rest.len > 1 && strncasecmp(rest.data + 1, "m", 1) == 0 &&
                     memchr("aApP", rest.data[0], 4) &&
                     (rest.len == 2 || !isalpha((unsigned char)rest.data[2]));
    if (is_of_day)
        return false; /* 12:30 PM */
    *text = rest;
    *time = taken;
    return true;
}

/* --- bold ------------------------------------------------------------------------------------- */

/* Takes the times and signs from a bold name: `[0:23] Ana:`, `Ana (9:02) -`, `Ana 0:23`. */
static struct slice read_bold_name(struct slice name, struct label *label, bool *has_colon)
{
    struct slice rest = name;
    int64_t time;
    if (take_time(&rest, &time) && rest.len) {
        label->start = time;
        (void)take_sign(&rest);
        name = rest;
    }
    size_t colon = colon_at_end(name);
    name.len -= colon;
    *has_colon = colon > 0;
    rest = without_dash(name);
    if (timestamp_take_last(&rest, &time) && rest.len) {
        label->start = time;
        label->is_loose = name.data[name.len - 1] >= '0' && name.data[name.len - 1] <= '9';
        colon = colon_at_end(rest);
        rest.len -= colon;
        *has_colon |= colon > 0;
        name = without_dash(rest);
    }
    return slice_trim(name);
}

static bool read_bold(struct slice line, size_t bold, struct label *label)
{
    struct slice after = skip_space(slice_skip(line, bold));
    bool has_colon;
    struct slice name = read_bold_name(slice_trim(slice_head(line, bold)), label, &has_colon);

    if (!has_colon) {
        bool has_star = slice_starts(after, SLICE("*:")); /* `**Name***:` */
        after = slice_skip(after, has_star);
        size_t colon = colon_at_front(after);
        after = slice_skip(after, colon);
        has_colon = colon > 0;
    }
    if (!has_colon && label->start == NO_TIME && take_time(&after, &label->start))
        has_colon = take_sign(&after);
    else if (!has_colon && label->start != NO_TIME)
        (void)take_sign(&after);
    label->speaker = without_brackets(name);
    label->words = slice_trim(after);
    label->has_no_colon = !has_colon;
    return (has_colon || label->start != NO_TIME) && label->speaker.len &&
           label->speaker.len <= LABEL_MAX_BYTES;
}

/* --- plain ------------------------------------------------------------------------------------ */

/* What no name has in it: the punctuation of sentences and addresses. A full stop may end an
 * abbreviation (Dr. Who, J. P. Smith). */
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

/* At most so many words, or characters of a script that has no spaces between words. */
static bool is_short(struct slice name)
{
    size_t words = 1, wide = 0, len;
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
        if (c == wide_colon.data[0])
            wide += slice_starts(name, SLICE("（")) - slice_starts(name, SLICE("）"));
    }
    return !round && !square && !wide;
}

static bool is_name(struct slice name)
{
    size_t len;
    if (name.len == 0 || name.len > LABEL_MAX_PLAIN_BYTES || !has_letter(name) || !is_short(name))
        return false;
    if (slice_starts(name, SLICE("- ")) || slice_starts(name, SLICE("#")) || !is_balanced(name))
        return false;
    for (struct slice rest = name; rest.len; rest = slice_skip(rest, len)) {
        int32_t code = utf8_decode(rest, &len);
        if (!is_name_character(code, rest))
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
    size_t colon = colon_at_end(name);
    name.len -= colon;
    label->is_loose = (colon == 0 && line.data[line.len - 1] != ':') ||
                      slice_ends(name, SLICE(","));
    label->speaker = without_brackets(without_dash(name));
    label->words = (struct slice){0};
    if (!is_name(label->speaker) || contains_colon(label->speaker))
        return false;
    label->start = start;
    return true;
}

/* The first colon in the line, where it can end a label; line.len where there is none. */
static size_t find_colon(struct slice line)
{
    struct slice head = slice_head(line, LABEL_MAX_PLAIN_BYTES + 6);
    const char *narrow = head.len ? memchr(head.data, ':', head.len) : NULL, *wide;
    struct slice rest = narrow ? slice_head(head, (size_t)(narrow - head.data)) : head;
    while (rest.len && (wide = memchr(rest.data, wide_colon.data[0], rest.len))) {
        size_t at = (size_t)(wide - line.data);
        if (colon_at_front(slice_skip(line, at)))
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

/* `Q - words`, `A – words`: one letter and a dash. */
static bool read_dashed(struct slice line, struct label *label)
{
    if (line.len < 5 || (line.data[0] != 'Q' && line.data[0] != 'A') || line.data[1] != ' ')
        return false;
    struct slice rest = slice_skip(line, 2);
    size_t dash = rest.data[0] == '-' ? 1 : slice_starts(rest, en_dash) ? en_dash.len : 0;
    rest = slice_skip(rest, dash);
    if (dash == 0 || rest.len == 0 || rest.data[0] != ' ')
        return false;
    label->speaker = slice_head(line, 1);
    label->words = slice_trim(rest);
    return true;
}

/* Takes whom a chat was written to from its front, and whether to some alone. */
static bool take_addressee(struct slice *text)
{
    static const struct slice all[] = {{"everyone", 8},
                                       {"all panelists and attendees", 27},
                                       {"all panelists", 13},
                                       {"hosts and panelists", 19}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (text->len < all[i].len || strncasecmp(text->data, all[i].data, all[i].len) != 0)
            continue;
        *text = skip_space(slice_skip(*text, all[i].len));
        return true;
    }
    return false;
}

/* `From Ana Lima to Everyone: words`, as the chat beside a call has it; a time of day may stand in
 * place of the words, and then of the colon. */
static bool read_chat(struct slice line, struct label *label)
{
    if (!slice_starts(line, SLICE("From ")))
        return false;
    struct slice near = slice_head(line, LABEL_MAX_BYTES);
    const char *to = memmem(near.data, near.len, " to ", 4);
    struct slice rest = to ? skip_space(slice_skip(line, (size_t)(to - line.data) + 4)) : line;
    if (!to || !take_addressee(&rest))
        return false;
    size_t colon = colon_at_front(rest);
    label->speaker = slice_trim((struct slice){line.data + 5, (size_t)(to - line.data) - 5});
    label->words = skip_space(slice_skip(rest, colon));
    return label->speaker.len && label->speaker.len <= LABEL_MAX_PLAIN_BYTES &&
           has_letter(label->speaker) && !contains_colon(label->speaker) &&
           (colon || !rest.len || isdigit((unsigned char)rest.data[0]));
}

static bool read_plain(struct slice line, struct label *label)
{
    size_t at = find_colon(line);
    if (at == line.len)
        return read_dashed(line, label);
    struct slice rest = slice_skip(line, at);
    label->speaker = without_brackets(slice_head(line, at));
    label->words = slice_trim(slice_skip(rest, colon_at_front(rest)));
    return is_name(label->speaker);
}

/* Whether a time behind it in the same line makes a label of a name, and is no time of day in what
 * somebody says: `Ana: It rained at 9:30 - we left`. */
static bool may_have_time(struct slice name)
{
    return !contains_colon(name) && (label_is_name(name) || !memchr(name.data, ' ', name.len));
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

/* `Name (0:23): words`, `Name [0:23] - words`, `Name | 0:23 | words`. */
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
        if (!take_time(&rest, &label->start))
            continue;
        label->is_loose = true;
        label->has_comma = slice_ends(slice_head(line, at), SLICE(", "));
        label->speaker = without_brackets(without_dash(slice_head(line, at)));
        if (take_sign(&rest) && rest.len && is_name(label->speaker) &&
            may_have_time(label->speaker)) {
            label->words = rest;
            return true;
        }
        label->start = NO_TIME;
        break;
    }
    return false;
}

/* Two words or more, and not the name of a place: those of a script without spaces count as many.
 */
static bool is_sentence(struct slice words)
{
    size_t spaces = 0, len;
    for (; words.len; words = slice_skip(words, len)) {
        int32_t code = utf8_decode(words, &len);
        spaces += code == ' ' || utf8_is_wide(code);
    }
    return spaces >= 2;
}

/* | Name | 0:23 | words |, a row of a table. */
static bool read_row(struct slice line, struct label *label)
{
    struct slice rest = slice_skip(line, 1), name, time;
    if (slice_ends(rest, SLICE("|")))
        rest.len--;
    if (!slice_take(&rest, '|', &name) || !slice_take(&rest, '|', &time) || !rest.data)
        return false;
    name = slice_trim(name);
    time = slice_trim(time);
    if (name.len && name.data[0] >= '0' && name.data[0] <= '9') {
        struct slice first = name; /* | 0:23 | Name | words | */
        name = time;
        time = first;
    }
    label->speaker = name;
    label->words = slice_trim(rest);
    label->is_loose = label->is_row = true;
    return take_time(&time, &label->start) && time.len == 0 && is_name(label->speaker) &&
           is_sentence(label->words);
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
    return is_name(label->speaker);
}

/* --- all of it -------------------------------------------------------------------------------- */

/* Takes all `>>` from the front, however many there are. */
static bool take_chevrons(struct slice *line)
{
    bool any = false;
    while (line->len > 1 && line->data[0] == '>' && line->data[1] == '>') {
        while (line->len && line->data[0] == '>')
            *line = slice_skip(*line, 1);
        *line = slice_trim(*line);
        any = true;
    }
    return any;
}

static enum label_form read_unmarked(struct slice line, struct label *label)
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
    label->is_loose = label->is_behind_time;
    return read_plain(line, label) ? LABEL_PLAIN : LABEL_NONE;
}

/* `**Name** Words`, `**nick** words`: a name that goes on in a small letter begins a sentence. */
static bool may_be_bare(struct slice name, struct slice words)
{
    return words.len && !ispunct((unsigned char)words.data[0]) &&
           (!islower((unsigned char)words.data[0]) || islower((unsigned char)name.data[0]));
}

static enum label_form read_marked(struct slice line, size_t bold, struct label *label)
{
    if (read_bold(line, bold, label))
        return LABEL_BOLD;
    struct slice words = skip_space(slice_skip(line, bold));
    bool has_space = bold < line.len && byte_is_space(line.data[bold]);
    bool has_sign = words.len == 0 || take_sign(&words);
    label->words = words;
    if (label->is_item || !is_name(label->speaker) || contains_colon(label->speaker))
        return LABEL_NONE;
    if (has_sign)
        return LABEL_ALONE;
    return has_space && may_be_bare(label->speaker, words) ? LABEL_BARE : LABEL_NONE;
}

/* Takes what may stand before a name; bold text begins at `bold_at`. */
static struct slice take_lead(struct slice line, size_t bold_at, size_t bold_end,
                              struct label *label)
{
    struct slice rest = line;
    size_t number = 0;
    while (number < line.len && number < 4 && line.data[number] >= '0' && line.data[number] <= '9')
        number++;
    if (slice_starts(rest, SLICE("- ")) ||
        (number && slice_starts(slice_skip(line, number), SLICE(". ")))) {
        label->is_item = true;
        rest = skip_space(slice_skip(rest, number ? number + 2 : 2));
    }
    bool is_bold = bold_end && bold_at == (size_t)(rest.data - line.data);
    struct slice behind = rest;
    if (is_bold || !take_time(&behind, &label->start))
        return rest;
    (void)take_sign(&behind);
    label->is_behind_time = true;
    return behind;
}

struct label label_read(struct slice line, size_t bold_at, size_t bold_end)
{
    struct label label = {.start = NO_TIME, .words = line};

    struct slice whole = line;
    if (take_chevrons(&line)) {
        size_t taken = (size_t)(line.data - whole.data);
        bool is_behind = bold_at >= taken;
        label = label_read(line, is_behind ? bold_at - taken : 0,
                           is_behind || bold_end > taken ? bold_end - taken : 0);
        label.has_chevron = true;
        if (label.form == LABEL_NONE)
            label.form = LABEL_CHEVRON;
        return label;
    }
    struct slice rest = take_lead(line, bold_at, bold_end, &label);
    size_t taken = (size_t)(rest.data - line.data);
    bool is_bold = bold_end > taken && bold_at == taken;
    label.form = is_bold ? read_marked(rest, bold_end - taken, &label)
                         : read_unmarked(rest, &label);
    if (label.form == LABEL_NONE)
        return (struct label){.start = NO_TIME, .words = line};
    label.written = label.words;
    if (label.start != NO_TIME)
        return label;
    /* `**Name:** 00:12:34` alone, or a time in brackets before the words. */
    struct slice only = label.words;
    if (label.form == LABEL_BOLD && timestamp_take(&only, &label.start) && only.len == 0)
        label.words = only;
    else if (!timestamp_take_bracketed(&label.words, &label.start))
        label.start = NO_TIME;
    return label;
}

bool label_is_lone_name(struct slice line)
{
    return is_name(line) && !contains_colon(line) && line.data[0] != '|' &&
           (label_is_name(line) || !memchr(line.data, ' ', line.len));
}

bool label_take_time_line(struct slice line, int64_t *time)
{
    return take_time(&line, time) && line.len == 0;
}
