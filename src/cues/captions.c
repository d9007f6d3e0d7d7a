#include "cues/captions.h"

#include <ctype.h>
#include <errno.h>

#include "base/utf8.h"
#include "cues/cue_repeats.h"
#include "cues/cue_text.h"

enum {
    MOST_TIMES_REPORTED = 20, /* that cannot be read; the others are counted */
    MOST_DIGITS = 9,          /* of a number in a time */
    LONGEST_NUMBER = 12,      /* digits of a cue's */
};

static const char arrow[] = "-->";

/* --- times ------------------------------------------------------------------------------------ */

/* Takes a number from the front; returns its length, or 0 if there is none. */
static size_t take_number(struct slice *text, int64_t *number)
{
    size_t digits = 0;
    *number = 0;
    for (; digits < text->len && isdigit((unsigned char)text->data[digits]); digits++) {
        if (digits == MOST_DIGITS)
            return 0;
        *number = *number * 10 + (text->data[digits] - '0');
    }
    *text = slice_skip(*text, digits);
    return digits;
}

/* As WebVTT has it: 12:07.000 or 1:02:03.456. */
static bool take_strict_time(struct slice *text, int64_t *time)
{
    int64_t part[3], fraction;
    size_t parts = 0, digits = take_number(text, &part[parts++]);
    bool has_hours = digits != 2 || part[0] > 59;
    if (digits == 0)
        return false;
    while (parts < 3 && text->len && text->data[0] == ':') {
        *text = slice_skip(*text, 1);
        if (take_number(text, &part[parts]) != 2 || part[parts++] > 59)
            return false;
    }
    if (parts == 1 || (parts == 2 && has_hours) || !slice_starts(*text, SLICE(".")))
        return false;
    *text = slice_skip(*text, 1);
    if (take_number(text, &fraction) != 3)
        return false;
    *time = fraction;
    for (int64_t unit = 1000; parts; unit *= 60)
        *time += part[--parts] * unit;
    return true;
}

/* Anything that looks like a time: 0:0:0.570, 0.860, 00:00:20,5, 00:00:20, 00:00:20:500. */
static bool take_lenient_time(struct slice *text, int64_t *time)
{
    int64_t number;
    *time = 0;
    for (int parts = 1;; parts++) {
        if (!take_number(text, &number))
            return false;
        *time = *time * 60 + number;
        if (parts == 3 || !slice_starts(*text, SLICE(":")))
            break;
        *text = slice_skip(*text, 1);
    }
    *time *= 1000;
    if (text->len < 2 || !memchr(".,:;", text->data[0], 4) ||
        !isdigit((unsigned char)text->data[1]))
        return true;
    *text = slice_skip(*text, 1);
    for (int64_t unit = 100; text->len && isdigit((unsigned char)text->data[0]); unit /= 10) {
        *time += (text->data[0] - '0') * unit;
        *text = slice_skip(*text, 1);
    }
    return true;
}

static bool take_arrow(struct slice *line, struct slice form)
{
    *line = slice_trim(*line);
    if (!slice_starts(*line, form))
        return false;
    *line = slice_trim(slice_skip(*line, form.len));
    return true;
}

static size_t count_colons(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == ':';
    return count;
}

/* The arrow that an editor made of the dashes, or a page of HTML; only where the times before it
 * have hours: `2 -> 3` are words. */
static bool take_other_arrow(struct slice *line, struct slice before)
{
    static const struct slice forms[] = {SLICE("->"), SLICE("—>"), SLICE("–>"), SLICE("--&gt;")};
    for (size_t i = 0; count_colons(before) >= 2 && i < sizeof forms / sizeof *forms; i++) {
        if (take_arrow(line, forms[i]))
            return true;
    }
    return false;
}

