#include "transcript/text_lines.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"
#include "speakers/label_signs.h"
#include "transcript/time_mark.h"

enum { LEAST_LED = 60 }; /* bytes with which a speaker continues; less is a note */

/* Speech may stand below the name as items of a list: these are paragraphs. */
static bool take_bullet(struct assembly *a, const struct line *line, struct slice *words)
{
    bool has_bullet = slice_starts(*words, SLICE("- ")) && !line->indent;
    a->is_list |= a->is_alone && has_bullet && assembly_is_wordless(a);
    if (!a->is_list || !has_bullet)
        return false;
    *words = slice_skip(*words, 2);
    return true;
}

/* Whether two pieces of a line that had a time between them are words apart. */
static bool are_apart(int32_t left, struct slice right)
{
    size_t len;
    return !utf8_begins_with_mark(right) && left != '(' &&
           !(utf8_is_wide(left) && utf8_is_wide(utf8_decode(right, &len)));
}

/* Adds words of a line that have no time among them. */
static int add_piece(struct assembly *a, const struct line *line, struct slice piece,
                     enum line_break before)
{
    struct turn *turn = assembly_last_turn(a);
    if (!assembly_is_wordless(a)) {
        assembly_add_break(&a->text, before > a->owed ? before : a->owed, piece);
    } else {
        turn->reached = a->reached;
        if (turn->speaker)
            buf_add_byte(&a->text, ' ');
    }
    a->owed = BREAK_SOFT;
    for (int i = 0; i < line->indent && line->before == BREAK_HARD && !assembly_is_wordless(a); i++)
        buf_add_text(&a->text, "  ");
    int err = assembly_note_bold(a, piece, a->text.len);
    buf_add_slice(&a->text, piece);
    return err;
}

/* The same behind a time in this line. */
static int add_next_piece(struct assembly *a, struct slice piece)
{
    if (are_apart(assembly_last_code(&a->text), piece))
        buf_add_byte(&a->text, ' ');
    int err = assembly_note_bold(a, piece, a->text.len);
    buf_add_slice(&a->text, piece);
    return err;
}

static int note_time(struct assembly *a, int64_t time)
{
    struct body *body = a->body;
    if (!array_reserve(&body->times, body->time_count, &a->time_cap, sizeof *body->times))
        return -ENOMEM;
    body->times[body->time_count++] = (struct time_mark){(uint32_t)a->text.len, time};
    a->reached = time;
    return 0;
}

/* Adds words, and notes the times among them: but in lists and tables these are words. */
static int add_pieces(struct assembly *a, const struct line *line, struct slice words,
                      enum line_break before)
{
    bool is_aside = speaker_stats_is_aside(words), is_begun = false;
    struct slice piece;
    int64_t time = NO_TIME;
    int err = 0;

    while (words.len && !err) {
        bool is_last = is_aside || !time_mark_take(&words, a->reached, &piece, &time);
        if (is_last)
            piece = words;
        if (piece.len)
            err = is_begun ? add_next_piece(a, piece) : add_piece(a, line, piece, before);
        is_begun |= piece.len > 0;
        if (is_last)
            break;
        if (!err)
            err = note_time(a, time);
    }
    if (!is_begun && !assembly_is_wordless(a) && before > a->owed)
        a->owed = before;
    return err;
}

/* The link with a time that stands before the first words of a turn, or is the first of these. */
static void take_address(struct assembly *a, struct slice words)
{
    const struct lines *lines = a->lines;
    size_t first = (size_t)(words.data - lines->text.data);
    while (a->next_link < lines->link_count && lines->links[a->next_link].text < a->head)
        a->next_link++;
    if (a->next_link == lines->link_count || lines->links[a->next_link].text > first)
        return;
    const struct timed_link *link = &lines->links[a->next_link];
    assembly_last_turn(a)->address = assembly_add_note(
        a, slice_range(buf_slice(&lines->addresses), link->at, link->len));
}

static int add_words(struct assembly *a, const struct line *line, struct slice words)
{
    struct turn *turn = assembly_last_turn(a);

    if (words.len == 0)
        return 0;
    bool is_paragraph = take_bullet(a, line, &words);
    if (assembly_is_wordless(a)) {
        turn->section = a->section;
        /* A time at the very head of the words is when the turn begins. */
        int64_t start;
        struct slice written = words;
        if (turn->start == NO_TIME && timestamp_take_bracketed(&words, &start)) {
            turn->start = a->reached = start;
            a->lone_time = slice_trim(written);
        }
        take_address(a, words.len ? words : written);
    }
    turn->last_line = assembly_line_number(a, line);
    return add_pieces(a, line, words, is_paragraph ? BREAK_PARAGRAPH : line->before);
}

