#include "speakers/speaker_stats.h"

#include <errno.h>

#include "base/utf8.h"
#include "speakers/attendees.h"
#include "speakers/evidence.h"
#include "speakers/label_names.h"
#include "speakers/label_plain.h"
#include "speakers/label_signs.h"

enum {
    DIALOGUE_PERCENT = 15, /* of the paragraphs have labels that recur */
    CUES_A_PARAGRAPH = 8,  /* captions are about this much shorter */
};

/* --- counting --------------------------------------------------------------------------------- */

struct tally {
    size_t paragraphs; /* of the text */
    size_t lines;      /* of the text, but for those of lists in lists, and rows of few words */
    size_t headings;
    size_t short_signs; /* names before a sign and few words */
    size_t plain;       /* labels */
    size_t alone;       /* … without words on their line */
    size_t bold, bold_again, bold_known;
    bool begins_bold;
    struct label before;  /* of the line before; LABEL_NONE where it has none */
    struct label earlier; /* and of the one before that */
};

static bool is_wide(struct slice words)
{
    size_t len;
    return words.len && utf8_is_wide(utf8_decode(words, &len));
}

/* Counts the evidence of two or three lines in a row: the same label before words in two scripts is
 * a turn and its original, and A, B, A is an exchange. */
static int count_neighbours(struct speaker_stats *stats, const struct label *label,
                            struct tally *tally)
{
    const struct label *before = &tally->before, *earlier = &tally->earlier;
    int err = 0;

    if (before->form == LABEL_PLAIN && slice_equal(before->speaker, label->speaker) &&
        is_wide(before->words) != is_wide(label->words))
        err = evidence_count(&stats->originals, label->speaker);
    if (!err &&
        (before->form == LABEL_PLAIN || (label->is_question && before->form != LABEL_NONE)) &&
        earlier->form == LABEL_PLAIN && slice_equal(earlier->speaker, label->speaker) &&
        !slice_equal(before->speaker, label->speaker)) {
        err = evidence_count(&stats->exchanges, label->speaker);
        if (!err)
            err = evidence_count(&stats->exchanges, before->speaker);
    }
    return err;
}

/* What stands where a label may, and has nothing of one but its place or a sign. */
static int count_unmarked(struct speaker_stats *stats, const struct line *line, struct slice text,
                          struct tally *tally)
{
    struct label label;
    int err = 0;
    if (!line->cue && !line->bold && label_read_signed(text, &label)) {
        tally->short_signs += label.is_short;
        err = evidence_count_kind(&stats->signs, label.speaker);
    }
    if (err)
        return err;
    if (evidence_is_above_time(stats->lines, line) || evidence_is_below_time(stats->lines, line))
        return evidence_count_kind(&stats->above, text);
    if (line->before == BREAK_PARAGRAPH && evidence_is_alone(stats->lines, line) &&
        !evidence_is_alone(stats->lines, line + 1))
        return evidence_count_kind(&stats->lone, text);
    return 0;
}

/* Whether a label is of a form that proves nothing of the lines beside it, and the kind to count it
 * as; NULL: none. */
static bool is_of_kind(struct speaker_stats *stats, const struct line *line,
                       const struct label *label, struct label_kind **kind)
{
    bool is_alone = label->form == LABEL_ALONE;
    bool is_proof = label->is_question || label->is_dotted || label->is_of_chat;
    *kind = NULL;
    if (label->form == LABEL_BARE || label->form == LABEL_CAPITALS) {
        if (line->before != BREAK_SOFT)
            *kind = label->form == LABEL_BARE ? &stats->bare : &stats->capitals;
    } else if (is_alone && label->is_item) {
        *kind = line->indent ? NULL : &stats->toggles;
    } else if (label->is_short) {
        return true;
    } else if (label->is_row && label->start == NO_TIME) {
        *kind = &stats->rows;
    } else if (is_alone && label->is_behind_time) {
        *kind = &stats->above;
    } else if (!is_proof && (is_alone || label->is_item || label_is_loose(label))) {
        if (!line->indent)
            *kind = is_alone ? &stats->alone : label->is_item ? &stats->items : &stats->loose;
    } else {
        return false;
    }
    return true;
}

static int count_question(struct speaker_stats *stats, const struct label *label,
                          struct tally *tally)
{
    int err = evidence_count_kind(&stats->questions, label->speaker);
    return err ? err : count_neighbours(stats, label, tally);
}

static int count_dotted(struct speaker_stats *stats, const struct label *label, struct tally *tally)
{
    if (label->speaker.len > 1)
        return evidence_count_kind(&stats->titled, label->speaker);
    int err = count_neighbours(stats, label, tally);
    stats->is_trial |= evidence_uses(&stats->exchanges, label->speaker) > 0;
    return err;
}