/* The times of a line; the settings behind them place the cue on a screen. */
static bool read_times(struct slice line, bool is_strict, struct cue *cue)
{
    bool (*take)(struct slice *, int64_t *) = is_strict ? take_strict_time : take_lenient_time;
    struct slice rest = line = slice_trim(line);
    if (!take(&rest, &cue->start))
        return false;
    line.len -= rest.len;
    return (take_arrow(&rest, slice_of(arrow)) || (!is_strict && take_other_arrow(&rest, line))) &&
           take(&rest, &cue->end);
}

/* A line of SBV that is nothing but times: 0:00:00.570,0:00:03.000. */
static bool read_sbv_times(struct slice line, struct cue *cue)
{
    line = slice_trim(line);
    if (!take_strict_time(&line, &cue->start) || !slice_starts(line, SLICE(",")))
        return false;
    line = slice_skip(line, 1);
    return take_strict_time(&line, &cue->end) && line.len == 0;
}

static bool has_arrow(struct slice line)
{
    return line.len >= sizeof arrow - 1 && memmem(line.data, line.len, arrow, sizeof arrow - 1);
}

static bool begins_with_digit(struct slice line)
{
    line = slice_trim(line);
    return line.len && isdigit((unsigned char)line.data[0]);
}

/* --- cues ------------------------------------------------------------------------------------- */

/* One pass over the lines of a text. */
struct pass {
    enum source_form form;
    bool is_strict;
    struct cues *cues;
    struct cue_voice voice;
    struct cue cue;
    struct slice id;      /* the line before the times */
    struct slice text;    /* of the cue so far */
    uint32_t line_before; /* the last but one that has words */
    bool in_cue;
    bool is_lost;                                   /* … whose times cannot be read */
    uint32_t lost_count, lost[MOST_TIMES_REPORTED]; /* how many these are, and their lines */
    bool in_block;                                  /* a paragraph goes on */
    uint32_t stray;                                 /* the line where it began; 0: it is no loss */
    uint32_t stray_count, first_stray;              /* how many these are, and the first line */
    struct cue_repeats repeats;
};

static int end_cue(struct pass *pass)
{
    size_t before = pass->cues->count;
    bool is_marked = false;
    if (!pass->in_cue)
        return 0;
    pass->in_cue = false;
    if (pass->is_lost)
        return 0;
    int err = cue_text_read(pass->cues, &pass->cue, pass->text, pass->form, &pass->voice,
                            &is_marked);
    if (!err)
        cue_repeats_note(&pass->repeats, pass->cues, before, pass->id, is_marked);
    return err;
}

static bool is_number(struct slice line)
{
    line = slice_trim(line);
    return line.len <= LONGEST_NUMBER && slice_is_number(line);
}

/* In SubRip the number of the next cue stands behind the words of the last. */
static void drop_number(struct pass *pass, struct slice before)
{
    if (pass->in_cue && pass->form == SOURCE_SUBRIP && pass->text.data && is_number(before)) {
        pass->text.len = (size_t)(before.data - pass->text.data);
        pass->cue.last_line = pass->line_before;
    }
}

static void note_lost(struct pass *pass, uint32_t number)
{
    if (pass->lost_count < MOST_TIMES_REPORTED)
        pass->lost[pass->lost_count] = number;
    pass->lost_count++;
}

/* The end of a paragraph. */
static void end_block(struct pass *pass)
{
    if (pass->stray && !pass->stray_count++)
        pass->first_stray = pass->stray;
    pass->stray = 0;
    pass->in_block = false;
}

/* A line that is no times: notes when words begin that are in no cue. */
static void note_block(struct pass *pass, struct slice line, uint32_t number)
{
    static const struct slice others[] = {SLICE("WEBVTT"), SLICE("NOTE"), SLICE("STYLE"),
                                          SLICE("REGION")};
    if (!slice_trim(line).len) {
        end_block(pass);
        return;
    }
    bool is_other = pass->in_block || pass->in_cue;
    for (size_t i = 0; i < sizeof others / sizeof *others && pass->form == SOURCE_WEBVTT; i++)
        is_other |= slice_starts(line, others[i]);
    if (!is_other)
        pass->stray = number;
    pass->in_block = true;
}

