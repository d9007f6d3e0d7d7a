/* The answers of speaker_stats.h, from what was counted. */
#include "base/utf8.h"
#include "speakers/attendees.h"
#include "speakers/evidence.h"
#include "speakers/label_names.h"
#include "speakers/label_plain.h"
#include "speakers/label_signs.h"
#include "speakers/speaker_stats.h"

enum {
    LEAST_OPENED = 3, /* sections that the chair of a meeting begins */
    MOST_FIELDS = 2,  /* uses of a label that is no speaker's: Photo */
    HEADER_LINES = 4, /* where fields stand that look like labels: "Slides: …" */
    HEAD_LINES = 24,  /* … and where fields may name attendees: "Moderator: Ana Lima" */
};

static bool opens_quote(struct slice words)
{
    return slice_starts(words, SLICE("“")) || slice_starts(words, SLICE("「")) ||
           slice_starts(words, SLICE("『")) || slice_starts(words, SLICE("\""));
}

/* Whether the line before has a label that recurs, in a file in which nearly each line has one. */
static bool is_behind_label(const struct speaker_stats *stats, const struct line *line)
{
    const struct line *before = line - 1;
    if (!stats->are_on_lines || line == stats->lines->at)
        return false;
    struct label label = label_read(line_text(stats->lines, before), before->bold_at, before->bold);
    return label.form == LABEL_PLAIN && evidence_uses(&stats->plain, label.speaker) >= 2;
}

/* Whether a line begins where labels of the file do. */
static bool is_at_head(const struct speaker_stats *stats, const struct line *line)
{
    int64_t time;
    return line->before == BREAK_PARAGRAPH || is_behind_label(stats, line) ||
           (line > stats->lines->at && line[-1].before == BREAK_PARAGRAPH &&
            label_take_time_line(line_text(stats->lines, line - 1), &time));
}

/* In a dialogue: a label that recurs, or one that is used once and has the form of a name. */
static bool is_in_dialogue(const struct speaker_stats *stats, const struct label *label,
                           const struct line *line)
{
    uint32_t times = evidence_uses(&stats->plain, label->speaker);
    /* A nick in a chat is one small word. */
    bool is_nick = (unsigned char)label->speaker.data[0] < 0x80 &&
                   !memchr(label->speaker.data, ' ', label->speaker.len);
    bool is_name = is_nick || label_is_name(evidence_without_aside(label->speaker)) ||
                   label_is_anonymous(label->speaker);

    if (times >= 3)
        return true;
    if (times == 2)
        return is_name;
    if (memchr(label->speaker.data, ',', label->speaker.len))
        return false; /* Yes, Ana: … */
    return times == 1 && is_name && line->number >= HEADER_LINES && !opens_quote(label->words) &&
           is_at_head(stats, line) && (label->words.len || stats->are_above);
}

/* `Ana Lima: 我们…` in a translated transcript, with its original right below: a name that was left
 * in its own script. */
static bool is_untranslated_name(const struct speaker_stats *stats, const struct label *label,
                                 const struct line *line)
{
    size_t len;
    bool has_original = line + 1 < stats->lines->at + stats->lines->count && line[1].details;
    if (!has_original || line->number < HEADER_LINES || label->words.len == 0)
        return false;
    for (struct slice rest = label->speaker; rest.len; rest = slice_skip(rest, len)) {
        if (utf8_is_wide(utf8_decode(rest, &len)))
            return false;
    }
    return label_is_name(label->speaker) && utf8_is_wide(utf8_decode(label->words, &len)) &&
           !opens_quote(label->words);
}

/* `The Keeper of the Lamp (Olek Bak): …`, an office, where Olek Bak is a label that recurs. */
static bool has_known_aside(const struct speaker_stats *stats, struct slice name)
{
    const char *open = memrchr(name.data, '(', name.len);
    if (!open || !slice_starts(name, SLICE("The ")) || !slice_ends(name, SLICE(")")))
        return false;
    struct slice aside = slice_skip(name, (size_t)(open + 1 - name.data));
    return evidence_uses(&stats->plain, slice_head(aside, aside.len - 1)) >= 2;
}