static int count_bold(struct speaker_stats *stats, const struct label *label, struct tally *tally)
{
    int err = evidence_count(&stats->bold, label->speaker);
    uint32_t times = evidence_uses(&stats->bold, label->speaker);
    tally->bold++;
    tally->bold_known += evidence_is_known(stats, label->speaker);
    tally->bold_again += times == 2 ? 2 : times > 2;
    return err;
}

static int count_plain(struct speaker_stats *stats, const struct label *label, struct tally *tally)
{
    int err = evidence_count(&stats->plain, label->speaker);
    tally->plain++;
    tally->alone += label->words.len == 0;
    return err ? err : count_neighbours(stats, label, tally);
}

/* Its form is LABEL_NONE from then on where it proves nothing of the lines beside it. */
static int count_label(struct speaker_stats *stats, const struct line *line, struct label *label,
                       struct tally *tally)
{
    struct label_kind *kind;
    if (is_of_kind(stats, line, label, &kind)) {
        label->form = LABEL_NONE;
        return kind ? evidence_count_kind(kind, label->speaker) : 0;
    }
    if (label->is_question)
        return count_question(stats, label, tally);
    if (label->is_dotted)
        return count_dotted(stats, label, tally);
    if (label->is_of_chat)
        return evidence_count(&stats->plain, label->speaker);
    if (label->form == LABEL_BOLD && !label_is_numbered(label->speaker) && !label_is_mark(label) &&
        !label_is_played(label))
        return count_bold(stats, label, tally);
    if (label->form == LABEL_TIMED && !label->is_loose)
        return evidence_count(&stats->timed, label->speaker);
    if (label->form == LABEL_PLAIN && !label_is_refused(label) && !label_is_note(label->speaker) &&
        !label_is_numbered(label->speaker))
        return count_plain(stats, label, tally);
    label->form = LABEL_NONE;
    return 0;
}

static int count_text(struct speaker_stats *stats, const struct line *line, struct slice text,
                      struct tally *tally)
{
    struct label label = label_read(text, line->bold_at, line->bold);
    bool is_first = tally->paragraphs == 0, has_chevron = label.has_chevron;
    size_t bold = tally->bold;

    tally->paragraphs += line->before == BREAK_PARAGRAPH;
    tally->lines += !line->indent && !label.is_short;
    int err = count_unmarked(stats, line, text, tally);
    if (!err)
        err = count_label(stats, line, &label, tally);
    tally->begins_bold |= is_first && tally->bold > bold;
    tally->earlier = tally->before;
    tally->before = label;
    if (!err && has_chevron && label.speaker.len)
        err = evidence_count(&stats->chevrons, label.speaker);
    return err;
}

/* Whether bold labels are rare where ANA and Ana (Skerry) are one. 0 or -ENOMEM. */
static int find_other_cases(struct speaker_stats *stats, size_t total, bool *is_rare)
{
    struct map folded = {0};
    size_t again = 0;
    int err = 0;
    for (size_t i = 0; i < stats->bold.cap && !err; i++) {
        const struct map_slot *slot = &stats->bold.slots[i];
        cleanup_buf struct buf fold = {0};
        if (!slot->key.data || !utf8_fold(&fold, evidence_without_aside(slot->key)))
            continue;
        struct slice key = arena_copy_buf(&stats->arena, &fold);
        struct map_slot *sum = key.data ? map_put(&folded, key) : NULL;
        err = sum ? 0 : -ENOMEM;
        if (sum)
            sum->value = (sum->value == UINT32_MAX ? 0 : sum->value) + slot->value;
    }
    for (size_t i = 0; i < folded.cap && !err; i++) {
        if (folded.slots[i].key.data && folded.slots[i].value > 1)
            again += folded.slots[i].value;
    }
    *is_rare = again * 2 < total;
    map_free(&folded);
    return err;
}

/* --- keys of lists --------------------------------------------------------------------------- */

static void forget_of_kind(struct label_kind *kind, struct slice label)
{
    struct map_slot *slot = evidence_uses(&kind->uses, label) ? map_put(&kind->uses, label) : NULL;
    if (!slot)
        return;
    kind->total -= slot->value;
    kind->again -= slot->value > 1 ? slot->value : 0;
    kind->recurring -= slot->value > 1;
    slot->value = 0;
}

/* Uncounts a label that is a key. */
static int forget(struct speaker_stats *stats, struct slice label, struct tally *tally)
{
    uint32_t bold = evidence_uses(&stats->bold, label);
    struct map *const maps[] = {&stats->bold, &stats->plain, &stats->timed, &stats->exchanges};
    tally->bold -= bold;
    tally->bold_again -= bold > 1 ? bold : 0;
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        if (evidence_uses(maps[i], label))
            map_put(maps[i], label)->value = 0;
    }
    forget_of_kind(&stats->alone, label);
    forget_of_kind(&stats->loose, label);
    forget_of_kind(&stats->items, label);
    forget_of_kind(&stats->names, label);
    forget_of_kind(&stats->lone, label);
    forget_of_kind(&stats->signs, label);
    return evidence_count(&stats->keys, label);
}

