#include "transcript/body.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "speakers/speaker_stats.h"
#include "syntax/plain_text.h"
#include "transcript/bilingual.h"
#include "transcript/cue_lines.h"
#include "transcript/time_mark.h"
#include "transcript/voices.h"
#include "values/timestamp.h"

enum {
    MOST_GLOSS = 2000, /* bytes of a glossary entry behind its term */
    MOST_NESTED = 8,   /* brackets in it */
};

/* From lines to turns. */
struct assembly {
    struct body *body;
    size_t turn_cap, section_cap, term_cap, cue_cap, time_cap;
    const struct lines *lines;
    struct speaker_stats stats;
    struct buf text; /* of the turns */
    struct buf originals;
    struct buf notes;
    struct span *bold; /* in the text of the last turn */
    size_t bold_count, bold_cap;
    bool failed;      /* memory ended where no error could be told */
    struct buf early; /* an original before the first turn … */
    struct line early_first, early_last;
    bool early_has_label;
    uint32_t early_speaker; /* as of a turn */
    struct diags *diags;
    const struct limits *limits;
    uint32_t first_line;
    uint32_t section;
    size_t next_bold;            /* of lines->bold */
    bool in_original;            /* the last turn's original can grow */
    int64_t reached;             /* the last time that was met */
    enum line_break owed;        /* by a line that was nothing but a time */
    struct slice lone_time;      /* the time at the head of the last turn, as written */
    struct slice label_line;     /* the line on which the last turn begins */
    struct slice speaker;        /* of the last label, in lines->text */
    int64_t pending;             /* of a line that was nothing but a time, for what follows */
    uint8_t appendix;            /* level of the heading of a section that nobody says; 0 outside */
    bool is_behind_heading;      /* nothing was said in the section yet */
    bool in_turn;                /* the last turn can grow */
    bool takes_more;             /* … and takes the paragraphs that follow */
    bool is_alone;               /* its label has a line of its own, without a colon */
    bool is_list;                /* … and its words are items of a list */
    uint32_t details;            /* the one that the last line stood in */
    uint32_t abandoned;          /* one that is not closed, and whose original is over */
    size_t paragraph;            /* of the last turn begins here, in `text`; of cues alone */
    const struct cue *cue;       /* the last one that was taken */
    const struct cue *label_cue; /* that in which the last turn begins */
};

/* Whether memory ended: then no part of it is for anybody. */
static bool has_failed(const struct assembly *a)
{
    return a->failed || a->text.failed || a->originals.failed || a->notes.failed || a->early.failed;
}

static struct turn *last_turn(struct assembly *a)
{
    return &a->body->turns[a->body->count - 1];
}

static uint32_t line_number(const struct assembly *a, const struct line *line)
{
    return a->first_line + line->number;
}

/* --- joining lines ---------------------------------------------------------------------------- */

/* The last character of the text so far. */
static int32_t last_code(const struct buf *text)
{
    size_t at = text->len, len;
    while (at > 0 && ((unsigned char)text->data[--at] & 0xC0) == 0x80)
        ;
    return text->len ? utf8_decode((struct slice){text->data + at, text->len - at}, &len) : -1;
}

/* What a wrapped line becomes: a space, but nothing between two characters of a script that has no
 * spaces. */
static void add_soft_break(struct buf *text, struct slice next)
{
    size_t len;
    int32_t before = last_code(text);
    if (next.len && utf8_is_wide(before) && utf8_is_wide(utf8_decode(next, &len)))
        return;
    buf_add_byte(text, ' ');
}

static void add_break(struct buf *text, enum line_break kind, struct slice next)
{
    if (kind == BREAK_PARAGRAPH)
        buf_add_text(text, "\n\n");
    else if (kind == BREAK_HARD)
        buf_add_byte(text, '\n');
    else
        add_soft_break(text, next);
}

/* --- turns ------------------------------------------------------------------------------------ */

static void end_original(struct assembly *a)
{
    struct turn *turn = a->body->count ? last_turn(a) : NULL;
    if (!turn || !a->in_original)
        return;
    a->in_original = false;
    /* A label that has its words on another line is no label of the file's. */
    struct slice file = slice_skip(buf_slice(&a->originals), turn->original.at);
    bool is_labelled = file.len > turn->original_speaker + 2u &&
                       memcmp(file.data + turn->original_speaker, ": ", 2) == 0;
    if (!is_labelled)
        turn->original_speaker = 0;
    buf_add_byte(&a->originals, '\n');
    turn->original.len = (uint32_t)(a->originals.len - turn->original.at);
}