/* `ANA LIMA:` or `ANA LIMA, HOST:`, once, where LIMA is a label that answers others, as in the
 * transcripts of a broadcaster. */
static bool is_first_mention(const struct speaker_stats *stats, struct slice name)
{
    const char *comma = memchr(name.data, ',', name.len);
    struct slice whole = comma ? slice_head(name, (size_t)(comma - name.data)) : name;
    const char *last = memrchr(whole.data, ' ', whole.len);
    return last && label_is_name(whole) &&
           evidence_uses(&stats->exchanges, slice_skip(whole, (size_t)(last - whole.data) + 1));
}

static bool is_plain_speaker(struct speaker_stats *stats, const struct label *label,
                             const struct line *line)
{
    struct slice name = label->speaker;
    if (label_is_refused(label) || label_is_note(name) ||
        (label->has_comma && evidence_uses(&stats->loose.uses, name) < 2))
        return false;
    if (label->is_question)
        return evidence_uses(&stats->exchanges, name) ||
               (evidence_uses(&stats->questions.uses, name) >= 2 && label_is_name(name) &&
                stats->is_dialogue);
    if (label->is_dotted)
        return name.len > 1 ? stats->is_trial && line->before == BREAK_PARAGRAPH
                            : evidence_uses(&stats->exchanges, name);
    if (label_is_loose(label))
        return evidence_is_of_speakers(&stats->loose, name) ||
               evidence_uses(&stats->plain, evidence_without_aside(name)) >= 2 ||
               (stats->is_dialogue && evidence_without_aside(name).len < name.len &&
                line->before == BREAK_PARAGRAPH) ||
               evidence_uses(&stats->timed, name) ||
               (!stats->is_article && evidence_uses(&stats->bold, name)) ||
               (!label->has_no_colon && evidence_is_known(stats, name));
    return label->start != NO_TIME || evidence_uses(&stats->timed, name) ||
           evidence_uses(&stats->originals, name) || evidence_uses(&stats->exchanges, name) ||
           evidence_is_known(stats, name) ||
           (!stats->is_article && evidence_uses(&stats->bold, name)) ||
           is_untranslated_name(stats, label, line) || has_known_aside(stats, name) ||
           is_first_mention(stats, name) ||
           (stats->is_dialogue && is_in_dialogue(stats, label, line));
}

/* `**What it costs:**` alone, once, and a list below: a lead-in, even in a dialogue. */
static bool is_lead_in(struct speaker_stats *stats, const struct label *label,
                       const struct line *line)
{
    const struct lines *lines = stats->lines;
    if (label->words.len || evidence_uses(&stats->bold, label->speaker) > 1 ||
        line + 1 >= lines->at + lines->count || evidence_uses(&stats->plain, label->speaker) ||
        evidence_is_listed(stats, label->speaker))
        return false;
    struct slice next = line_text(lines, line + 1);
    return slice_starts(next, SLICE("- ")) || slice_starts(next, SLICE("1. "));
}

/* Whether an item of a list continues with a paragraph of its own. */
static bool has_paragraph(const struct speaker_stats *stats, const struct line *line)
{
    const struct lines *lines = stats->lines;
    const struct line *next = line + 1;
    return next < lines->at + lines->count && next->before == BREAK_HARD && !next->heading &&
           !speaker_stats_is_aside(line_text(lines, next));
}

/* `**Name** words`, if the speaker has other labels in the file, or most turns have this form. */
static bool is_bare_speaker(const struct speaker_stats *stats, const struct label *label,
                            const struct line *line)
{
    struct slice name = label->speaker;
    if (line->before == BREAK_SOFT)
        return false;
    return (!stats->is_article && evidence_uses(&stats->bold, name) >= 2) ||
           (evidence_uses(&stats->alone.uses, name) >= 2 &&
            evidence_is_of_speakers(&stats->alone, name)) ||
           (stats->are_bare && evidence_is_of_dialogue(&stats->bare, name));
}