static void report_lost(const struct pass *pass, struct diags *diags)
{
    uint32_t told = 0;
    for (; told < pass->lost_count && told < MOST_TIMES_REPORTED; told++)
        diags_add(diags, pass->lost[told], 0, "it is in the source alone",
                  "a cue whose times cannot be read");
    if (pass->lost_count > told)
        diags_add(diags, 0, 0, "they are in the source alone",
                  "%u more cues whose times cannot be read", (unsigned)(pass->lost_count - told));
    if (pass->stray_count && pass->cues->count)
        diags_add(diags, pass->first_stray, 0, "they are in the source alone",
                  pass->stray_count > 1 ? "words in no cue, here and in %u more places"
                                        : "words in no cue",
                  (unsigned)(pass->stray_count - 1));
}

/* Whether a line that has an arrow, or begins with a digit, is words. In WebVTT the arrow is never
 * among words, and where it stands behind a digit in SubRip it is between times. */
static bool are_words(const struct pass *pass, struct slice line)
{
    return !has_arrow(line) || pass->form == SOURCE_SBV ||
           (pass->form == SOURCE_SUBRIP && !begins_with_digit(line));
}

/* A line that may be times; false: it is words. */
static bool take_times(struct pass *pass, struct slice line, uint32_t number, struct slice before,
                       int *err)
{
    struct cue cue = {.line = number, .last_line = number};
    bool are_read = pass->form == SOURCE_SBV ? read_sbv_times(line, &cue)
                                             : read_times(line, pass->is_strict, &cue);
    if (!are_read && are_words(pass, line))
        return false;
    if (pass->stray && pass->stray + 1 == number) /* the id of the cue */
        pass->stray = 0;
    end_block(pass);
    drop_number(pass, before);
    *err = end_cue(pass);
    pass->cue = cue;
    pass->id = before;
    pass->text = (struct slice){0};
    pass->in_cue = true;
    pass->is_lost = !are_read;
    if (!are_read)
        note_lost(pass, number);
    return true;
}

static void take_words(struct pass *pass, struct slice line, uint32_t number)
{
    if (!pass->text.data)
        pass->text.data = line.data;
    pass->text.len = (size_t)(line.data + line.len - pass->text.data);
    if (line.len == 0)
        return;
    pass->line_before = pass->cue.last_line;
    pass->cue.last_line = number;
}

static int read_lines(struct pass *pass, struct slice text)
{
    struct slice rest = text, line, before = {0};
    uint32_t number = 0;
    int err = 0;

    while (!err && slice_take(&rest, '\n', &line)) {
        bool may_be = has_arrow(line) || begins_with_digit(line);
        number++;
        if (line.len && line.data[line.len - 1] == '\r')
            line.len--;
        bool are_times = may_be && take_times(pass, line, number, before, &err);
        before = line;
        if (are_times || err)
            continue;
        if (line.len == 0 && pass->form == SOURCE_WEBVTT)
            err = end_cue(pass);
        else if (pass->in_cue)
            take_words(pass, line, number);
        note_block(pass, line, number);
    }
    end_block(pass);
    return err ? err : end_cue(pass);
}

/* --- the header of WebVTT --------------------------------------------------------------------- */

static bool has_signature(struct slice text)
{
    static const struct slice signature = SLICE("WEBVTT");
    return slice_starts(text, signature) &&
           (text.len == signature.len || byte_is_space(text.data[signature.len]));
}

/* The value of a field of the header, which ends at the first empty line: "Language: en". */
static struct slice header_field(struct slice text, struct slice name)
{
    struct slice line = {0};
    bool is_in_header = has_signature(text);
    while (is_in_header && slice_take(&text, '\n', &line)) {
        line = slice_trim(line);
        is_in_header = line.len > 0;
        if (line.len > name.len && strncasecmp(line.data, name.data, name.len) == 0)
            return slice_trim(slice_skip(line, name.len));
    }
    return (struct slice){0};
}