/* Where the original has no label of its own it has the turn's. `speaker` is how many bytes at the
 * front of what comes name somebody. */
static void begin_original(struct assembly *a, const struct line *line, bool has_label,
                           uint32_t speaker)
{
    struct turn *turn = last_turn(a);
    turn->original.at = (uint32_t)a->originals.len;
    turn->original_first_line = line_number(a, line);
    memcpy(turn->language, a->lines->details[line->details - 1].language, sizeof turn->language);
    turn->original_speaker = has_label ? speaker : turn->speaker;
    if (!has_label && turn->speaker && !a->text.failed) {
        buf_add(&a->originals, a->text.data + turn->text, turn->speaker);
        buf_add_text(&a->originals, ": ");
    }
}

static void extend_original(struct assembly *a, const struct line *line)
{
    struct turn *turn = last_turn(a);
    a->in_original = true;
    turn->original_last_line = line_number(a, line);
    turn->original.len = (uint32_t)(a->originals.len - turn->original.at);
}

/* What stood before the first turn is that turn's. */
static void take_early_original(struct assembly *a)
{
    begin_original(a, &a->early_first, a->early_has_label, a->early_speaker);
    buf_add_slice(&a->originals, buf_slice(&a->early));
    extend_original(a, &a->early_last);
    a->failed |= a->early.failed;
    buf_free(&a->early);
}

static int refuse(struct assembly *a, const struct line *line, enum limit limit)
{
    limit_refuse(a->limits, limit, line_number(a, line), a->diags);
    return -E2BIG;
}

static int begin_turn(struct assembly *a, const struct line *line, const struct label *label)
{
    struct body *body = a->body;
    struct slice speaker = label->speaker;
    int64_t start = label->start == NO_TIME ? a->pending : label->start;

    if (body->count == a->limits->at[LIMIT_TURNS])
        return refuse(a, line, LIMIT_TURNS);
    if (!array_reserve(&body->turns, body->count, &a->turn_cap, sizeof *body->turns))
        return -ENOMEM;
    end_original(a);
    body->turns[body->count++] = (struct turn){
        .text = (uint32_t)a->text.len,
        .speaker = (uint32_t)speaker.len,
        .first_line = line_number(a, line),
        .last_line = line_number(a, line),
        .section = a->section,
        .voice = NO_VOICE,
        .times = body->time_count,
        .start = start,
        .end = NO_TIME,
        .reached = a->reached,
        .original = {.at = (uint32_t)a->originals.len},
    };
    if (speaker.len) {
        buf_add_slice(&a->text, speaker);
        buf_add_byte(&a->text, ':');
    }
    if (a->early.len)
        take_early_original(a);
    if (start != NO_TIME)
        a->reached = start;
    a->pending = NO_TIME;
    a->owed = BREAK_SOFT;
    a->in_turn = true;
    a->takes_more = speaker.len > 0;
    a->label_line = line_text(a->lines, line);
    a->label_cue = line_cue(a->lines, line);
    a->is_alone = label->form == LABEL_ALONE;
    a->is_list = false;
    return 0;
}

static bool is_wordless(struct assembly *a)
{
    struct turn *turn = last_turn(a);
    return a->text.len == turn->text + turn->speaker + (turn->speaker ? 1 : 0);
}

/* Whether all there is of the last turn is when it begins. */
static bool is_lone_time(struct assembly *a)
{
    return is_wordless(a) && !last_turn(a)->speaker && last_turn(a)->start != NO_TIME;
}

/* A label without words names nobody: what would it have said? Its line stays as it was written; it
 * may be no label: `Curfew 23:00`. */
static void drop_speaker(struct assembly *a, struct turn *turn)
{
    turn->speaker = 0;
    turn->start = NO_TIME;
    a->body->time_count = turn->times;
    a->text.len = turn->text;
    buf_add_slice(&a->text, a->label_line);
    diags_add(a->diags, turn->first_line, 0, "it is kept as words without a speaker",
              "a label without words");
}

static int add_terms(struct assembly *a);
static int note_cue(struct assembly *a, const struct cue *cue, size_t at);

