#include "transcript/cue_turns.h"

#include <string.h>

#include "base/utf8.h"
#include "speakers/label_names.h"

enum {
    PAUSE = 2000,          /* milliseconds between two cues, where a paragraph can end */
    PARAGRAPH_BYTES = 400, /* … or behind so much */
    MOST_CUE_TURN = 4000,  /* bytes behind which a turn ends with its paragraph */
    MOST_NAMELESS = 1500,  /* bytes of a turn without a speaker */
};

/* What stands between the words of two cues: recognised word by word, a mark follows its word. */
static void join_cue(struct buf *text, struct slice words)
{
    if (!utf8_begins_with_mark(words))
        assembly_add_soft_break(text, words);
}

/* Whether a label is in brackets and a machine's, [SPEAKER_00]: words, which needs no evidence. */
static bool is_of_machine(struct slice text, const struct label *label)
{
    return slice_starts(text, SLICE("[")) && label_is_machine(label->speaker);
}

/* Whether a time in brackets stands behind the name, `Ana (00:12): words`. */
static bool has_time_behind(struct slice text, const struct label *label)
{
    struct slice behind = slice_trim(slice_skip(text, label->speaker.len));
    return label->speaker.len && slice_starts(text, label->speaker) && behind.len &&
           strchr("([", behind.data[0]) && memmem(behind.data, behind.len, "):", 2);
}

/* Whether that is when the cue begins, which needs no evidence. */
static bool has_time_of(const struct cue *cue, const struct label *label)
{
    int64_t apart = cue->start == NO_TIME ? INT64_MAX : cue->start - label->start;
    return label->start != NO_TIME && apart <= PAUSE && apart >= -PAUSE;
}

static bool names_speaker(struct assembly *a, const struct line *line, struct slice text,
                          const struct label *label)
{
    bool is_last = line + 1 == a->lines->at + a->lines->count || line[1].cue != line->cue;
    bool has_time = label->start != NO_TIME;
    if ((label->form != LABEL_PLAIN && !(has_time && label->form == LABEL_TIMED)) ||
        label->is_row || (!label->words.len && is_last))
        return false;
    if (has_time && !has_time_behind(text, label))
        return false;
    return is_of_machine(text, label) || has_time_of(line_cue(a->lines, line), label) ||
           speaker_stats_is_speaker(&a->stats, label, line);
}

/* Who speaks on a line of a cue, and what. True where somebody is named. */
static bool read_cue_label(struct assembly *a, const struct line *line, struct slice text,
                           struct label *label)
{
    struct slice given = line_speaker(a->lines, line);
    if (given.len) {
        *label = (struct label){.words = text, .speaker = given};
        return true;
    }
    *label = label_read(text, 0, 0);
    label->words = label->written;
    if (names_speaker(a, line, text, label))
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

/* Whether a cue that continues the last turn begins a paragraph, or ends the turn. */
static void divide(struct assembly *a, const struct line *line, struct slice words,
                   bool *begins_paragraph, bool *ends_turn)
{
    const struct cue *cue = line_cue(a->lines, line);
    size_t len = a->text.len - assembly_last_turn(a)->text;
    bool is_long_pause = pause_before(a, cue) >= PAUSE;
    *begins_paragraph = *ends_turn = false;
    if (line->before != BREAK_PARAGRAPH)
        return;
    *begins_paragraph = cue->begins_paragraph ||
                        ((is_long_pause || a->text.len - a->paragraph >= PARAGRAPH_BYTES) &&
                         cue_ends_sentence(buf_slice(&a->text)));
    *ends_turn = assembly_last_turn(a)->speaker
                     ? *begins_paragraph && len > MOST_CUE_TURN
                     : *begins_paragraph || is_long_pause || len + words.len > MOST_NAMELESS;
}

static int add_cue_words(struct assembly *a, const struct cue *cue, struct slice words,
                         bool begins_paragraph)
{
    struct turn *turn = assembly_last_turn(a);
    if (words.len == 0)
        return 0;
    if (!assembly_is_wordless(a)) {
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
    if (cue->line < turn->first_line) /* of another channel */
        turn->first_line = cue->line;
    if (cue->last_line > turn->last_line)
        turn->last_line = cue->last_line;
    if (cue->end == NO_TIME || cue->end > turn->end)
        turn->end = cue->end < turn->start ? NO_TIME : cue->end;
    int err = assembly_note_cue(a, cue, at);
    a->cue = cue;
    return err;
}

int cue_turns_add_line(struct assembly *a, const struct line *line, struct slice text)
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
        assembly_end_turn(a);
        int err = assembly_begin_turn(a, line, &label);
        if (err)
            return err;
    }
    return add_cue_words(a, cue, label.words, begins_paragraph);
}

void cue_turns_share_times(struct body *body)
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