/* `**Moderator:** Ana Lima`, once, in the first lines. */
static bool is_head_field(const struct speaker_stats *stats, const struct label *label,
                          const struct line *line)
{
    return line->number < HEAD_LINES && !line->details && !line->heading &&
           evidence_uses(&stats->bold, label->speaker) +
                   evidence_uses(&stats->plain, label->speaker) <=
               1 &&
           attendees_is_field(line_text(stats->lines, line));
}

/* `Note: …`, unless that is the name of who took part; and `Photo: …`, unless it recurs or has a
 * time, too. */
static bool is_note_or_field(struct speaker_stats *stats, const struct label *label)
{
    struct slice name = label->speaker;
    enum label_use use = label_use_of(name);
    if (use != LABEL_ANNOUNCES_FIELD)
        return use == LABEL_ANNOUNCES_NOTE && !evidence_is_known(stats, name);
    return label->start == NO_TIME &&
           evidence_uses(&stats->bold, name) + evidence_uses(&stats->plain, name) <= MOST_FIELDS &&
           !evidence_uses(&stats->timed, name) && !evidence_is_known(stats, name) &&
           !evidence_is_listed(stats, name);
}

bool speaker_stats_is_speaker(struct speaker_stats *stats, const struct label *label,
                              const struct line *line)
{
    if (label->speaker.len == 0)
        return false; /* the common case */
    if (is_head_field(stats, label, line))
        return false;
    if (label_is_numbered(label->speaker) || evidence_uses(&stats->keys, label->speaker) ||
        is_note_or_field(stats, label))
        return false;
    if (label->has_chevron && evidence_uses(&stats->chevrons, label->speaker) >= 2)
        return true;
    if (label->is_of_chat)
        return true;
    if (label->is_short && !evidence_uses(&stats->rows.uses, label->speaker) &&
        !evidence_uses(&stats->loose.uses, label->speaker))
        return false; /* the head of a table */
    if (label->is_row && label->start == NO_TIME)
        return stats->are_rows && evidence_is_of_dialogue(&stats->rows, label->speaker);
    if (label->form == LABEL_ALONE && label->is_behind_time)
        return !label->is_item && evidence_is_of_dialogue(&stats->above, label->speaker) &&
               (evidence_uses(&stats->above.uses, label->speaker) >= 2 ||
                stats->above.again * 4 >= stats->above.total * 3);
    if (label->is_item && label->form == LABEL_ALONE)
        return evidence_is_of_dialogue(&stats->toggles, label->speaker) &&
               has_paragraph(stats, line);
    if (label->is_item && label->form == LABEL_PLAIN && evidence_is_chat_item(stats, line))
        return true;
    if (label->is_item)
        return stats->are_items && !line->indent &&
               evidence_is_of_dialogue(&stats->items, label->speaker);
    switch (label->form) {
    case LABEL_ALONE:
        return evidence_is_of_speakers(&stats->alone, label->speaker) ||
               (!stats->is_article && evidence_uses(&stats->bold, label->speaker) >= 2) ||
               ((stats->alone.recurring || (stats->bold.len && !stats->is_article)) &&
                evidence_is_listed(stats, label->speaker));
    case LABEL_BARE:
        return is_bare_speaker(stats, label, line);
    case LABEL_CAPITALS:
        return stats->are_capitals && line->before == BREAK_PARAGRAPH &&
               evidence_uses(&stats->capitals.uses, label->speaker) >= 2 &&
               evidence_is_of_speakers(&stats->capitals, label->speaker);
    case LABEL_BOLD:
        /* `**John 3:16** For …` is no name and time. */
        if (label->has_no_colon && (stats->is_article || (label->is_loose && label->words.len)))
            return evidence_uses(&stats->bold, label->speaker) >= 2;
        return (!stats->is_article && !is_lead_in(stats, label, line)) || label->start != NO_TIME ||
               evidence_uses(&stats->exchanges, label->speaker);
    case LABEL_TIMED:
        return !label->is_loose || evidence_uses(&stats->timed, label->speaker) ||
               (line->before == BREAK_PARAGRAPH && label_is_name(label->speaker));
    case LABEL_PLAIN:
        return is_plain_speaker(stats, label, line);
    default:
        return false;
    }
}