static void end_turn(struct assembly *a)
{
    if (!a->in_turn)
        return;
    a->in_turn = false;
    if (has_failed(a))
        return; /* what has a place in the text may not stand there */
    a->failed |= add_terms(a) != 0;

    struct turn *turn = last_turn(a);
    if (turn->speaker && is_wordless(a)) {
        drop_speaker(a, turn);
        if (a->label_cue) {
            turn->start = a->label_cue->start;
            a->failed |= note_cue(a, a->label_cue, turn->text) != 0;
        }
    } else if (is_lone_time(a)) {
        /* Nothing begins then: it is what was written. */
        buf_add_slice(&a->text, a->lone_time);
        turn->start = NO_TIME;
        a->body->time_count = turn->times;
    }
    if (a->text.len == turn->text) {
        /* A chevron and nothing else: an original behind it is nobody's. */
        if (turn->original.len) {
            diags_add(a->diags, turn->original_first_line, 0, "it is in the source alone",
                      "an original, and no turn that it belongs to");
            a->originals.len = turn->original.at;
            a->in_original = false;
        }
        a->body->time_count = turn->times;
        a->body->count--;
        return;
    }
    buf_add_byte(&a->text, '\n');
    turn->len = (uint32_t)(a->text.len - turn->text);
}

/* --- terms ------------------------------------------------------------------------------------ */

static struct part_of add_note(struct assembly *a, struct slice text)
{
    struct part_of part = {(uint32_t)a->notes.len, (uint32_t)text.len};
    buf_add_slice(&a->notes, text);
    return part;
}

/* Takes "（Original: definition）" from behind a bold term. */
static bool read_gloss(struct slice behind, struct slice *original, struct slice *definition)
{
    static const char *const brackets[][2] = {{"（", "）"}, {"(", ")"}};
    behind = slice_trim(behind);
    for (size_t i = 0; i < 2; i++) {
        struct slice open = slice_of(brackets[i][0]), close = slice_of(brackets[i][1]);
        if (!slice_starts(behind, open))
            continue;
        struct slice inside = slice_skip(behind, open.len);
        int depth = 1;
        for (size_t at = 0; at < inside.len; at++) {
            struct slice rest = slice_skip(inside, at);
            if (rest.data[0] != open.data[0] && rest.data[0] != close.data[0])
                continue;
            depth += slice_starts(rest, open) - slice_starts(rest, close);
            if (depth > MOST_NESTED)
                return false;
            if (depth == 0) {
                inside.len = at;
                break;
            }
        }
        const char *wide = memmem(inside.data, inside.len, "：", 3);
        const char *narrow = inside.len ? memchr(inside.data, ':', inside.len) : NULL;
        const char *colon = !wide || (narrow && narrow < wide) ? narrow : wide;
        if (depth || !colon)
            return false;
        size_t at = (size_t)(colon - inside.data);
        *original = slice_trim(slice_head(inside, at));
        *definition = slice_trim(slice_skip(inside, at + (colon == wide ? 3 : 1)));
        return original->len && definition->len;
    }
    return false;
}

/* Remembers where in the turn's text the bold stretches of a line have come to stand: `words` is
 * the part of the line that was put in at `at`. */
static int note_bold(struct assembly *a, struct slice words, size_t at)
{
    const struct lines *lines = a->lines;
    size_t start = (size_t)(words.data - lines->text.data), end = start + words.len;

    for (; a->next_bold < lines->bold_count && lines->bold[a->next_bold].text < end;
         a->next_bold++) {
        const struct span *bold = &lines->bold[a->next_bold];
        if (bold->text < start || bold->text + bold->len > end)
            continue;
        if (!array_reserve(&a->bold, a->bold_count, &a->bold_cap, sizeof *a->bold))
            return -ENOMEM;
        a->bold[a->bold_count++] = (struct span){at + bold->text - start, bold->len};
    }
    return 0;
}

/* When the turn is whole, since a gloss may run over lines: but not over a paragraph. */
static int add_terms(struct assembly *a)
{
    struct body *body = a->body;
    struct slice text = buf_slice(&a->text);

    for (size_t i = 0; i < a->bold_count; i++) {
        struct slice term = {text.data + a->bold[i].text, a->bold[i].len};
        struct slice behind = slice_head(slice_skip(text, a->bold[i].text + a->bold[i].len),
                                         MOST_GLOSS);
        const char *paragraph = memmem(behind.data, behind.len, "\n\n", 2);
        struct slice original, definition;
        if (paragraph)
            behind.len = (size_t)(paragraph - behind.data);
        if (!read_gloss(behind, &original, &definition))
            continue;
        if (!array_reserve(&body->terms, body->term_count, &a->term_cap, sizeof *body->terms))
            return -ENOMEM;
        body->terms[body->term_count++] = (struct term){
            .turn = body->count - 1,
            .term = add_note(a, slice_trim(term)),
            .original = add_note(a, original),
            .definition = add_note(a, definition),
        };
    }
    a->bold_count = 0;
    return 0;
}

