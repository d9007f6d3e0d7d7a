#include "speakers/label.h"

#include <ctype.h>

#include "base/utf8.h"
#include "speakers/label_names.h"
#include "speakers/label_plain.h"
#include "speakers/label_signs.h"

/* --- bold ------------------------------------------------------------------------------------- */

/* `**Q.** words`, `**Pregunta.** palabras`: a full stop stands where other names have a colon. */
static bool is_asked(struct slice name)
{
    static const char *const words[] = {"Q.",      "A.",        "P.",         "R.", "Question.",
                                        "Answer.", "Pregunta.", "Respuesta.", NULL};
    return name.len && name.data[name.len - 1] == '.' && slice_is_one_of(name, words);
}

/* Takes the times and signs from a bold name: `[0:23] Ana:`, `Ana (9:02) -`, `Ana 0:23`. */
static struct slice read_bold_name(struct slice name, struct label *label, bool *has_colon)
{
    struct slice rest = name;
    int64_t time;
    if (label_take_time(&rest, &time) && rest.len) {
        label->start = time;
        (void)label_take_sign(&rest);
        name = rest;
    }
    size_t colon = label_colon_at_end(name);
    if (is_asked(name))
        colon = 1;
    name.len -= colon;
    *has_colon = colon > 0;
    rest = label_without_dash(name);
    if (timestamp_take_last(&rest, &time) && rest.len) {
        label->start = time;
        label->is_loose = name.data[name.len - 1] >= '0' && name.data[name.len - 1] <= '9';
        colon = label_colon_at_end(rest);
        rest.len -= colon;
        *has_colon |= colon > 0;
        name = label_without_dash(rest);
    }
    return name;
}

/* Takes `(she/her):` from behind a bold name, with its colon; the bytes of the brackets. */
static size_t take_aside(struct slice *after)
{
    enum { MOST_ASIDE = 60 };
    struct slice near = slice_head(*after, MOST_ASIDE);
    const char *close = slice_starts(near, SLICE("(")) ? memchr(near.data, ')', near.len) : NULL;
    size_t len = close ? (size_t)(close - near.data) + 1 : 0;
    size_t colon = len ? label_colon_at_front(slice_skip(*after, len)) : 0;
    if (!colon || label_has_colon(slice_head(*after, len)))
        return 0; /* a time, too */
    *after = slice_skip(*after, len + colon);
    return len;
}

static bool read_bold(struct slice line, size_t bold, struct label *label)
{
    struct slice after = label_skip_space(slice_skip(line, bold));
    bool has_colon;
    struct slice name = read_bold_name(slice_trim(slice_head(line, bold)), label, &has_colon);

    if (!has_colon) {
        bool has_star = slice_starts(after, SLICE("*:")); /* `**Name***:` */
        after = slice_skip(after, has_star);
        size_t colon = label_colon_at_front(after);
        after = slice_skip(after, colon);
        has_colon = colon > 0;
    }
    const char *aside = after.data;
    size_t aside_len = has_colon ? 0 : take_aside(&after);
    if (aside_len) {
        bool in_brackets = slice_starts(name, SLICE("["));
        if (in_brackets) /* drops the brackets; the words follow them */
            after = label_skip_space(slice_skip(line, (size_t)(aside - line.data)));
        else
            name.len = (size_t)(aside - name.data) + aside_len;
        has_colon = true;
    }
    struct slice behind = after;
    if (!has_colon && label->start == NO_TIME &&
        (label_take_time(&after, &label->start) ||
         (label_take_sign(&behind) && label_take_time(&behind, &label->start)))) {
        after = label->start != NO_TIME && behind.data > after.data ? behind : after;
        has_colon = label_take_sign(&after);
    } else if (!has_colon && label->start != NO_TIME)
        (void)label_take_sign(&after);
    label->speaker = label_without_brackets(name);
    label->words = slice_trim(after);
    label->has_no_colon = !has_colon;
    return (has_colon || label->start != NO_TIME) && label->speaker.len &&
           label->speaker.len <= LABEL_MAX_BYTES;
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

/* `**Name** Words`, `**nick** words`: a small letter behind a name continues a sentence. */
static bool may_be_bare(struct slice name, struct slice words)
{
    return words.len && !ispunct((unsigned char)words.data[0]) &&
           (!islower((unsigned char)words.data[0]) || islower((unsigned char)name.data[0]));
}

/* `**Q: Who keeps the lamp?**`, as interviews are printed: the answer is not bold. */
static bool read_question(struct slice line, size_t bold, struct label *label)
{
    struct label plain = {.start = NO_TIME, .is_item = label->is_item};
    if (bold < line.len || label_read_unmarked(line, &plain) != LABEL_PLAIN || !plain.words.len ||
        label_is_loose(&plain))
        return false;
    *label = plain;
    label->is_question = true;
    return true;
}

static enum label_form read_marked(struct slice line, size_t bold, struct label *label)
{
    if (read_bold(line, bold, label))
        return LABEL_BOLD;
    if (read_question(line, bold, label))
        return LABEL_PLAIN;
    struct slice words = label_skip_space(slice_skip(line, bold));
    bool has_space = bold < line.len && byte_is_space(line.data[bold]);
    if (!has_space && slice_starts(words, SLICE("　"))) {
        words = label_skip_space(slice_skip(words, 3));
        has_space = true;
    }
    struct slice name = slice_ends(label->speaker, SLICE(",")) ? label->speaker
                                                               : label_without_dash(label->speaker);
    bool has_sign = words.len == 0 || name.len < label->speaker.len || label_take_sign(&words);
    label->words = words;
    label->speaker = name;
    if ((label->is_item && words.len) || !label_may_be_name(name) || label_has_colon(name))
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
        rest = label_skip_space(slice_skip(rest, number ? number + 2 : 2));
    }
    bool is_bold = bold_end && bold_at == (size_t)(rest.data - line.data);
    struct slice behind = rest;
    if (is_bold || !label_take_time(&behind, &label->start))
        return rest;
    (void)label_take_sign(&behind);
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
                         : label_read_unmarked(rest, &label);
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

bool label_is_direction(struct slice line)
{
    if (slice_starts(line, SLICE("(")) && slice_ends(line, SLICE(")")))
        return true;
    size_t letters = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (islower((unsigned char)line.data[i]) || (unsigned char)line.data[i] >= 0x80)
            return false;
        letters += isupper((unsigned char)line.data[i]) != 0;
    }
    return letters > 2;
}

bool label_take_time_line(struct slice line, int64_t *time)
{
    return label_take_time(&line, time) && line.len == 0;
}