static bool is_label(const struct speaker_stats *stats, struct slice name)
{
    return evidence_uses(&stats->bold, name) || evidence_uses(&stats->plain, name) ||
           evidence_uses(&stats->alone.uses, name) || evidence_uses(&stats->loose.uses, name) ||
           evidence_uses(&stats->items.uses, name) || evidence_uses(&stats->names.uses, name) ||
           evidence_uses(&stats->signs.uses, name);
}

/* Two labels of one of these families are keys. */
static int forget_keys(struct speaker_stats *stats, struct tally *tally)
{
    static const char *const families[][13] = {
        {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
        {"January", "February", "March", "April", "May", "June", "July", "August", "September",
         "October", "November", "December"},
        {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Improved", "Updated"},
        {"Pros", "Cons", "Advantages", "Disadvantages", "Strengths", "Weaknesses", "Benefits",
         "Drawbacks", "Opportunities", "Threats"},
    };
    int err = 0;
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        size_t members = 0;
        for (const char *const *name = families[f]; *name; name++)
            members += is_label(stats, slice_of(*name));
        for (const char *const *name = families[f]; members > 1 && *name && !err; name++)
            err = forget(stats, slice_of(*name), tally);
    }
    return err;
}

/* Adds up the labels that recur. */
static void add_recurring(const struct map *map, size_t *labelled, size_t *names)
{
    for (size_t i = 0; i < map->cap; i++) {
        const struct map_slot *slot = &map->slots[i];
        if (!slot->key.data || slot->value < 2)
            continue;
        *labelled += slot->value;
        (*names)++;
    }
}

/* Two labels that recur, and head a good part of the paragraphs; or one that heads a third. Bold
 * labels count too: a speaker who has one turn in a dialogue of bold labels may have a plain one.
 */
static bool is_dialogue(const struct speaker_stats *stats, size_t paragraphs)
{
    size_t labelled = 0, names = 0;

    add_recurring(&stats->plain, &labelled, &names);
    if (!stats->is_article)
        add_recurring(&stats->bold, &labelled, &names);
    if (names >= 2)
        return labelled * 100 >= paragraphs * DIALOGUE_PERCENT;
    bool has_pair = evidence_uses(&stats->plain, SLICE("Q")) &&
                    evidence_uses(&stats->plain, SLICE("A"));
    return has_pair || (names == 1 && labelled >= 3 && labelled * 3 >= paragraphs);
}

/* --- headings in a speech --------------------------------------------------------------------- */

/* A field of the head, before the first speaker: `Slides: https://…`. */
static bool is_field(struct slice text, const struct label *label)
{
    return (text.len && memmem(text.data, text.len, "://", 3)) || label_is_note(label->speaker);
}

/* Looks at the first line of the text and of each section, but for tables and lists. */
static int look_at_sections(struct speaker_stats *stats)
{
    const struct lines *lines = stats->lines;
    size_t sections = 0, labelled = 0;
    bool is_begun = false, is_first = true, begins_with_words = false;
    int err = 0;

    for (size_t i = 0; i < lines->count && !err; i++) {
        const struct line *line = &lines->at[i];
        struct slice text = line_text(lines, line);
        if (line->details)
            continue;
        if (line->heading) {
            is_first = !line->is_behind_rule;
            continue;
        }
        if (!is_first || speaker_stats_is_aside(text))
            continue;
        struct label label = label_read(text, line->bold_at, line->bold);
        bool is_labelled = label.form != LABEL_NONE &&
                           speaker_stats_is_speaker(stats, &label, line);
        if (!is_begun && !is_labelled && is_field(text, &label))
            continue;
        begins_with_words |= !is_begun && !is_labelled;
        sections += is_begun;
        labelled += is_begun && is_labelled;
        if (is_labelled)
            err = evidence_count_kind(&stats->openers, label.speaker);
        is_begun = true;
        is_first = false;
    }
    stats->is_speech = !begins_with_words && sections >= 2 && labelled * 4 <= sections;
    return err;
}

/* Whether labels of a kind that recur are two thirds of `all`, and take turns. The headings of
 * a summary that come again in the text do not. */
static bool take_turns(const struct label_kind *kind, size_t all)
{
    return kind->recurring >= 2 && (size_t)kind->again * 3 >= all * 2 && kind->exchanges >= 3 &&
           kind->exchanges * 8 >= kind->total;
}

/* Whether only their place or a sign can show who speaks. */
static bool has_no_marked(const struct speaker_stats *stats)
{
    return !stats->is_dialogue && !stats->alone.total && (stats->is_article || !stats->bold.len);
}

/* What all of them prove together. */
static int weigh(struct speaker_stats *stats, const struct tally *tally)
{
    bool are_known = tally->bold_known * 2 > tally->bold;
    bool is_rare = tally->bold_again * 2 < tally->bold;
    int err = tally->bold > 2 && is_rare && !are_known
                  ? find_other_cases(stats, tally->bold, &is_rare)
                  : 0;
    stats->is_article = !are_known && (tally->bold > 2 ? is_rare : !tally->begins_bold);
    stats->is_trial |= stats->titled.recurring >= 2 && stats->titled.exchanges >= 2;
    stats->is_dialogue = stats->is_trial || is_dialogue(stats, tally->paragraphs);
    stats->are_on_lines = tally->plain * 4 >= tally->lines * 3;
    stats->are_above = tally->alone * 2 >= tally->plain;
    stats->are_capitals = has_no_marked(stats) && stats->capitals.recurring >= 2 &&
                          (size_t)stats->capitals.total * 4 >= tally->paragraphs;
    stats->are_names = take_turns(&stats->names, tally->headings);
    stats->are_lone = has_no_marked(stats) && take_turns(&stats->lone, stats->lone.total) &&
                      (size_t)stats->lone.total * 4 >= tally->paragraphs;
    stats->are_signs = has_no_marked(stats) && take_turns(&stats->signs, stats->signs.total) &&
                       tally->short_signs * 2 <= stats->signs.total &&
                       (size_t)stats->signs.total * 3 >= tally->paragraphs;
    stats->are_bare = stats->bare.recurring >= 2 &&
                      (size_t)stats->bare.total * 3 >= tally->paragraphs;
    stats->are_rows = (size_t)stats->rows.total * 3 >= tally->lines * 2;
    stats->are_items = (size_t)stats->items.total * 2 >= tally->lines && !stats->is_dialogue &&
                       (stats->is_article || !stats->bold.len);
    return err;
}

static int count_heading(struct speaker_stats *stats, const struct line *line, struct slice text)
{
    struct label label = label_read(text, line->bold_at, line->bold);
    struct slice name = label_without_colon(text);
    if (label.start != NO_TIME && label.words.len == 0)
        return evidence_count_kind(&stats->headings, label.speaker);
    return label_is_lone_name(name) ? evidence_count_kind(&stats->names, name) : 0;
}

/* The first line of each original has a label. */
static int count_original(struct speaker_stats *stats, const struct line *line, struct slice text)
{
    struct label label = label_read(text, line->bold_at, line->bold);
    return label.form != LABEL_NONE ? evidence_count(&stats->originals, label.speaker) : 0;
}

int speaker_stats_take(const struct lines *lines, const struct yaml *front, bool *failed,
                       struct speaker_stats *stats)
{
    struct tally tally = {0};
    uint32_t details = 0;

    *stats = (struct speaker_stats){.lines = lines, .failed = failed};
    int err = evidence_take_front(stats, front);
    for (size_t i = 0; i < lines->count && !err; i++) {
        const struct line *line = &lines->at[i];
        struct slice text = line_text(lines, line);
        if (line->details) {
            if (line->details != details)
                err = count_original(stats, line, text);
            details = line->details;
        } else if (line->heading) {
            tally.headings++;
            err = count_heading(stats, line, text);
        } else if (!line_speaker(lines, line).len) {
            err = count_text(stats, line, text, &tally);
        }
    }
    if (lines->cue_count)
        tally.paragraphs /= CUES_A_PARAGRAPH;
    if (!err)
        err = forget_keys(stats, &tally);
    if (!err)
        err = weigh(stats, &tally);
    return err ? err : look_at_sections(stats);
}

void speaker_stats_free(struct speaker_stats *stats)
{
    map_free(&stats->lone.uses);
    map_free(&stats->bold);
    map_free(&stats->plain);
    map_free(&stats->timed);
    map_free(&stats->originals);
    map_free(&stats->keys);
    map_free(&stats->known);
    map_free(&stats->initials);
    map_free(&stats->name_parts);
    map_free(&stats->listed);
    map_free(&stats->asked);
    map_free(&stats->exchanges);
    map_free(&stats->chevrons);
    map_free(&stats->alone.uses);
    map_free(&stats->loose.uses);
    map_free(&stats->items.uses);
    map_free(&stats->headings.uses);
    map_free(&stats->names.uses);
    map_free(&stats->rows.uses);
    map_free(&stats->toggles.uses);
    map_free(&stats->capitals.uses);
    map_free(&stats->bare.uses);
    map_free(&stats->signs.uses);
    map_free(&stats->titled.uses);
    map_free(&stats->questions.uses);
    map_free(&stats->openers.uses);
    map_free(&stats->above.uses);
    arena_free(&stats->arena);
}