/* --- lines of the text ------------------------------------------------------------------------ */

/* What somebody said may stand below the name as items of a list: these are paragraphs. */
static bool take_bullet(struct assembly *a, const struct line *line, struct slice *words)
{
    bool has_bullet = slice_starts(*words, SLICE("- ")) && !line->indent;
    a->is_list |= a->is_alone && has_bullet && is_wordless(a);
    if (!a->is_list || !has_bullet)
        return false;
    *words = slice_skip(*words, 2);
    return true;
}

/* Whether two pieces of a line that had a time between them are words apart. */
static bool are_apart(int32_t left, struct slice right)
{
    size_t len;
    return !strchr(",.;:!?)]}", right.data[0]) && left != '(' &&
           !(utf8_is_wide(left) && utf8_is_wide(utf8_decode(right, &len)));
}

/* Adds words of a line that have no time among them. */
static int add_piece(struct assembly *a, const struct line *line, struct slice piece,
                     enum line_break before)
{
    struct turn *turn = last_turn(a);
    if (!is_wordless(a)) {
        add_break(&a->text, before > a->owed ? before : a->owed, piece);
    } else {
        turn->reached = a->reached;
        if (turn->speaker)
            buf_add_byte(&a->text, ' ');
    }
    a->owed = BREAK_SOFT;
    for (int i = 0; i < line->indent && line->before == BREAK_HARD && !is_wordless(a); i++)
        buf_add_text(&a->text, "  ");
    int err = note_bold(a, piece, a->text.len);
    buf_add_slice(&a->text, piece);
    return err;
}

/* The same behind a time in this line. */
static int add_next_piece(struct assembly *a, struct slice piece)
{
    if (are_apart(last_code(&a->text), piece))
        buf_add_byte(&a->text, ' ');
    int err = note_bold(a, piece, a->text.len);
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
    if (!is_begun && !is_wordless(a) && before > a->owed)
        a->owed = before;
    return err;
}

static int add_words(struct assembly *a, const struct line *line, struct slice words)
{
    struct turn *turn = last_turn(a);

    if (words.len == 0)
        return 0;
    bool is_paragraph = take_bullet(a, line, &words);
    if (is_wordless(a)) {
        turn->section = a->section;
        /* A time at the very head of the words is when the turn begins. */
        int64_t start;
        struct slice written = words;
        if (turn->start == NO_TIME && timestamp_take_bracketed(&words, &start)) {
            turn->start = a->reached = start;
            a->lone_time = slice_trim(written);
        }
    }
    turn->last_line = line_number(a, line);
    return add_pieces(a, line, words, is_paragraph ? BREAK_PARAGRAPH : line->before);
}

/* Whether a section has this heading that stands behind what was said. */
static bool is_appendix(struct slice heading)
{
    static const char *const names[] = {"References", "Resources",       "Links",     "Show notes",
                                        "Notes",      "Further reading", "Footnotes", "Sources",
                                        "Credits",    "Bibliography",    NULL};
    if (slice_ends(heading, SLICE(":")))
        heading.len--;
    return slice_is_one_of(heading, names);
}

static int add_heading(struct assembly *a, const struct line *line, struct slice text)
{
    struct body *body = a->body;
    a->is_behind_heading = true;
    if (!a->appendix || line->heading <= a->appendix)
        a->appendix = is_appendix(text) ? line->heading : 0;
    /* A label without words has them behind the heading. */
    if (!a->in_turn || !last_turn(a)->speaker || !is_wordless(a))
        end_turn(a);
    if (body->section_count == a->limits->at[LIMIT_SECTIONS])
        return refuse(a, line, LIMIT_SECTIONS);
    if (!array_reserve(&body->sections, body->section_count, &a->section_cap,
                       sizeof *body->sections))
        return -ENOMEM;
    body->sections[body->section_count++] = (struct section){
        .heading = add_note(a, text),
        .line = line_number(a, line),
        .level = line->heading,
    };
    a->section = body->section_count;
    return 0;
}

/* Whether somebody goes on behind a heading, `text` being the first words there. */
static bool is_continued_speech(struct assembly *a, const struct label *label, struct slice text)
{
    return a->stats.is_speech && a->is_behind_heading && !a->appendix && !a->in_turn &&
           a->speaker.len && label->form == LABEL_NONE && !speaker_stats_is_aside(text);
}