/* Whether a heading begins a section behind the end of the speech. */
static bool is_appendix(struct slice heading)
{
    static const char *const names[] = {"References", "Resources",       "Links",     "Show notes",
                                        "Notes",      "Further reading", "Footnotes", "Sources",
                                        "Credits",    "Bibliography",    NULL};
    if (slice_ends(heading, SLICE(":")))
        heading.len--;
    return slice_is_one_of(heading, names);
}

int text_line_add_heading(struct assembly *a, const struct line *line, struct slice text)
{
    struct body *body = a->body;
    a->is_behind_heading = true;
    if (!a->appendix || line->heading <= a->appendix)
        a->appendix = is_appendix(text) ? line->heading : 0;
    /* A label without words has them behind the heading. */
    if (!a->in_turn || !assembly_last_turn(a)->speaker || !assembly_is_wordless(a))
        assembly_end_turn(a);
    if (body->section_count == a->limits->at[LIMIT_SECTIONS])
        return assembly_refuse(a, line, LIMIT_SECTIONS);
    if (!array_reserve(&body->sections, body->section_count, &a->section_cap,
                       sizeof *body->sections))
        return -ENOMEM;
    body->sections[body->section_count++] = (struct section){
        .heading = assembly_add_note(a, text),
        .line = assembly_line_number(a, line),
        .level = line->heading,
    };
    a->section = body->section_count;
    return 0;
}

/* Whether the chair of a meeting continues; the words may be items of a list. */
static bool is_led_on(struct assembly *a, const struct line *line, struct slice text)
{
    bool is_note = text.len < LEAST_LED || text.data[0] == '(' || text.data[0] == '[' ||
                   memmem(text.data, text.len, "://", 3);
    bool is_aside = speaker_stats_is_aside(text) &&
                    !(a->is_list && slice_starts(text, SLICE("- ")));
    return !is_note && !is_aside && a->body->count && assembly_last_turn(a)->speaker &&
           speaker_stats_goes_on(&a->stats, a->speaker, line);
}

/* Whether the speaker continues behind a heading, with `text` as the first words, which may have
 * the form of a label. */
static bool is_continued_speech(struct assembly *a, const struct line *line, struct slice text,
                                bool has_form)
{
    if (!a->is_behind_heading || a->appendix || a->in_turn || !a->speaker.len)
        return false;
    return a->stats.is_speech ? !speaker_stats_is_aside(text)
                              : !has_form && is_led_on(a, line, text);
}

/* Takes the time from `(00:00:48): words`, at the head of a paragraph whose speaker continues: a
 * new turn of the same speaker begins. */
static bool take_resumption(const struct assembly *a, const struct line *line, struct label *label)
{
    struct slice rest = label->words;
    int64_t start;
    if (line->before != BREAK_PARAGRAPH || !a->in_turn || !a->takes_more || !a->speaker.len ||
        label->form != LABEL_NONE || !timestamp_take_bracketed(&rest, &start) ||
        !slice_starts(rest, SLICE(":")))
        return false;
    label->words = slice_trim(slice_skip(rest, 1));
    label->speaker = a->speaker;
    label->start = start;
    return true;
}

/* Takes a line that is nothing but a time and belongs to what follows: one with an arrow, as
 * captions have it; one right below a label that has its words below; one above a label. */
static bool take_time_line(struct assembly *a, const struct line *line, struct slice text)
{
    enum { LONGEST = 40 }; /* 000:00:00.000 --> 000:00:00.000 */
    const struct line *next = line + 1;
    int64_t time;
    if (text.len > LONGEST || line->heading || !label_take_time_line(text, &time) ||
        next == a->lines->at + a->lines->count || next->heading || next->details)
        return false;
    struct slice below = line_text(a->lines, next);
    bool is_below = a->in_turn && assembly_last_turn(a)->speaker && assembly_is_wordless(a) &&
                    assembly_last_turn(a)->start == NO_TIME;
    bool has_arrow = memmem(text.data, text.len, "-->", 3);
    if (!is_below && !has_arrow) {
        struct label label = label_read(below, next->bold_at, next->bold);
        if (label.start != NO_TIME || (!speaker_stats_is_speaker(&a->stats, &label, next) &&
                                       !speaker_stats_is_name_above(&a->stats, next)))
            return false;
    }
    int64_t other;
    if (label_take_time_line(below, &other))
        return false; /* a list of times */
    if (is_below)
        assembly_last_turn(a)->start = a->reached = time;
    else
        a->pending = time;
    if (!is_below)
        a->pending_head = line->text;
    return true;
}