/* A name that recurs alone, or one of two words. */
static bool is_lone_speaker(const struct speaker_stats *stats, const struct line *line)
{
    struct slice text = line_text(stats->lines, line);
    return evidence_is_alone(stats->lines, line) && evidence_is_of_dialogue(&stats->lone, text) &&
           (evidence_uses(&stats->lone.uses, text) >= 2 ||
            (text.len && memchr(text.data, ' ', text.len)));
}

bool speaker_stats_is_name_above(const struct speaker_stats *stats, const struct line *line)
{
    if (stats->are_lone)
        return line->before == BREAK_PARAGRAPH && is_lone_speaker(stats, line) &&
               !is_lone_speaker(stats, line + 1);
    return stats->above.total &&
           (evidence_is_above_time(stats->lines, line) ||
            evidence_is_below_time(stats->lines, line)) &&
           evidence_is_of_speakers(&stats->above, line_text(stats->lines, line));
}

bool speaker_stats_take_signed(struct speaker_stats *stats, const struct line *line,
                               struct slice text, struct label *label)
{
    struct label other;
    if (!stats->are_signs || line->heading || line->details || line->bold ||
        !label_read_signed(text, &other))
        return false;
    bool is_proven = evidence_uses(&stats->signs.uses, other.speaker) >= 2 ||
                     evidence_is_known(stats, other.speaker);
    *label = is_proven ? other
                       : (struct label){.form = LABEL_CHEVRON, .words = text, .start = NO_TIME};
    return true;
}

bool speaker_stats_is_heard(const struct speaker_stats *stats, struct slice label)
{
    return !stats->is_article && evidence_uses(&stats->bold, label);
}

bool speaker_stats_is_heading_speaker(struct speaker_stats *stats, const struct label *label,
                                      struct slice text)
{
    bool has_bracket = text.len &&
                       (memchr(text.data, '[', text.len) || memchr(text.data, '(', text.len));
    struct slice name = label_without_colon(text);
    if (label->start == NO_TIME && label_is_lone_name(name))
        return evidence_is_of_dialogue(&stats->names, name) &&
               ((stats->are_names && evidence_uses(&stats->names.uses, name) >= 2) ||
                evidence_is_known(stats, name) || evidence_is_listed(stats, name));
    if (label->start == NO_TIME || label->words.len)
        return false;
    return has_bracket ? evidence_is_of_speakers(&stats->headings, label->speaker)
                       : evidence_is_of_dialogue(&stats->headings, label->speaker);
}

bool speaker_stats_is_original_speaker(struct speaker_stats *stats, const struct label *label)
{
    if (label->form == LABEL_BOLD || label->form == LABEL_TIMED)
        return true;
    return label->form == LABEL_PLAIN && (evidence_uses(&stats->originals, label->speaker) >= 2 ||
                                          evidence_is_known(stats, label->speaker) ||
                                          evidence_uses(&stats->bold, label->speaker) ||
                                          evidence_uses(&stats->plain, label->speaker));
}

bool speaker_stats_is_aside(struct slice text)
{
    return slice_starts(text, SLICE("|")) || slice_starts(text, SLICE("- "));
}

bool speaker_stats_goes_on(struct speaker_stats *stats, struct slice speaker,
                           const struct line *line)
{
    const struct lines *lines = stats->lines;
    uint32_t opened = evidence_uses(&stats->openers.uses, speaker);
    if (opened < LEAST_OPENED || opened * 2 < stats->openers.total)
        return false;
    for (line++; line < lines->at + lines->count && !line->heading; line++) {
        if (line->details || line->before == BREAK_SOFT)
            continue;
        struct label label = label_read(line_text(lines, line), line->bold_at, line->bold);
        if (label.form != LABEL_NONE && speaker_stats_is_speaker(stats, &label, line))
            return !slice_equal(label.speaker, speaker);
    }
    return false;
}