/* Takes the time from `(00:00:48): words`, at the head of a paragraph of somebody who goes on: what
 * was said from then on is a turn of its own. */
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
    bool is_below = a->in_turn && last_turn(a)->speaker && is_wordless(a) &&
                    last_turn(a)->start == NO_TIME;
    bool has_arrow = memmem(text.data, text.len, "-->", 3);
    if (!is_below && !has_arrow) {
        struct label label = label_read(below, next->bold_at, next->bold);
        if (label.start != NO_TIME || !speaker_stats_is_speaker(&a->stats, &label, next))
            return false;
    }
    int64_t other;
    if (label_take_time_line(below, &other))
        return false; /* a list of times */
    if (is_below)
        last_turn(a)->start = a->reached = time;
    else
        a->pending = time;
    return true;
}

static int add_text_line(struct assembly *a, const struct line *line, struct slice text)
{
    if (take_time_line(a, line, text))
        return 0;
    struct label label = label_read(text, line->bold_at, line->bold);
    int err = 0;

    if (label_is_played(&label) && speaker_stats_is_heard(&a->stats, label.speaker))
        label.words = label.written;
    else if (label_is_mark(&label) || label_is_played(&label)) {
        end_turn(a);
        return 0;
    }
    bool is_speaker = line->heading || speaker_stats_is_speaker(&a->stats, &label, line);
    if (!is_speaker) {
        /* Words, whatever they look like; behind a chevron, of somebody who is not named. */
        struct slice words = text;
        while (label.has_chevron && words.len && (words.data[0] == '>' || words.data[0] == ' '))
            words = slice_skip(words, 1);
        label = (struct label){.form = label.has_chevron ? LABEL_CHEVRON : LABEL_NONE,
                               .words = slice_trim(words),
                               .start = NO_TIME};
    }
    bool is_continued = !is_speaker && is_continued_speech(a, &label, text);
    if (is_continued)
        label.speaker = a->speaker;
    is_continued |= !is_speaker && take_resumption(a, line, &label);
    if (is_speaker || is_continued || label.form == LABEL_CHEVRON || !a->in_turn ||
        (!a->takes_more && a->pending != NO_TIME) ||
        (line->before == BREAK_PARAGRAPH && !a->takes_more && !is_lone_time(a))) {
        end_turn(a);
        err = begin_turn(a, line, &label);
        if (is_speaker || label.form == LABEL_CHEVRON)
            a->speaker = label.speaker;
        a->is_behind_heading &= slice_starts(text, SLICE("|"));
    }
    if (!err && a->pending != NO_TIME) {
        err = note_time(a, a->pending); /* who speaks goes on */
        a->pending = NO_TIME;
    }
    return err ? err : add_words(a, line, label.words);
}

/* --- cues ------------------------------------------------------------------------------------- */

enum {
    PAUSE = 2000,          /* milliseconds between two cues, where a paragraph can end */
    PARAGRAPH_BYTES = 400, /* … or behind so much */
    MOST_CUE_TURN = 4000,  /* bytes behind which a turn ends with its paragraph */
    LINES_SHARE = 2,       /* of the memory for a body */
    MOST_NAMELESS = 1500,  /* bytes of a turn of nobody */
};

/* What stands between the words of two cues: recognised word by word, a mark follows its word. */
static void join_cue(struct buf *text, struct slice words)
{
    if (!strchr(",.;:!?)", words.data[0]) && !slice_starts(words, SLICE("”")))
        add_soft_break(text, words);
}

/* Who speaks on a line of a cue, and what. True where somebody is named. */
static bool read_cue_label(struct assembly *a, const struct line *line, struct slice text,
                           struct label *label)
{
    bool is_last = line + 1 == a->lines->at + a->lines->count || line[1].cue != line->cue;
    struct slice given = line_speaker(a->lines, line);
    if (given.len) {
        *label = (struct label){.words = text, .speaker = given};
        return true;
    }
    *label = label_read(text, 0, 0);
    label->words = label->written;
    if (label->form == LABEL_PLAIN && label->start == NO_TIME && !label->is_row &&
        (label->words.len || !is_last) && speaker_stats_is_speaker(&a->stats, label, line))
        return true;
    bool has_chevron = label->has_chevron;
    while (has_chevron && text.len && (text.data[0] == '>' || text.data[0] == ' '))
        text = slice_skip(text, 1);
    *label = (struct label){.form = has_chevron ? LABEL_CHEVRON : LABEL_NONE, .words = text};
    return false;
}