/* Reads the speaker of a line. False if it names none; *label has the words then, even if they look
 * like a label. Behind a chevron they are another speaker's. */
static bool read_label(struct assembly *a, const struct line *line, struct slice text,
                       struct label *label)
{
    bool is_heading_alone = line->heading && label->start == NO_TIME;
    if (is_heading_alone || speaker_stats_is_name_above(&a->stats, line)) {
        struct slice name = label_without_brackets(label_without_colon(text));
        *label = (struct label){.form = LABEL_ALONE, .speaker = name, .start = NO_TIME};
        return true;
    }
    if (line->heading || speaker_stats_take_signed(&a->stats, line, text, label) ||
        speaker_stats_is_speaker(&a->stats, label, line))
        return true;
    struct slice words = text;
    while (label->has_chevron && words.len && (words.data[0] == '>' || words.data[0] == ' '))
        words = slice_skip(words, 1);
    *label = (struct label){.form = label->has_chevron ? LABEL_CHEVRON : LABEL_NONE,
                            .words = slice_trim(words),
                            .start = NO_TIME};
    return false;
}

/* Whether a line is the number of a cue, whose times stand below it, as in SubRip. */
static bool is_cue_number(const struct assembly *a, const struct line *line, struct slice text)
{
    const struct line *next = line + 1;
    int64_t time;
    if (!slice_is_number(text) || next == a->lines->at + a->lines->count || !next->len)
        return false;
    struct slice below = line_text(a->lines, next);
    return memmem(below.data, below.len, "-->", 3) && label_take_time_line(below, &time);
}

/* `(Recess.)`, a paragraph of a trial, or the line `BY MR. HOLT:` of who asks from then on. */
static bool is_direction_of(const struct assembly *a, const struct line *line, struct slice text)
{
    return a->stats.is_trial && label_is_direction(text) &&
           (line->before == BREAK_PARAGRAPH ||
            (slice_starts(text, SLICE("BY ")) && slice_ends(text, SLICE(":"))));
}

int text_line_add(struct assembly *a, const struct line *line, struct slice text)
{
    if (take_time_line(a, line, text) || is_cue_number(a, line, text))
        return 0;
    struct label label = label_read(text, line->bold_at, line->bold);
    int err = 0;

    if (label_is_played(&label) && speaker_stats_is_heard(&a->stats, label.speaker))
        label.words = label.written;
    else if (label_is_mark(&label) || label_is_played(&label)) {
        assembly_end_turn(a);
        return 0;
    }
    bool has_form = label.form != LABEL_NONE;
    bool is_speaker = read_label(a, line, text, &label);
    bool is_continued = !is_speaker && label.form == LABEL_NONE &&
                        is_continued_speech(a, line, text, has_form);
    if (is_continued) {
        label.speaker = a->speaker;
        label.form = a->is_list ? LABEL_ALONE : LABEL_NONE;
    }
    is_continued |= !is_speaker && take_resumption(a, line, &label);
    bool is_direction = !is_speaker && is_direction_of(a, line, text);
    if (is_speaker || is_continued || is_direction || label.form == LABEL_CHEVRON || !a->in_turn ||
        (!a->takes_more && a->pending != NO_TIME) ||
        (line->before == BREAK_PARAGRAPH && !a->takes_more && !assembly_is_lone_time(a))) {
        assembly_end_turn(a);
        err = assembly_begin_turn(a, line, &label);
        if (is_speaker || label.form == LABEL_CHEVRON)
            a->speaker = label.speaker;
        a->is_behind_heading &= slice_starts(text, SLICE("|"));
    }
    if (!err && a->pending != NO_TIME) {
        err = note_time(a, a->pending); /* the speaker continues */
        a->pending = NO_TIME;
    }
    return err ? err : add_words(a, line, label.words);
}