/* --- all of it -------------------------------------------------------------------------------- */

static void report_form(struct slice text, enum source_form form, bool is_strict,
                        const struct cues *cues, struct diags *diags)
{
    if (form == SOURCE_WEBVTT && cues->count && !has_signature(text))
        diags_add(diags, 1, 0, "it is read by its lines of times", "no WEBVTT at its head");
    else if (form == SOURCE_WEBVTT && cues->count && !is_strict)
        diags_add(diags, 0, 0, "they are read all the same",
                  "times that are not written as WebVTT has them");
    else if (cues->count == 0)
        diags_add(diags, 0, 0, "only the source is served", "no cue in it");
}

/* Whether each complete cue in the text is a region of a picture. */
static bool are_all_places(struct slice text)
{
    cleanup_cues struct cues cues = {0};
    struct pass pass = {.form = SOURCE_WEBVTT, .cues = &cues};
    size_t i = 0;
    if (read_lines(&pass, text))
        return false;
    /* The last one may be cut. */
    while (i + 1 < cues.count || (i == 0 && cues.count == 1)) {
        struct slice words = cue_text(&cues, &cues.at[i++]);
        if (!words.len || !memmem(words.data, words.len, "#xywh=", 6) ||
            memchr(words.data, ' ', words.len))
            return false;
    }
    return i > 0;
}

/* Parses WebVTT by its specification first. */
static int read_twice(struct slice text, enum source_form form, struct pass *pass)
{
    struct cues *cues = pass->cues;
    int err = 0;
    pass->is_strict = form == SOURCE_WEBVTT;
    pass->form = form;
    if (pass->is_strict)
        err = read_lines(pass, text);
    if (err || cues->count)
        return err;
    *pass = (struct pass){.form = form, .cues = cues};
    return read_lines(pass, text);
}

int captions_read(struct slice text, enum source_form form, struct diags *diags, struct cues *cues)
{
    cleanup_buf struct buf own = {0};
    struct pass pass = {.cues = cues};

    int err = cues_repair(&text, &own, diags);
    struct slice language = header_field(text, SLICE("language:"));
    if (language.len && language.len < sizeof cues->language)
        memcpy(cues->language, language.data, language.len);
    (void)buf_reserve(&cues->text, text.len);
    if (!err)
        err = read_twice(text, form == SOURCE_WEBVTT && !has_signature(text) ? SOURCE_SUBRIP : form,
                         &pass);
    if (err)
        return err;
    report_lost(&pass, diags);
    report_form(text, form, pass.is_strict, cues, diags);
    cue_repeats_drop(&pass.repeats, cues);
    return 0;
}

/* Whether a text has times, which may be unreadable. */
static bool has_times(struct slice text, enum source_form form)
{
    struct slice line;
    struct cue cue;
    if (form != SOURCE_SBV && has_arrow(text))
        return true;
    while (slice_take(&text, '\n', &line)) {
        if (form == SOURCE_SBV ? read_sbv_times(line, &cue) : read_times(line, false, &cue))
            return true;
    }
    return false;
}

struct captions_head captions_read_head(struct slice text, bool is_all, enum source_form form)
{
    struct captions_head head = {0};
    struct slice kind = header_field(text, SLICE("kind:"));
    struct slice places = SLICE("#xywh=");
    head.language = header_field(text, SLICE("language:"));
    head.has_cues = !is_all || has_times(text, form);
    head.is_no_transcript = slice_equal(kind, SLICE("chapters")) ||
                            slice_equal(kind, SLICE("metadata"));
    if (form == SOURCE_WEBVTT && text.len && memmem(text.data, text.len, places.data, places.len))
        head.is_no_transcript |= are_all_places(text);
    return head;
}