static int64_t pause_before(const struct assembly *a, const struct cue *cue)
{
    bool is_known = a->cue && a->cue != cue && a->cue->end != NO_TIME && cue->start != NO_TIME;
    return is_known ? cue->start - a->cue->end : 0;
}

/* Whether a cue that goes on with the last turn begins a paragraph of it, or ends it. */
static void divide(struct assembly *a, const struct line *line, struct slice words,
                   bool *begins_paragraph, bool *ends_turn)
{
    const struct cue *cue = line_cue(a->lines, line);
    size_t len = a->text.len - last_turn(a)->text;
    bool is_long_pause = pause_before(a, cue) >= PAUSE;
    *begins_paragraph = *ends_turn = false;
    if (line->before != BREAK_PARAGRAPH || is_wordless(a))
        return;
    *begins_paragraph = cue->begins_paragraph ||
                        ((is_long_pause || a->text.len - a->paragraph >= PARAGRAPH_BYTES) &&
                         cue_ends_sentence(buf_slice(&a->text)));
    *ends_turn = last_turn(a)->speaker
                     ? *begins_paragraph && len > MOST_CUE_TURN
                     : *begins_paragraph || is_long_pause || len + words.len > MOST_NAMELESS;
}

/* Notes which part of the text is a cue's. */
static int note_cue(struct assembly *a, const struct cue *cue, size_t at)
{
    struct body *body = a->body;
    struct body_cue *last = body->cue_count ? &body->cues[body->cue_count - 1] : NULL;
    bool is_same = a->cue == cue;
    if (is_same && last && last->turn == body->count - 1) {
        last->words.len = (uint32_t)(a->text.len - last->words.at);
        return 0;
    }
    if (!array_reserve(&body->cues, body->cue_count, &a->cue_cap, sizeof *body->cues))
        return -ENOMEM;
    body->cues[body->cue_count++] = (struct body_cue){
        .words = {(uint32_t)at, (uint32_t)(a->text.len - at)},
        .turn = body->count - 1,
        .is_shared = last && (is_same || cue->goes_on),
        .start = cue->start,
        .end = cue->end,
    };
    return 0;
}

static int add_cue_words(struct assembly *a, const struct cue *cue, struct slice words,
                         bool begins_paragraph)
{
    struct turn *turn = last_turn(a);
    if (words.len == 0)
        return 0;
    if (!is_wordless(a)) {
        if (begins_paragraph)
            buf_add_text(&a->text, "\n\n");
        else
            join_cue(&a->text, words);
    } else {
        turn->start = turn->reached = cue->start;
        turn->first_line = cue->line;
        if (turn->speaker)
            buf_add_byte(&a->text, ' ');
        begins_paragraph = true;
    }
    size_t at = a->text.len;
    if (begins_paragraph)
        a->paragraph = at;
    buf_add_slice(&a->text, words);
    turn->last_line = cue->last_line;
    if (cue->end == NO_TIME || cue->end > turn->end)
        turn->end = cue->end < turn->start ? NO_TIME : cue->end;
    int err = note_cue(a, cue, at);
    a->cue = cue;
    return err;
}

static int add_cue_line(struct assembly *a, const struct line *line, struct slice text)
{
    const struct cue *cue = line_cue(a->lines, line);
    bool begins_paragraph = false, ends_turn = true;
    struct label label;
    bool is_named = read_cue_label(a, line, text, &label);
    bool is_other = line->is_other || label.form == LABEL_CHEVRON ||
                    (a->lines->have_speakers && a->speaker.len);
    bool goes_on = a->in_turn && (is_named ? slice_equal(label.speaker, a->speaker) : !is_other);

    if (goes_on)
        divide(a, line, label.words, &begins_paragraph, &ends_turn);
    else
        a->speaker = is_named ? label.speaker : (struct slice){0};
    if (ends_turn) {
        label.speaker = a->speaker;
        label.start = cue->start;
        end_turn(a);
        int err = begin_turn(a, line, &label);
        if (err)
            return err;
    }
    return add_cue_words(a, cue, label.words, begins_paragraph);
}

/* Two that speak in one caption have its time by their share of its characters. */
static void share_times(struct body *body)
{
    for (uint32_t i = 0, next; i < body->cue_count; i = next) {
        const struct body_cue caption = body->cues[i];
        int64_t all = caption.words.len, before = 0;
        for (next = i + 1; next < body->cue_count && body->cues[next].is_shared; next++)
            all += body->cues[next].words.len;
        if (next == i + 1 || caption.start == NO_TIME || caption.end == NO_TIME)
            continue;
        for (uint32_t k = i; k < next; k++) {
            int64_t span = caption.end - caption.start;
            body->cues[k].start = caption.start + span * before / all;
            before += body->cues[k].words.len;
            body->cues[k].end = caption.start + span * before / all;
        }
    }
}

/* --- originals -------------------------------------------------------------------------------- */

/* An original that nobody closed is over where the turns go on: with a label of theirs, or in a
 * script that the original is not in. */
static bool is_over(struct assembly *a, const struct line *line, struct slice text)
{
    const struct details *details = &a->lines->details[line->details - 1];
    struct label label = label_read(text, line->bold_at, line->bold);
    size_t wide = 0, len;

    if (details->is_closed || line->before != BREAK_PARAGRAPH)
        return false;
    if (line->heading)
        return line->details == a->details;
    for (struct slice rest = text; rest.len; rest = slice_skip(rest, len))
        wide += utf8_is_wide(utf8_decode(rest, &len));
    bool is_wide_text = wide * 3 > text.len / 3;
    if (is_wide_text && strcmp(details->language, "en") == 0)
        return true;
    return line->details == a->details && label.form == LABEL_BOLD &&
           speaker_stats_is_speaker(&a->stats, &label, line) &&
           (is_wide_text || !details->language[0]);
}

static void add_original_line(struct assembly *a, const struct line *line, struct slice text)
{
    struct label label = label_read(text, line->bold_at, line->bold);
    bool has_label = label.speaker.len && speaker_stats_is_original_speaker(&a->stats, &label);
    bool is_early = a->body->count == 0;
    bool names = has_label && (label.form == LABEL_BOLD || slice_starts(text, label.speaker));
    uint32_t speaker = names ? (uint32_t)label.speaker.len : 0;
    struct buf *to = is_early ? &a->early : &a->originals;

    if (is_early ? to->len == 0 : last_turn(a)->original_first_line == 0) {
        if (is_early) {
            a->early_first = *line;
            a->early_has_label = has_label;
            a->early_speaker = speaker;
        } else {
            begin_original(a, line, has_label, speaker);
        }
    } else if (slice_starts(text, SLICE(">>"))) {
        buf_add_text(to, "\n\n"); /* somebody else, who has no label */
    } else {
        add_break(to, line->before, text);
    }
    if (has_label && label.form == LABEL_BOLD) {
        buf_add_slice(to, label.speaker);
        buf_add_text(to, label.words.len ? ": " : ":");
        text = label.words;
    }
    buf_add_slice(to, text);
    if (is_early)
        a->early_last = *line;
    else
        extend_original(a, line);
}

/* --- all lines -------------------------------------------------------------------------------- */

/* Whether a line is a heading, and not the label of a turn that is written as one. */
static bool is_section(const struct assembly *a, const struct line *line, struct slice text)
{
    if (!line->heading || a->stats.headings.total == 0)
        return line->heading;
    struct label label = label_read(text, line->bold_at, line->bold);
    return !speaker_stats_is_heading_speaker(&a->stats, &label, text);
}

static int add_line(struct assembly *a, const struct line *line, struct slice text)
{
    bool is_original = line->details && line->details != a->abandoned;
    int err = 0;
    if (line->is_behind_rule)
        a->speaker.len = 0; /* another part, whoever speaks in it */

    if (is_original && is_over(a, line, text)) {
        a->abandoned = line->details;
        is_original = false;
    }
    if (!is_original)
        err = is_section(a, line, text) ? add_heading(a, line, text) : add_text_line(a, line, text);
    else if (text.len) /* a heading may say nothing */
        add_original_line(a, line, text);
    a->details = line->details;
    return err;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int assemble(struct assembly *a)
{
    const struct lines *lines = a->lines;
    int err = 0;

    for (size_t i = 0; i < lines->count && !err; i++) {
        const struct line *line = &lines->at[i];
        struct slice text = line_text(lines, line);
        err = line->cue ? add_cue_line(a, line, text) : add_line(a, line, text);
        if (!err && has_failed(a))
            err = -ENOMEM;
    }
    if (err)
        return err;
    end_turn(a);
    end_original(a);
    if (a->early.len)
        diags_add(a->diags, line_number(a, &a->early_first), 0, "it is in the source alone",
                  "an original, and no turn that it belongs to");
    return has_failed(a) ? -ENOMEM : 0;
}

/* Makes turns of the lines, where these could be read. */
static int read_turns(struct assembly *a, int err, const struct yaml *front, struct slice aliases)
{
    struct body *body = a->body;
    (void)buf_reserve(&a->text, a->lines->text.len); /* hardly more, and less with originals */
    if (!err)
        err = speaker_stats_take(a->lines, front, &a->failed, &a->stats);
    if (!err)
        err = assemble(a);
    speaker_stats_free(&a->stats);
    body->text = buf_take(&a->text, &body->len);
    body->originals = buf_take(&a->originals, &body->originals_len);
    if (!err && a->lines->cue_count == 0)
        err = bilingual_join(body, front);
    if (!err)
        err = voices_gather(body, a->lines, front, aliases, &a->notes);
    body->notes = buf_take(&a->notes, &body->notes_len);
    buf_free(&a->early);
    free(a->bold);
    if (err == -E2BIG) {
        body_free(body);
        body->is_refused = true;
        return 0;
    }
    return err;
}

int body_read(struct slice text, uint32_t first_line, const struct yaml *front,
              struct slice aliases, const struct limits *limits, struct diags *diags,
              struct body *body)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct assembly a = {.body = body,
                         .lines = &lines,
                         .diags = diags,
                         .limits = limits,
                         .first_line = first_line,
                         .reached = NO_TIME,
                         .pending = NO_TIME};

    *body = (struct body){0};
    int err = lines_read(text, first_line, limits, diags, &lines);
    return read_turns(&a, err, front, aliases);
}

int body_of_cues(struct cues *cues, const struct yaml *front, struct slice aliases,
                 const struct limits *limits, struct diags *diags, struct body *body)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct assembly a = {.body = body,
                         .lines = &lines,
                         .diags = diags,
                         .limits = limits,
                         .first_line = 1,
                         .reached = NO_TIME,
                         .pending = NO_TIME};

    *body = (struct body){0};
    size_t most = limits->at[LIMIT_MARKDOWN] / LINES_SHARE / sizeof(struct line);
    int err = cue_lines_make(cues, most, &lines);
    if (err == -E2BIG)
        limit_refuse(limits, LIMIT_MARKDOWN, 0, diags);
    err = read_turns(&a, err, front, aliases);
    if (!err && !body->is_refused)
        share_times(body);
    return err;
}

int body_of_text(struct slice text, const struct yaml *front, struct slice aliases,
                 const struct limits *limits, struct diags *diags, struct body *body)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct assembly a = {.body = body,
                         .lines = &lines,
                         .diags = diags,
                         .limits = limits,
                         .first_line = 1,
                         .reached = NO_TIME,
                         .pending = NO_TIME};

    *body = (struct body){0};
    size_t most = limits->at[LIMIT_MARKDOWN] / LINES_SHARE / sizeof(struct line);
    int err = plain_text_read_lines(text, most, diags, &lines);
    if (err == -E2BIG)
        limit_refuse(limits, LIMIT_MARKDOWN, 0, diags);
    return read_turns(&a, err, front, aliases);
}

bool body_may_have_originals(struct slice head)
{
    struct slice mark = SLICE("<details");
    const char *at;
    while (head.len >= mark.len && (at = memchr(head.data, '<', head.len - mark.len + 1))) {
        if (strncasecmp(at, mark.data, mark.len) == 0)
            return true;
        head = slice_skip(head, (size_t)(at - head.data) + 1);
    }
    return false;
}

bool body_is_timed(const struct body *body)
{
    int64_t last = 0;
    for (uint32_t i = 0; i < body->count; i++) {
        if (body->turns[i].start < last) /* NO_TIME is before every time */
            return false;
        last = body->turns[i].start;
    }
    return body->count > 0;
}

void body_free(struct body *body)
{
    free(body->text);
    free(body->originals);
    free(body->notes);
    free(body->turns);
    free(body->sections);
    free(body->voices);
    free(body->terms);
    free(body->cues);
    free(body->times);
    free(body->old_refs);
    *body = (struct body){0};
}

size_t body_size(const struct body *body)
{
    return body->len + body->originals_len + body->notes_len + body->count * sizeof(struct turn) +
           body->section_count * sizeof(struct section) + body->voice_count * sizeof(struct voice) +
           body->term_count * sizeof(struct term) + body->cue_count * sizeof(struct body_cue) +
           body->time_count * sizeof(struct time_mark) +
           body->old_ref_count * sizeof(struct old_ref);
}

uint32_t body_first_turn(const struct body *body, uint32_t section)
{
    uint32_t low = 0, high = body->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (body->turns[middle].section < section)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t body_count_turns(const struct body *body, uint32_t section)
{
    return body_first_turn(body, section + 1) - body_first_turn(body, section);
}
